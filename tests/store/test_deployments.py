"""Every script and the outbox on a real cluster of three servers, and the store behind a real Sentinel."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from gateway.pos.outbox import Outbox
from gateway.store import AdmissionLimits, Delivery, EventLog, Hold, LeaseLostError, SessionStore, keys, open_store
from gateway.store.embedded import server_binary

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RESTAURANTS = {keys.partition(f"r{n}"): f"r{n}" for n in range(200)}  # one of each partition


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [found.getsockname()[1] for found in sockets]


def start(folder: Path, port: int, *options: str) -> "subprocess.Popen[bytes]":
    folder.mkdir()
    config = folder / "server.conf"
    config.write_text("\n".join([f"port {port}", "bind 127.0.0.1", 'save ""', *options]) + "\n")
    words = [str(server_binary()), str(config), *(["--sentinel"] if "sentinel" in folder.name else [])]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - our own binary


async def until_answers(port: int, wanted: str, *command: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                with redis.Redis(port=port, decode_responses=True) as client:
                    if wanted in str(client.execute_command(*command)):
                        return
            except redis.RedisError:
                pass
            await asyncio.sleep(0.02)


@pytest.fixture
def processes() -> "Iterator[list[subprocess.Popen[bytes]]]":
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
async def cluster(tmp_path: Path, processes: "list[subprocess.Popen[bytes]]") -> AsyncIterator[SessionStore]:
    numbers = free_ports(6)
    ports, buses = numbers[:3], numbers[3:]
    for port, bus in zip(ports, buses, strict=True):
        processes.append(start(tmp_path / f"{port}", port, "cluster-enabled yes", f"cluster-port {bus}"))
    for place, port in enumerate(ports):
        await until_answers(port, "True", "PING")
        with redis.Redis(port=port) as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", place * 5462, min(16383, place * 5462 + 5461))
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0], buses[0])
    for port in ports:
        await until_answers(port, "cluster_state:ok", "CLUSTER", "INFO")
        await until_answers(port, "cluster_known_nodes:3", "CLUSTER", "INFO")
    async with await open_store(f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}") as store:
        yield store


async def take_an_order(store: SessionStore, restaurant: str) -> None:
    call = f"CA-{restaurant}"
    assert await store.begin_call(restaurant, call, [("e1", "{}")], NOW)
    zombie = await store.claim_leg(restaurant, call, 1, "nonce", "a", 10)
    claim = await store.claim_leg(restaurant, call, 1, "nonce", "a", 10)
    assert claim.leg == 2
    with pytest.raises(LeaseLostError):
        await store.append(restaurant, call, zombie.fence, [("e2", "{}")])
    await store.renew_lease(restaurant, call, claim.fence, "a", 10)
    await store.append(restaurant, call, claim.fence, [("e2", "{}")], Hold("caller", "o1", "{}"))
    assert await store.held_order(restaurant, "caller") is not None
    assert await store.drop_held(restaurant, "caller", "another") is False
    answers = [
        await store.submit(
            restaurant,
            call,
            claim.fence,
            order_id="o1",
            version=1,
            order="{}",
            delivery=Delivery(f"{restaurant}_1", f"{restaurant}.o1", "order.confirmed", "{}"),
            events=[("e3", "{}")],
            now=NOW,
            caller_key="caller",
            cents=100,
        )
        for _ in range(2)
    ]
    assert [placed.cents for placed in await store.placed_lately(restaurant, "caller", NOW)] == [100]
    await store.offers.sell_out(restaurant, "coke")
    assert (await store.offers.read(restaurant)).sold_out.item("coke", NOW)
    assert answers == ["submitted", "already"]
    assert [entry.event_id for entry in await store.read_log(restaurant, call)] == ["e1", "e2", "e3"]
    assert await store.restore(restaurant, call, claim.fence, [("e1", "{}"), ("e2", "{}"), ("e4", "{}")], NOW)
    assert [entry.event_id for entry in await store.read_log(restaurant, call)] == ["e1", "e2", "e4", "e3"]
    limits = AdmissionLimits(calls=9, of_caller=1, of_caller_hourly=9, withheld=9, hang_ups=9)
    places = [await store.admission.admit(restaurant, name, "caller", limits, NOW) for name in ("CA1", "CA1", "CA2")]
    assert places == ["admitted", "admitted", "caller_calls"]
    await store.admission.stay(restaurant, "CA1", "caller", NOW)
    await store.admission.hung_up_silently(restaurant, "CA1", "caller", NOW)
    await store.admission.leave(restaurant, "CA1", "caller")
    await store.admission.block(restaurant, "caller", "34", 1, NOW)
    assert await store.admission.admit(restaurant, "CA3", "caller", limits, NOW) == "blocked"
    assert len(await store.admission.blocked(restaurant, NOW)) == 1
    assert await store.admission.unblock(restaurant, "caller") is True
    assert await store.once(restaurant, "k", "a") == await store.once(restaurant, "k", "b") == "a"
    found = await store.find_call(call)
    assert found is not None
    assert found.restaurant_id == restaurant
    await store.end_call(restaurant, call)


async def deliver_everything(store: SessionStore) -> list[str]:
    """The ids of all deliveries, each retried once before it is done."""
    outbox, delivered = Outbox(store, "worker"), []
    await outbox.prepare()
    await outbox.prepare()
    for round_ in range(2):
        for group in outbox.groups:
            await outbox.wake_due(group, 1)
            for token in await outbox.read(group, 10, 0.01):
                head = await outbox.head(token)
                assert head is not None
                if round_ == 0:
                    assert await outbox.retry(token, head, 1)
                else:
                    assert head.tries == 1
                    assert await outbox.finish(token, head, dead="tried", now_ms=2) is None
                    delivered.append(head.delivery.id)
    for number in range(keys.PARTITIONS):
        assert await outbox.claim_stuck(number, 0, 10) == []
    await outbox.disable("r1", "endpoint", "gone")
    assert await outbox.disabled("r1", "endpoint") == "gone"
    await outbox.leave()
    return delivered


async def test_everything_works_on_a_cluster(cluster: SessionStore) -> None:
    assert len(RESTAURANTS) == keys.PARTITIONS
    assert (await cluster.health()).problem is None
    await asyncio.gather(*(take_an_order(cluster, restaurant) for restaurant in RESTAURANTS.values()))
    async with EventLog(cluster) as log:
        for restaurant in RESTAURANTS.values():
            log.open(restaurant, f"CA-{restaurant}", None)
            log.append(f"CA-{restaurant}", [("late", "{}")])
            await log.flushed(f"CA-{restaurant}")
    assert sorted(await deliver_everything(cluster)) == sorted(f"{name}_1" for name in RESTAURANTS.values())


async def test_everything_works_behind_a_sentinel(tmp_path: Path, processes: "list[subprocess.Popen[bytes]]") -> None:
    master, sentinel = free_ports(2)
    processes.append(start(tmp_path / "master", master))
    await until_answers(master, "True", "PING")
    processes.append(start(tmp_path / "sentinel", sentinel, f"sentinel monitor kitchen 127.0.0.1 {master} 1"))
    await until_answers(sentinel, "kitchen", "SENTINEL", "MASTERS")
    async with await open_store(f"redis+sentinel://127.0.0.1:{sentinel}/kitchen") as store:
        await take_an_order(store, "casa-verde")
        assert await deliver_everything(store) == ["casa-verde_1"]
    async with await open_store(f"redis+sentinel://127.0.0.1:{sentinel}/unknown") as store:
        assert (await store.health()).problem is not None
