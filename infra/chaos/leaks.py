"""What is left when everybody has hung up: in the workers, on their sockets, in the store."""

import asyncio
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx2

from infra.chaos.limits import Leaks
from infra.chaos.rig import WORKERS, Rig

PATIENCE_S: Final = 15.0
"""A call's last writes come after its last sound."""
DELIVERY_S: Final = 330.0
"""An order that the POS refused for a minute may wait so long for its next attempt."""
POOL: Final = 2
"""Warm connections to the model in each worker: the default of the settings."""
_LOOK_S: Final = 0.2
_SCRAPES: Final = 8  # each is answered by whichever worker takes it
_LIVE: Final = re.compile(r"^gateway_sessions_live (\S+)", re.MULTILINE)
_ESTABLISHED: Final = "01"


async def delivered(rig: Rig, orders: int) -> int:
    """Wait until the POS has so many orders; returns how many are missing in the end."""
    for _ in range(round(DELIVERY_S / _LOOK_S)):
        if len(_confirmed(rig)) >= orders:
            break
        await asyncio.sleep(_LOOK_S)
    await asyncio.sleep(1.0)  # what should not come would come now
    return max(orders - len(_confirmed(rig)), 0)


def _confirmed(rig: Rig) -> set[str]:
    return {str(got.data["order_ref"]) for got in rig.pos.orders if got.type == "order.confirmed"}


async def stored_orders(rig: Rig) -> dict[str, str]:
    """The state of every order in the store, by its id."""
    found: dict[str, str] = {}
    for key in await _keys(rig):
        if ":order:" in key:
            state = await rig.store.connection.command("HGET", key, "state")
            found[key.rpartition(":order:")[2]] = str(state)
    return found


async def look(rig: Rig, undelivered: int) -> Leaks:
    """What is left, once it does not get less any more."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_S
    while True:
        leaks = await _count(rig, undelivered)
        if leaks == Leaks(undelivered=undelivered) or loop.time() > until:
            return leaks
        await asyncio.sleep(0.5)


async def _count(rig: Rig, undelivered: int) -> Leaks:
    keys = await _keys(rig)
    lasting = [key for key in keys if await rig.store.connection.command("TTL", key) == -1]
    model_port = urlsplit(rig.environment["OPENAI_REALTIME_URL"]).port
    to_model = sum(1 for _, peer in _connections() if peer == model_port)
    return Leaks(
        sessions=await _sessions(rig),
        phone_sockets=sum(1 for own, _ in _connections() if own == rig.port),
        model_sockets=max(to_model - POOL * WORKERS, 0),
        leases=sum(key.endswith(":lease") for key in keys),
        lasting=len(lasting),
        undelivered=undelivered,
    )


async def _keys(rig: Rig) -> list[str]:
    found = await rig.store.connection.command("KEYS", "*")
    assert isinstance(found, list)
    return [str(key) for key in found]


async def _sessions(rig: Rig) -> int:
    """The most that a worker says; connections of our own, so that all of them are asked."""
    most = 0.0
    for _ in range(_SCRAPES):
        async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
            answer = await client.get(f"{rig.url}/metrics")
        if said := _LIVE.search(answer.text):
            most = max(most, float(said[1]))
    return int(most)


def _connections() -> list[tuple[int, int]]:
    """All connections of this machine that stand: their own port and their peer's (Linux)."""
    found = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == _ESTABLISHED:
            found.append((int(fields[1].split(":")[1], 16), int(fields[2].split(":")[1], 16)))
    return found
