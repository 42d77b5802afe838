"""A store on several servers, started by the tests: a cluster of three, and a master with its replica under Sentinels.

Everything listens on 127.0.0.1, keeps its data in a folder of the test session and ends with it.
"""

import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from gateway.store.embedded import server_binary

SLOTS = 16384
UP_IN = 30.0  # seconds; the machine may be busy with other tests


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all at once so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [found.getsockname()[1] for found in sockets]


class Server:
    """One server of a deployment, as a process."""

    def __init__(self, folder: Path, port: int, *options: str, sentinel: bool = False) -> None:
        folder.mkdir(parents=True)
        self.port = port
        config = folder / "server.conf"
        lines = [f"port {port}", "bind 127.0.0.1", *([] if sentinel else ['save ""', "repl-diskless-sync-delay 0"])]
        config.write_text("\n".join([*lines, *options]) + "\n")
        words = [str(server_binary()), str(config), *(["--sentinel"] if sentinel else [])]
        with (folder / "server.log").open("wb") as output:
            self._process = subprocess.Popen(words, cwd=folder, stdout=output)  # noqa: S603 - our own binary

    def ask(self, *words: str | int) -> object:
        """One command, on a connection of its own."""
        with redis.Redis(port=self.port, decode_responses=True, socket_timeout=5) as client:
            return client.execute_command(*words)

    def until(self, wanted: str, *words: str) -> None:
        """Wait until the answer to a command, as text, has `wanted` in it."""
        deadline, answer = time.monotonic() + UP_IN, ""
        while wanted not in answer:
            assert time.monotonic() < deadline, f"{words} of {self.port} says {answer!r}, not {wanted!r}"
            with suppress(redis.RedisError):
                answer = str(self.ask(*words))
            time.sleep(0.01)

    def stop_answering(self) -> None:
        """Be as a machine that hangs: connections stand, nothing comes back."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End at once. May be called twice."""
        self._process.kill()
        self._process.wait()


class Deployment:
    """Servers that belong together, and the address that they are reached at. They run while it is entered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: list[Server] = []
        self.url = ""

    def start(self) -> None:
        """Start the servers and wait until they serve together."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """End all servers."""
        for server in self.servers:
            server.kill()


class Cluster(Deployment):
    """Three masters, each with a third of the slots. Slots go on being served when those of another are not."""

    def start(self) -> None:
        """Start the three and give each its slots."""
        numbers = free_ports(6)
        ports, buses = numbers[:3], numbers[3:]
        cluster = ("cluster-enabled yes", "cluster-node-timeout 1000", "cluster-require-full-coverage no")
        for port, bus in zip(ports, buses, strict=True):
            self.servers.append(Server(self.folder / f"{port}", port, *cluster, f"cluster-port {bus}"))
        third = -(-SLOTS // 3)
        for place, server in enumerate(self.servers):
            server.until("True", "PING")
            last = min(SLOTS, (place + 1) * third) - 1
            server.ask("CLUSTER", "ADDSLOTSRANGE", place * third, last)
            server.ask("CLUSTER", "MEET", "127.0.0.1", ports[0], buses[0])
        for server in self.servers:
            server.until("cluster_known_nodes:3", "CLUSTER", "INFO")
            server.until("cluster_slots_assigned:16384", "CLUSTER", "INFO")
            server.until("cluster_state:ok", "CLUSTER", "INFO")
        self.url = f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"

    def owner(self, key: str) -> Server:
        """The server of a key."""
        slot = self.servers[0].ask("CLUSTER", "KEYSLOT", key)
        assert isinstance(slot, int)
        return self.servers[slot // -(-SLOTS // 3)]


class SentinelSet(Deployment):
    """A master, its replica, and three Sentinels of which two must agree."""

    NAME = "kitchen"

    master: Server
    replica: Server

    def start(self) -> None:
        """Start the five; the replica first has what the master has, so that the Sentinels know of it at once."""
        ports = free_ports(5)
        self.master = Server(self.folder / "master", ports[0])
        self.replica = Server(self.folder / "replica", ports[1], f"replicaof 127.0.0.1 {ports[0]}")
        self.servers += [self.master, self.replica]
        self.replica.until("'master_link_status': 'up'", "INFO", "replication")
        options = (
            f"sentinel monitor {self.NAME} 127.0.0.1 {ports[0]} 2",
            f"sentinel down-after-milliseconds {self.NAME} 500",
            f"sentinel failover-timeout {self.NAME} 3000",
        )
        sentinels = [Server(self.folder / f"sentinel{port}", port, *options, sentinel=True) for port in ports[2:]]
        self.servers += sentinels
        for sentinel in sentinels:
            sentinel.until("num-other-sentinels': '2'", "SENTINEL", "MASTER", self.NAME)
            sentinel.until("num-slaves': '1'", "SENTINEL", "MASTER", self.NAME)
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in sentinels)
        self.url = f"redis+sentinel://{hosts}/{self.NAME}"
