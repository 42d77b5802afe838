"""`gateway pos rotate-secret`: what it prints is what `restaurant.toml` takes, at every step of a change."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.cli.pos_secret import new_secret
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.pos.webhook import sign
from tests.cli.width import set_width

runner = CliRunner()


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    set_width(monkeypatch, 80)
    shutil.copytree(SHIPPED / "casa-verde", tmp_path / "casa-verde")
    monkeypatch.setenv("RESTAURANTS_DIR", str(tmp_path))
    return tmp_path


def rotate(*words: str, status: int = 0) -> str:
    result = runner.invoke(app, ["pos", "rotate-secret", "casa-verde", *words])
    assert result.exit_code == status, result.output
    return result.stdout if status == 0 else " ".join(result.stderr.split())


def told(printed: str) -> tuple[dict[str, str], str]:
    """The variables to be set, and the lines for the file."""
    variables = dict(re.findall(r"^ +export (\w+)=(\S+)$", printed, re.MULTILINE))
    lines = re.search(r"^ +(\[pos\])\n +(secrets = .+)$", printed, re.MULTILINE)
    assert lines is not None, printed
    return variables, lines[2]


def with_pos(folder: Path, line: str) -> None:
    file = folder / "casa-verde" / "restaurant.toml"
    text = file.read_text().partition("\n[pos]")[0]
    file.write_text(f'{text}\n[pos]\nurl = "https://pos.example/orders"\n{line}\n')


def test_a_whole_change_of_secrets(folder: Path) -> None:
    environment: dict[str, str] = {}
    steps = (
        ((), 'secrets = ["env:CASA_VERDE_POS_SECRET"]'),
        ((), 'secrets = ["env:CASA_VERDE_POS_SECRET_2", "env:CASA_VERDE_POS_SECRET"]'),
        (("--drop-old",), 'secrets = ["env:CASA_VERDE_POS_SECRET_2"]'),
        ((), 'secrets = ["env:CASA_VERDE_POS_SECRET_3", "env:CASA_VERDE_POS_SECRET_2"]'),
    )
    for words, line in steps:
        printed = rotate(*words)
        variables, wanted = told(printed)
        assert wanted == line
        assert len(variables) == (0 if words else 1)
        environment |= variables
        with_pos(folder, wanted)
        [house] = load_restaurants(folder, environment)
        assert house.pos is not None
        assert len(house.pos.secrets) == line.count("env:")
        assert house.pos.secrets[0].get_secret_value() == environment[line.split('"')[1].removeprefix("env:")]
    assert len(set(environment.values())) == 3
    assert "unset CASA_VERDE_POS_SECRET\n" in rotate("--drop-old").replace("_2\n", "\n")
    assert "end it with --drop-old" in rotate(status=1)


def test_a_secret_in_the_file_itself_is_never_printed(folder: Path) -> None:
    plain, newer = new_secret(), new_secret()
    with_pos(folder, f'secrets = ["{plain}"]')
    printed = rotate()
    assert plain not in printed
    assert "no place for it" in printed
    assert told(printed)[1] == 'secrets = ["env:CASA_VERDE_POS_SECRET_2", "env:CASA_VERDE_POS_SECRET"]'
    with_pos(folder, f'secrets = ["{newer}", "{plain}"]')
    refused = rotate("--drop-old", status=1)
    assert "move it to the environment" in refused
    assert newer not in refused
    with_pos(folder, f'secrets = ["env:NEW", "{plain}"]')
    assert plain not in rotate("--drop-old")


@pytest.mark.parametrize(
    ("line", "words", "reason"),
    [
        ('secrets = ["env:A"]', ("--drop-old",), "only one secret is active"),
        ('secrets = "env:A"', (), "pos.secrets is not a list of texts"),
        ("secrets = [", (), "not TOML"),
        ('system = "square"', (), "orders go to square by a token of its own"),
    ],
)
def test_what_cannot_be_done_is_a_line(folder: Path, line: str, words: tuple[str, ...], reason: str) -> None:
    with_pos(folder, line)
    assert reason in rotate(*words, status=1)


def test_a_restaurant_that_is_not_there() -> None:
    result = runner.invoke(app, ["pos", "rotate-secret", "elsewhere"])
    assert result.exit_code == 1
    assert "No such file or directory" in result.stderr


def test_a_new_secret_can_be_signed_with() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    assert sign(new_secret(), "m1", datetime.now(UTC), b"{}").startswith("v1,")
