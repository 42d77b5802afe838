"""`gateway block`: a number is turned away, listed by its last digits, answered again; it is stored nowhere."""

from pathlib import Path

import pytest
from redis import Redis
from typer.testing import CliRunner

from gateway.cli import app
from gateway.security import caller_key
from tests.cli.width import set_width

runner = CliRunner()
SECRET = "0123456789abcdefghijklmnopqrstuv"
NUMBER = "+15550109934"
ALL = "casa-verde, golden-bowl, hilltop-burger"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> None:
    set_width(monkeypatch, 200)
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.setenv("GATEWAY_SECRET", SECRET)
    monkeypatch.delenv("RESTAURANTS_DIR", raising=False)
    run(NUMBER, "--remove")


def run(*words: str, status: int = 0) -> str:
    result = runner.invoke(app, ["block", *words])
    assert result.exit_code == status, result.output
    return " ".join((result.stdout if status == 0 else result.stderr).split())


def test_blocked_listed_and_answered_again() -> None:
    assert run("--list") == f"No number is blocked at {ALL}."
    assert run(NUMBER, "--restaurant", "casa-verde", "--days", "7").startswith(
        "The number ending in 34 is blocked until 20"
    )
    listed = run("--list")
    assert "casa-verde │ 34 │ 20" in listed
    assert "golden-bowl" not in listed
    assert run("--list", "--restaurant", "golden-bowl") == "No number is blocked at golden-bowl."
    assert run("001 555 010-99 34").endswith(f"at {ALL}.")
    assert run("--list").count("│ 34 │") == 3
    assert run(NUMBER, "--remove") == f"The number ending in 34 is answered again at {ALL}."
    assert run(NUMBER, "--remove") == f"The number ending in 34 was not blocked at {ALL}."


def test_the_store_has_the_keyed_hash_and_two_digits_alone(valkey_url: str) -> None:
    run(NUMBER, "--restaurant", "casa-verde")
    with Redis.from_url(valkey_url, decode_responses=True) as client:
        (name,) = client.keys("*:casa-verde:blocked")
        ((key, value),) = client.hgetall(name).items()
    assert key == caller_key(SECRET, NUMBER)
    assert value.startswith("34:")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "give the number with its country code"),
        (("anonymous",), "give the number with its country code"),
        (("5550109934",), "give the number with its country code"),
        ((NUMBER, "--restaurant", "elsewhere"), "there is no restaurant elsewhere; there are casa-verde"),
        ((NUMBER, "--redis-url", "redis://127.0.0.1:1/0"), "the store cannot be used"),
        (("--list", "--restaurants", "/nowhere"), "nowhere"),
    ],
)
def test_mistakes(words: tuple[str, ...], reason: str) -> None:
    assert reason in run(*words, status=1)


def test_in_development_the_kept_secret_is_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GATEWAY_SECRET")
    (tmp_path / "development-secret").write_text(SECRET)
    run(NUMBER, "--restaurant", "casa-verde", "--data-dir", str(tmp_path))
    monkeypatch.setenv("GATEWAY_SECRET", SECRET)
    assert "answered again" in run(NUMBER, "--restaurant", "casa-verde", "--remove")
