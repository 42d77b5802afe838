"""What people see of the outbox and do about it, with a real worker, receiver and store of each kind."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from gateway.local.pos import Fault, PosReceiver
from gateway.pos.deliveries import PAGE, DeadLetter, DeliveryBook, Waiting
from gateway.pos.worker import Worker
from gateway.store import SessionStore, keys, keys_without_expiry

Submit = Callable[..., Awaitable[str]]
StartWorker = Callable[..., AbstractAsyncContextManager[Worker]]

NUMBER = keys.partition("casa-verde")


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in the store
            await asyncio.sleep(0.01)


async def all_dead(book: DeliveryBook, restaurant: str | None = None) -> list[DeadLetter]:
    return [letter async for letter in book.dead(restaurant)]


async def all_waiting(book: DeliveryBook, restaurant: str | None = None) -> list[Waiting]:
    return [one async for one in book.waiting(restaurant)]


async def test_what_waits_is_seen_with_its_attempts_and_the_reason(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    book = DeliveryBook(store)
    before = await submit("pizza")
    [untried] = await all_waiting(book)
    assert (untried.id, untried.tries, untried.due, untried.failure) == (before, 0, None, "")
    pos.faults = [Fault("status", status=503, headers={"retry-after": "3600"})]
    async with start_worker(delay_divisor=1):

        async def laid_by() -> bool:
            found = await book.waits("casa-verde", "pizza")
            return found is not None and found.due is not None

        await until(laid_by)
    [tried] = await all_waiting(book, "casa-verde")
    assert tried == await book.find(before) == await book.waits("casa-verde", "pizza")
    assert (tried.queue, tried.type, tried.tries, tried.behind) == ("pizza", "order.confirmed", 1, 0)
    assert tried.failure == "the receiver answered 503"
    assert tried.due is not None
    assert timedelta(minutes=50) < tried.due - datetime.now(UTC) < timedelta(minutes=61)
    assert await all_waiting(book, "elsewhere") == []
    assert await all_dead(book) == []
    assert await keys_without_expiry(store.connection) == []


async def test_a_dead_letter_is_delivered_once_however_often_it_is_asked_for(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    book = DeliveryBook(store)
    pos.faults = [Fault("status", status=500, times=8)]
    async with start_worker(delay_divisor=1e6):
        sent = await submit("pizza")
        await until(lambda: all_dead(book))
        [letter] = await all_dead(book, "casa-verde")
        assert letter == await book.find(sent)
        assert (letter.id, letter.queue, letter.reason) == (sent, "pizza", "the receiver answered 500")
        assert letter.died >= letter.submitted
        assert await all_dead(book, "elsewhere") == []
        done = await asyncio.gather(*(book.redeliver(letter) for _ in range(5)))
        assert sorted(done) == [False] * 4 + [True]
        [order] = await pos.wait_for(1)
        assert order.id == sent
        await until(lambda: _gone(book, "pizza"))
    assert await book.redeliver(letter) is False
    assert await book.find(sent) is None
    assert (pos.requests, pos.duplicates) == (9, 0)
    assert await keys_without_expiry(store.connection) == []


async def test_a_letter_that_comes_back_waits_behind_what_its_order_has_by_then(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    book = DeliveryBook(store)
    pos.faults = [Fault("status", status=500, times=8)]
    async with start_worker(delay_divisor=1e6):
        first = await submit("pizza")
        await until(lambda: all_dead(book))
    queue = keys.queue_key(NUMBER, "pizza")
    fields = ("id", "pizza_2", "type", "order.changed", "restaurant", "casa-verde", "at", 0)
    payload = '{"type":"order.changed","timestamp":"2026-11-22T00:00:00Z","data":{}}'
    await store.connection.command("XADD", queue, "*", *fields, "payload", payload)
    await store.connection.command("XADD", keys.outbox_key(NUMBER), "*", "q", "pizza")
    [letter] = await all_dead(book)
    assert await book.redeliver(letter)
    [head] = await all_waiting(book)
    assert (head.id, head.behind) == ("pizza_2", 1)
    async with start_worker():
        await pos.wait_for(2)
    assert [order.id for order in pos.orders] == ["pizza_2", first]


async def test_an_endpoint_that_was_disabled_is_enabled_again(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    book = DeliveryBook(store)
    pos.faults = [Fault("status", status=410)]
    async with start_worker():
        await submit()
        await until(lambda: all_dead(book))
        assert await book.disabled("casa-verde") == ("the receiver answered 410 Gone",)
        assert await book.disabled("elsewhere") == ()
        assert await keys_without_expiry(store.connection) == []
        assert await book.enable("casa-verde")
        assert not await book.enable("casa-verde")
        [letter] = await all_dead(book)
        assert await book.redeliver(letter)
        await pos.wait_for(1)


async def test_more_than_a_page_is_read_in_pages(store: SessionStore, submit: Submit) -> None:
    book = DeliveryBook(store)
    many = 2 * PAGE + 10
    await asyncio.gather(*(submit(f"o{number}") for number in range(many)))
    # a part of them was tried already, as `_RETRY` leaves it
    tokens = await store.connection.command("XRANGE", keys.outbox_key(NUMBER), "-", "+", "COUNT", PAGE + 5)
    assert isinstance(tokens, list)
    for entry, fields in tokens:
        await store.connection.command("ZADD", keys.retry_key(NUMBER), 1_000_000, fields["q"])
        await store.connection.command("XDEL", keys.outbox_key(NUMBER), entry)
    found = await all_waiting(book)
    assert len(found) == many
    assert {one.queue for one in found} == {f"o{number}" for number in range(many)}
    assert sum(one.due is not None for one in found) == PAGE + 5
    letter = ("type", "order.confirmed", "restaurant", "casa-verde", "payload", "{}", "at", 0, "died", 1, "reason", "x")
    for number in range(PAGE + 1):
        await store.connection.command("XADD", keys.dead_key(NUMBER), "*", "id", f"d{number}", *letter)
    dead = await all_dead(book)
    assert [one.id for one in dead] == [f"d{number}" for number in range(PAGE + 1)]
    assert dead[0].queue == "d0", "a letter of an older version does not name its queue"


async def _gone(book: DeliveryBook, queue: str) -> bool:
    return await book.waits("casa-verde", queue) is None
