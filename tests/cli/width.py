"""The width of the terminal, for commands that are called in this process."""

import pytest

from gateway.cli import terminal


def set_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Makes both consoles so wide; they read the environment only when they are made."""
    for console in (terminal.out, terminal.err):
        monkeypatch.setattr(console, "_width", columns)
