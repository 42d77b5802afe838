"""The README says what the program says."""

from pathlib import Path

from gateway.call.states import mermaid
from gateway.settings import settings_table

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_state_diagram_is_the_one_printed_from_the_table() -> None:
    assert f"```mermaid\n{mermaid().strip()}\n```" in README


def test_the_settings_are_those_of_the_program() -> None:
    assert settings_table().strip() in README
