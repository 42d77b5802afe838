"""The worker against a receiver that behaves and misbehaves, on real sockets and a real store."""

import asyncio
import base64
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from gateway.local.pos import Fault, PosReceiver
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.alarm import Alarm
from gateway.pos.outbox import Outbox
from gateway.pos.worker import Worker, delivery_client
from gateway.store import Delivery, EmbeddedServer, SessionStore, keys, keys_without_expiry, open_store

Submit = Callable[..., Awaitable[str]]
StartWorker = Callable[..., AbstractAsyncContextManager[Worker]]

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()
NUMBER = keys.partition("casa-verde")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in the store
            await asyncio.sleep(0.01)


async def submit_order(store: SessionStore, order_id: str) -> None:
    payload = '{"type":"order.confirmed","timestamp":"2026-11-22T00:00:00Z","data":{}}'
    delivery = Delivery(f"{order_id}_1", order_id, "order.confirmed", payload)
    placed = {"order_id": order_id, "version": 1, "order": "{}", "delivery": delivery}
    await store.submit("casa-verde", "CA1", None, **placed, events=[], now=datetime.now(UTC))


async def dead_letters(store: SessionStore) -> list[dict[str, str]]:
    found = await store.connection.command("XRANGE", keys.dead_key(NUMBER), "-", "+")
    assert isinstance(found, list)
    return [fields for _, fields in found]


async def nothing_left(store: SessionStore) -> bool:
    tokens = await store.connection.command("XLEN", keys.outbox_key(NUMBER))
    waiting = await store.connection.command("ZCARD", keys.retry_key(NUMBER))
    queues = await store.connection.command("KEYS", f"{keys.tag(NUMBER)}:queue:*")
    return (tokens, waiting, queues) == (0, 0, [])


async def test_an_order_is_delivered_once_and_nothing_is_left(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    async with start_worker() as worker:
        sent = await submit()
        [order] = await pos.wait_for(1)
        await until(lambda: nothing_left(store))
        assert await keys_without_expiry(store.connection) == []
    assert order.id == sent
    assert order.type == "order.confirmed"
    assert (pos.requests, worker.counts.delivered) == (1, 1)


async def test_an_order_that_was_submitted_before_any_worker_started_is_delivered(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    await submit()
    async with start_worker():
        await pos.wait_for(1)


async def test_many_orders_and_two_workers_deliver_each_once(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    sent = {await submit() for _ in range(100)}
    async with start_worker(), start_worker():
        await pos.wait_for(100)
        await until(lambda: nothing_left(store))
    assert {order.id for order in pos.orders} == sent
    assert pos.requests == 100


async def test_failures_are_tried_again_with_the_same_id(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=500), Fault("status", status=302), Fault("half", keeps=True)]
    async with start_worker() as worker:
        sent = await submit()
        await until(lambda: nothing_left(store))
    assert [order.id for order in pos.orders] == [sent]
    assert pos.duplicates == 1, "the receiver had kept the order before its answer broke off"
    assert (worker.counts.retried, worker.counts.delivered) == (3, 1)


async def test_a_receiver_that_hangs_is_left_after_the_time_out(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("hang")]
    async with start_worker(timeout_s=0.1) as worker:
        await submit()
        await until(lambda: nothing_left(store))
    assert (worker.counts.retried, worker.counts.delivered) == (1, 1)


async def test_gone_disables_the_endpoint_until_its_address_changes(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=410)]
    async with start_worker() as worker:
        for _ in range(2):
            await submit()
            await until(lambda: nothing_left(store))
        assert worker.counts.dead == 2
        assert pos.requests == 1, "nothing is sent to a disabled endpoint"
        assert [letter["reason"] for letter in await dead_letters(store)] == [
            "the receiver answered 410 Gone",
            "the endpoint is disabled: the receiver answered 410 Gone",
        ]
    async with start_worker(endpoint=PosEndpoint(url=pos.url + "?moved", secrets=(SecretStr(SECRET),))):
        await submit()
        await pos.wait_for(1)


async def test_when_all_attempts_are_used_up_the_message_is_dead_and_kept(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=503, times=8)]
    alarms: list[Alarm] = []

    async def on_alarm(alarm: Alarm) -> None:
        alarms.append(alarm)

    async with start_worker(delay_divisor=1e6, on_alarm=on_alarm) as worker:
        sent = await submit("pizza")
        await until(lambda: nothing_left(store))
    assert (worker.counts.retried, worker.counts.dead, pos.requests) == (7, 1, 8)
    [letter] = await dead_letters(store)
    assert (letter["id"], letter["reason"]) == (sent, "the receiver answered 503")
    [alarm] = alarms
    assert (alarm.restaurant_id, alarm.order_id, alarm.reason) == ("casa-verde", "pizza", letter["reason"])
    assert alarm.payload == letter["payload"]


async def test_a_restaurant_without_endpoint_is_waited_for(
    store: SessionStore, submit: Submit, start_worker: StartWorker
) -> None:
    async with start_worker(delay_divisor=1e6) as worker:
        await submit(restaurant="elsewhere")
        number = keys.partition("elsewhere")

        async def dead() -> bool:
            return await store.connection.command("XLEN", keys.dead_key(number)) == 1

        await until(dead)
    assert worker.counts.retried == 7


async def test_private_addresses_are_refused_unless_allowed(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    async with start_worker(allow_private=False) as worker:
        await submit()

        async def tried() -> bool:
            return worker.counts.retried > 0

        await until(tried)
    assert pos.requests == 0


async def test_messages_about_one_order_keep_their_sequence_over_retries(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=500, times=3)]
    first = await submit("pizza")
    queue = keys.queue_key(NUMBER, "pizza")
    for place in (2, 3):
        payload = '{"type":"order.changed","timestamp":"2026-11-22T00:00:00Z","data":{}}'
        fields = ("id", f"pizza_{place}", "type", "order.changed", "restaurant", "casa-verde", "payload", payload)
        await store.connection.command("XADD", queue, "*", *fields, "at", 0)
    async with start_worker(), start_worker():
        await until(lambda: nothing_left(store))
    assert [order.id for order in pos.orders] == [first, "pizza_2", "pizza_3"]


async def test_an_error_of_our_own_is_an_attempt_and_spares_the_others(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    endpoint = PosEndpoint.model_construct(url=pos.url, secrets=(SecretStr("not a secret"),))
    async with start_worker(endpoint=endpoint, delay_divisor=1e6) as worker:
        await submit()
        await until(lambda: nothing_left(store))
    assert worker.counts.dead == 1
    assert worker.counts.errors == 8


async def test_a_token_that_was_claimed_by_another_worker_changes_nothing(store: SessionStore, submit: Submit) -> None:
    mine, theirs = Outbox(store, "mine"), Outbox(store, "theirs")
    await mine.prepare()
    await submit("pizza")
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    [token] = await mine.read([NUMBER], 1, 0.1)
    head = await mine.head(token)
    assert head is not None
    assert head.delivery == Delivery("pizza_1", "pizza", "order.confirmed", head.delivery.payload)
    [claimed] = await theirs.claim_stuck(NUMBER, 0, 10)
    assert claimed == token
    assert await mine.head(token) is None
    assert await mine.retry(token, head, now_ms) is False
    assert await theirs.head(claimed) == head
    assert await theirs.finish(claimed, head, now_ms=now_ms) is None
    assert await mine.finish(token, head, dead="too late", now_ms=now_ms) is None
    assert await dead_letters(store) == []
    assert await nothing_left(store)


async def test_a_worker_killed_between_delivery_and_receipt_costs_a_duplicate_and_no_order(
    any_store_url: str, store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("hang", keeps=True)]
    command = (sys.executable, "-m", "tests.pos.worker_process", any_store_url, pos.url)
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[2])
    try:
        sent = await submit()
        await pos.wait_for(1)
    finally:
        process.kill()
        await process.wait()
    async with start_worker() as worker:
        await until(lambda: nothing_left(store))
    assert [order.id for order in pos.orders] == [sent]
    assert (worker.counts.delivered, pos.duplicates) == (1, 1)


async def test_an_endless_answer_is_cut_off_and_its_status_counts(
    store: SessionStore, submit: Submit, start_worker: StartWorker
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        endpoint = PosEndpoint(url=f"http://127.0.0.1:{port}/", secrets=(SecretStr(SECRET),))
        async with start_worker(endpoint=endpoint) as worker:
            await submit()
            await until(lambda: nothing_left(store))
    assert (worker.counts.delivered, worker.counts.retried) == (1, 0)


async def test_a_worker_lives_through_an_absence_of_its_store(tmp_path: Path, pos: PosReceiver) -> None:
    server = EmbeddedServer(tmp_path)
    await asyncio.to_thread(server.start)
    endpoints = {"casa-verde": PosEndpoint(url=pos.url, secrets=(SecretStr(SECRET),))}
    async with await open_store(server.url) as store, delivery_client(allow_private=True) as client:
        worker = Worker(store, client, endpoints, name="patient", poll_s=0.02, block_s=0.05, stuck_after_s=11)
        running = asyncio.create_task(worker.run())
        pos.faults = [Fault("slow", seconds=0.3)]
        await submit_order(store, "before")
        async with asyncio.timeout(5):
            while pos.requests == 0:  # noqa: ASYNC110 - the receiver tells of kept orders only
                await asyncio.sleep(0.01)
        await asyncio.to_thread(server.close)
        await pos.wait_for(1)
        server = EmbeddedServer(tmp_path)
        await asyncio.to_thread(server.start)
        await submit_order(store, "after")
        await pos.wait_for(2)
        assert not running.done()
        worker.stop()
        await running
    await asyncio.to_thread(server.close)


async def test_redirects_are_not_followed_even_if_the_client_would(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=307, headers={"location": pos.url})]
    async with start_worker() as worker:
        await submit()
        await until(lambda: nothing_left(store))
    assert (worker.counts.retried, pos.requests) == (1, 2)
