"""`gateway fallback`: the document for a number whose gateway cannot be reached."""

from pathlib import Path
from xml.etree import ElementTree

from typer.testing import CliRunner

from gateway.cli import app

runner = CliRunner()


def test_it_prints_a_document_that_rings_the_restaurant() -> None:
    result = runner.invoke(app, ["fallback", "casa-verde"])
    assert result.exit_code == 0, result.stderr
    document = ElementTree.fromstring(result.stdout.strip())  # noqa: S314 - our own document
    assert [verb.tag for verb in document] == ["Say", "Dial", "Say", "Hangup"]
    assert document[1][0].text == "+15550100090"


def test_an_unknown_restaurant_is_named_with_those_that_there_are() -> None:
    result = runner.invoke(app, ["fallback", "nowhere"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "casa-verde" in result.stderr


def test_mistakes_in_the_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "restaurant.toml").write_text("name = ")
    result = runner.invoke(app, ["fallback", "broken", "--restaurants", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "broken" in result.stderr
