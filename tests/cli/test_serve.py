"""`gateway serve` and `gateway worker` as processes: several workers on one port, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.cli.conftest import Gateway, children_of, environment

PATIENCE_S = 40.0


@contextmanager
def running(gateway: Gateway, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """A command of the gateway's on a store of its own; ended, if it has not ended itself."""
    data = {"DATA_DIR": str(gateway.folder / "data"), "OPENAI_REALTIME_URL": "ws://127.0.0.1:9", "LOG_FORMAT": "json"}
    log = gateway.folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            gateway.command(*words), stdout=output, stderr=output, text=True, env=environment() | data
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def wait_for(text: str, gateway: Gateway, times: int = 1) -> str:
    """The log, once it holds a text so often."""
    end = time.monotonic() + PATIENCE_S
    while (seen := (gateway.folder / "log").read_text()).count(text) < times:
        assert time.monotonic() < end, f"{text!r} was not logged:\n{seen}"
        time.sleep(0.05)
    return seen


def ready(port: int) -> bool:
    return httpx2.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=PATIENCE_S).status_code == 200


def test_workers_share_a_port_and_are_replaced(gateway: Gateway) -> None:
    with running(gateway, "serve", "--workers", "2", "--port", "0") as parent:
        started = wait_for('"supervisor.started"', gateway)
        port = int(started.split('"port":')[1].split(",")[0].strip(" }"))
        wait_for('"gateway_started"', gateway, times=2)
        assert ready(port)
        worker = next(pid for pid in children_of(str(gateway.folder / "data")) if parent_of(pid) == parent.pid)
        os.kill(worker, signal.SIGKILL)
        wait_for('"supervisor.worker_died"', gateway)
        wait_for('"gateway_started"', gateway, times=3)
        assert ready(port)
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(PATIENCE_S) == 0
    assert gateway.left_behind() == []


def test_workers_do_not_outlive_a_killed_supervisor(gateway: Gateway) -> None:
    with running(gateway, "serve", "--workers", "2", "--port", "0") as parent:
        wait_for('"gateway_started"', gateway, times=2)
        parent.kill()
    assert gateway.left_behind(PATIENCE_S) == []


def test_one_process_serves_and_ends(gateway: Gateway) -> None:
    with running(gateway, "serve", "--port", "0") as served:
        wait_for('"gateway_started"', gateway)
        served.send_signal(signal.SIGTERM)
        served.wait(PATIENCE_S)
    assert gateway.left_behind() == []


def test_the_delivery_worker_runs_until_it_is_told(gateway: Gateway) -> None:
    with running(gateway, "worker") as worker:
        wait_for('"worker.started"', gateway)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_S) == 0
    wait_for('"worker.stopped"', gateway)
    assert gateway.left_behind() == []


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
