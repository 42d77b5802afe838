"""The embedded server's life: one per folder, adopted after a kill, gone after the last user."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from gateway.store import EmbeddedServer, EmbeddedServerError, default_data_dir, open_store
from gateway.store.embedded import server_binary

USER = Path(__file__).with_name("server_user.py")


def client(server: EmbeddedServer) -> "redis.Redis":
    return redis.Redis.from_url(server.url, decode_responses=True)


def server_pid(server: EmbeddedServer) -> int:
    with client(server) as connection:
        return int(connection.info("server")["process_id"])


def is_running(pid: int) -> bool:
    """Whether a process runs (a killed one that nobody has waited for does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose server is stopped after the test, however the test ends."""
    with tempfile.TemporaryDirectory(prefix="vog-") as name:
        yield Path(name)
        last = EmbeddedServer(Path(name))
        last.start()
        last.close()


def start_user(folder: Path) -> "tuple[subprocess.Popen[str], int]":
    """A process that uses the folder's server until its stdin is closed, and the server's pid."""
    command = [sys.executable, str(USER), str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def leave(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_it_listens_on_its_socket_only_and_is_gone_after_closing(folder: Path) -> None:
    server = EmbeddedServer(folder)
    server.start()
    pid = server_pid(server)
    with client(server) as connection:
        assert connection.config_get("port")["port"] == "0"
        connection.set("kept", "yes")
    assert (folder / "valkey.sock").stat().st_mode & 0o777 == 0o700
    server.close()
    server.close()
    wait_until_gone(pid)
    assert not (folder / "valkey.sock").exists()


def test_data_survives_a_restart_and_a_killed_server(folder: Path) -> None:
    server = EmbeddedServer(folder)
    server.start()
    with client(server) as connection:
        connection.set("kept", "yes")
        connection.execute_command("WAITAOF", 1, 0, 5000)
    os.kill(server_pid(server), signal.SIGKILL)
    again = EmbeddedServer(folder)
    deadline = time.monotonic() + 10
    while server._process is not None and server._process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    again.start()
    with client(again) as connection:
        assert connection.get("kept") == "yes"
    server.close()
    with client(again) as connection:
        assert connection.ping(), "the first user's leaving does not stop it"
    again.close()


def test_users_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    first, pid = start_user(folder)
    second, same = start_user(folder)
    here = EmbeddedServer(folder)
    here.start()
    assert pid == same == server_pid(here)
    leave(first)
    assert server_pid(here) == pid, "the process that started it has left; the others have not"
    here.close()
    assert is_running(pid)
    leave(second)
    wait_until_gone(pid)


def test_many_users_at_once_start_one_server(folder: Path) -> None:
    users = [start_user(folder) for _ in range(4)]
    assert len({pid for _, pid in users}) == 1
    for process, _ in users:
        leave(process)
    wait_until_gone(users[0][1])


def test_a_killed_user_leaves_the_server_to_the_next_one(folder: Path) -> None:
    process, pid = start_user(folder)
    process.kill()
    process.communicate()
    assert is_running(pid)
    heir = EmbeddedServer(folder)
    heir.start()
    assert server_pid(heir) == pid, "never two servers on one folder"
    heir.close()
    wait_until_gone(pid)


def test_a_stale_socket_is_no_obstacle(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(folder / "valkey.sock"))
    server = EmbeddedServer(folder)
    server.start()
    assert server_pid(server)
    server.close()


def test_a_server_whose_socket_was_deleted_keeps_its_folder(folder: Path) -> None:
    server = EmbeddedServer(folder)
    server.start()
    connection = client(server)
    assert connection.ping()
    (folder / "valkey.sock").unlink()
    with pytest.raises(EmbeddedServerError, match="does not answer"):
        EmbeddedServer(folder, timeout_s=0.3).start()
    connection.shutdown()
    connection.close()
    server.close()


def test_a_long_path_is_reached_by_a_short_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
    (folder / "run").mkdir()
    long = folder / ("a b" * 30) / "data"
    server, other = EmbeddedServer(long), EmbeddedServer(long)
    server.start()
    other.start()
    assert server_pid(server) == server_pid(other)
    other.close()
    server.close()
    assert list((folder / "run").glob("*/*")) == [], "the link is removed"


def test_a_runtime_folder_that_others_can_write_to_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    shared = folder / f"voice-ordering-{os.getuid()}"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(EmbeddedServerError, match="not a private folder"):
        EmbeddedServer(folder / ("x" * 120)).start()
    shared.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / ("y" * 120)))
    (folder / ("y" * 120)).mkdir()
    with pytest.raises(EmbeddedServerError, match="too long"):
        EmbeddedServer(folder / ("x" * 120)).start()


def test_a_folder_that_cannot_be_used_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match="cannot be used"):
        EmbeddedServer(folder / "file").start()


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    (folder / "appendonlydir").mkdir()
    manifest = folder / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("nonsense\n")
    with pytest.raises(EmbeddedServerError, match="ended at once"):
        EmbeddedServer(folder).start()
    manifest.unlink()


def test_a_big_log_is_dropped_at_start(folder: Path) -> None:
    (folder / "valkey.log").write_bytes(b"x" * (2 << 20))
    server = EmbeddedServer(folder)
    server.start()
    assert (folder / "valkey.log").stat().st_size < 2 << 20
    server.close()


def test_starting_waits_for_another_start_but_not_for_ever(folder: Path) -> None:
    busy = EmbeddedServer(folder)._starting(time.monotonic() + 1)
    with busy, pytest.raises(EmbeddedServerError, match="another process"):
        EmbeddedServer(folder, timeout_s=0.1).start()


async def test_without_an_address_the_embedded_server_is_opened_and_stopped(folder: Path) -> None:
    async with await open_store(None, folder) as store:
        assert (await store.health()).problem is None
    other = EmbeddedServer(folder)
    assert not (folder / "valkey.sock").exists()
    await asyncio.to_thread(other.start)
    await asyncio.to_thread(other.close)


def test_the_default_folder_is_in_the_users_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_data_dir() == Path("/data/voice-ordering-gateway")
    monkeypatch.setenv("XDG_DATA_HOME", "")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_data_dir() == Path("/home/me/.local/share/voice-ordering-gateway")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_data_dir() == Path("/home/me/Library/Application Support/voice-ordering-gateway")


def test_a_machine_without_any_server_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedServerError, match="REDIS_URL"):
        server_binary()
    installed = tmp_path / "redis-server"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    assert server_binary() == installed
