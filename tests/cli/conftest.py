"""The demo as its users run it: a process, with what it prints."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.settings import Settings

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment() -> dict[str, str]:
    """This process's, without settings of a gateway."""
    return {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}


def children_of(marker: str) -> list[int]:
    """Processes whose command line or working folder names `marker` (a folder of one test)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                command = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                folder = str((entry / "cwd").readlink())
            except OSError:
                continue
            if marker.encode() in command or folder == marker:
                found.append(int(entry.name))
    return found


@dataclass
class Gateway:
    """The program on a data folder of its own."""

    folder: Path

    @property
    def wav(self) -> Path:
        return self.folder / "call.wav"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "gateway", *words]

    def demo_words(self, *words: str) -> list[str]:
        return self.command("demo", "--data-dir", str(self.folder / "data"), "--record", str(self.wav), *words)

    def run(self, *words: str, timeout_s: float = 110) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own program
            self.command(*words), capture_output=True, text=True, timeout=timeout_s, env=environment(), check=False
        )

    def demo(self, *words: str, timeout_s: float = 110) -> "subprocess.CompletedProcess[str]":
        command = self.demo_words(*words)
        return subprocess.run(  # noqa: S603 - our own program
            command, capture_output=True, text=True, timeout=timeout_s, env=environment(), check=False
        )

    def start_demo(self, *words: str) -> "subprocess.Popen[str]":
        """In a session of its own: what is left of it can then be found and ended."""
        return subprocess.Popen(  # noqa: S603 - our own program
            self.demo_words(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
            start_new_session=True,
        )

    def left_behind(self, patience_s: float = 15) -> list[int]:
        """Processes that still work on the folder after a while."""
        end = time.monotonic() + patience_s
        while (left := children_of(str(self.folder / "data"))) and time.monotonic() < end:
            time.sleep(0.1)
        return left


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    program = Gateway(tmp_path)
    yield program
    for pid in children_of(str(tmp_path / "data")):  # only after a failed test
        os.kill(pid, signal.SIGKILL)


def call_id(output: str) -> str:
    """The call that a demo was about."""
    found = re.search(r"replay (CA\w+)", output)
    assert found is not None, output
    return found[1]
