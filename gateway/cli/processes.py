"""What `gateway serve` and `gateway worker` run. The settings are checked already."""

import asyncio
import os
import secrets
import signal
import socket

from gateway.app import alarms_of, carriers_of, pos_endpoints, restaurants_of
from gateway.error_reports import init_error_reports
from gateway.logs import configure_logs, get_logger
from gateway.pos.worker import Worker, delivery_client
from gateway.server import listen, serve
from gateway.settings import Settings
from gateway.store import open_store
from gateway.supervisor import Supervisor, end_with_parent, worker_command

DAY = 86_400

log = get_logger(__name__)


def serve_here(
    settings: Settings, fd: int | None = None, lifeline: int | None = None, ready: int | None = None
) -> None:
    """Serve in this process, on a socket of its own or an inherited one (`fd`); to the cut of a `lifeline`.

    `ready`: a pipe on which a supervisor waits for the word that calls are taken.
    """
    configure_logs(settings)
    init_error_reports(settings)
    if lifeline is not None:
        end_with_parent(lifeline)
    serve(settings, fd=fd, ready=ready)


def serve_in_workers(settings: Settings, count: int) -> int:
    """Serve in `count` processes that share one socket. Returns the exit status."""
    configure_logs(settings)
    with listen(settings) as listening:
        # A port of 0 has become a real one; workers must know it, because their public URL may follow from it.
        os.environ["PORT"] = str(listening.getsockname()[1])
        log.info("supervisor.started", workers=count, port=listening.getsockname()[1])
        return asyncio.run(Supervisor(worker_command(listening.fileno()), count, listening.fileno()).run())


def deliver(settings: Settings) -> None:
    """Deliver webhooks until a signal comes; what was begun is finished."""
    configure_logs(settings)
    init_error_reports(settings)
    asyncio.run(_deliver(settings))


async def _deliver(settings: Settings) -> None:
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"  # unlike that of a worker that died here
    loop = asyncio.get_running_loop()
    restaurants = restaurants_of(settings)
    async with (
        await open_store(url, settings.data_dir, retention_s=settings.transcript_days * DAY) as store,
        delivery_client(allow_private=settings.pos_allow_private) as client,
        carriers_of(settings, store, restaurants) as carriers,
        alarms_of(settings, store, restaurants) as alarms,
    ):
        endpoints, speed = pos_endpoints(restaurants), settings.pos_retry_speed
        worker = Worker(
            store, client, endpoints, name=name, delay_divisor=speed, on_alarm=alarms.ring, carriers=carriers
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stop)
        log.info("worker.started", worker=name)
        await worker.run()
        log.info("worker.stopped", delivered=worker.counts.delivered, retried=worker.counts.retried)
