"""The process that delivers orders, with retries that come sooner: `python -m infra.chaos.deliveries DIVISOR`.

What `gateway worker` does, but that every delay between two attempts is divided. For a run of a minute: the delays of
the product would make it one of several.
"""

import asyncio
import os
import signal
import sys

from gateway.app import pos_endpoints, restaurants_of
from gateway.logs import configure_logs
from gateway.pos.worker import Worker, delivery_client
from gateway.settings import load_settings
from gateway.store import open_store


async def main(divisor: float) -> None:
    """Deliver until SIGTERM."""
    settings = load_settings()
    assert settings.redis_url is not None
    configure_logs(settings)
    async with (
        await open_store(settings.redis_url.get_secret_value()) as store,
        delivery_client(allow_private=True) as client,
    ):
        endpoints = pos_endpoints(restaurants_of(settings))
        worker = Worker(store, client, endpoints, name=f"chaos:{os.getpid()}", delay_divisor=divisor)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
        await worker.run()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
