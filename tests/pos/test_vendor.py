"""Orders that are brought to Square, Toast and Clover: over the wire as they are in the golden files, and once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.orders.pos_systems import SystemSettings, ToastSettings
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.attempt import Attempt
from gateway.pos.vendor import attempt_order
from gateway.pos.vendor_tokens import VendorTokens
from gateway.pos.webhook import Dead
from gateway.pos.worker import Worker, delivery_client
from gateway.store import Delivery, SessionStore
from tests.pos.adapters.orders import CLOVER, SQUARE, TOAST, everything, message_of, with_ids
from tests.pos.test_worker import dead_letters, until
from tests.pos.vendor_api import VendorApi, vendor_api

NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "adapters" / "golden"
MENU = with_ids(lambda kind, entry_id: entry_id not in ("jalapeno", "beer-pint"))
MESSAGE = message_of(everything(), MENU)
ORDER = Delivery("order-1_order-confirmed_1", "order-1", "order.confirmed", MESSAGE.model_dump_json())
SYSTEMS = [("square", SQUARE), ("toast", TOAST), ("clover", CLOVER)]
systems = pytest.mark.parametrize(("system", "settings"), SYSTEMS, ids=[name for name, _ in SYSTEMS])


def endpoint(api: VendorApi, system: str, settings: SystemSettings) -> PosEndpoint:
    return PosEndpoint.model_validate({"url": f"{api.url}/", "system": system, system: settings})


@asynccontextmanager
async def _running(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await task


async def attempt(
    api: VendorApi, system: str, settings: SystemSettings, delivery: Delivery = ORDER, timeout_s: float = 5.0
) -> Attempt | Dead:
    async with delivery_client(allow_private=True) as client:
        place = endpoint(api, system, settings)
        return await attempt_order(client, place, delivery, NOW, timeout_s, tokens=VendorTokens())


@systems
async def test_an_order_arrives_as_it_is_in_the_golden_file(system: str, settings: SystemSettings) -> None:
    async with vendor_api() as api:
        assert await attempt(api, system, settings) == Attempt(200)
    golden: dict[str, Any] = json.loads((GOLDEN / f"{system}.json").read_text())
    assert api.orders == [golden]
    token = "token-1" if isinstance(settings, ToastSettings) else settings.token.get_secret_value()
    assert api.headers["authorization"] == f"Bearer {token}"
    assert api.headers["content-type"] == "application/json"


@systems
async def test_an_answer_that_is_lost_makes_no_second_order(system: str, settings: SystemSettings) -> None:
    async with vendor_api() as api:
        api.answers = [None]
        assert await attempt(api, system, settings, timeout_s=0.5) == Attempt("timeout")
        assert await attempt(api, system, settings) == Attempt(200)
    assert len(api.orders) == 1


@systems
async def test_what_will_never_be_taken_is_dead_at_once_with_the_systems_words(
    system: str, settings: SystemSettings
) -> None:
    async with vendor_api() as api:
        api.answers = [(400, {"message": "no such item", "errors": [{"code": "BAD", "detail": "call +15550100123"}]})]
        found = await attempt(api, system, settings)
    assert found == Dead("the POS answered 400: BAD call [number]", 400)
    assert api.orders == []


@systems
async def test_what_may_be_taken_later_is_tried_again(system: str, settings: SystemSettings) -> None:
    async with vendor_api() as api:
        for status in (401, 403, 404, 409, 429, 500, 503):
            api.answers = [(status, {"message": "not now"})]
            found = await attempt(api, system, settings)
            assert found == Attempt(status, None, f"the POS answered {status}: not now")


async def test_a_toast_token_is_fetched_once_and_again_before_it_ends_and_when_it_is_not_known() -> None:
    tokens = VendorTokens()

    async def sent(order: str, seconds: float = 0) -> Attempt | Dead:
        delivery = replace(ORDER, payload=ORDER.payload.replace('"order-1"', f'"{order}"'))
        place, now = endpoint(api, "toast", TOAST), NOW + timedelta(seconds=seconds)
        return await attempt_order(client, place, delivery, now, 5.0, tokens=tokens)

    async with vendor_api() as api, delivery_client(allow_private=True) as client:
        assert await asyncio.gather(sent("a"), sent("b"), sent("c", 899)) == [Attempt(200)] * 3
        assert (api.tokens, len(api.orders)) == (["token-1"], 3)
        assert await sent("d", 900) == Attempt(200)
        assert api.tokens == ["token-1", "token-2"]
        api.answers = [(401, {"message": "unknown token"})]
        assert await sent("e", 900) == Attempt(401, None, "the POS answered 401: unknown token")
        assert await sent("e", 901) == Attempt(200)
        assert api.headers["authorization"] == "Bearer token-3"


async def test_without_a_toast_token_the_order_is_tried_again() -> None:
    async with vendor_api() as api:
        api.logins = [(401, {"message": "who are you?"}), (200, {})]
        assert await attempt(api, "toast", TOAST) == Attempt(401, None, "the login: the POS answered 401: who are you?")
        assert await attempt(api, "toast", TOAST) == Attempt("protocol", None, "the answer to the login cannot be read")
        assert api.orders == []


async def test_what_toast_would_ask_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    told = MESSAGE.data.totals.total
    strict = TOAST.model_copy(update={"most_price_difference": 10})
    async with vendor_api() as api:
        with capture_logs() as logs:
            for price in (told / 100, (told + 10) / 100, (told + 11) / 100, None):
                api.price, api.orders = price, []
                found = await attempt(api, "toast", strict)
                sent = price is None or round(price * 100) <= told + 10
                assert (found == Attempt(200), len(api.orders)) == (sent, int(sent))
        assert found == Attempt(200)
    told_of = [line["event"] for line in logs]
    assert told_of == ["delivery.price_differs", "delivery.price_differs", "delivery.price_unknown"]


@pytest.mark.parametrize("payment", ["external", "cash"])
async def test_square_is_told_of_the_payment_without_which_nobody_sees_the_order(payment: str) -> None:
    settings = SQUARE.model_copy(update={"payment": payment})
    async with vendor_api() as api:
        api.second_answers = [(503, {})]
        assert await attempt(api, "square", settings) == Attempt(503, None, "the POS answered 503")
        assert await attempt(api, "square", settings) == Attempt(200)
        [paid] = api.seconds
        assert (paid["order_id"], paid["source_id"]) == ("SQ1", payment.upper())
        assert paid["amount_money"] == {"amount": 2000, "currency": "USD"}
        assert len(paid["idempotency_key"]) <= 45
        api.second_answers = [(400, {"errors": [{"code": "BAD"}]})]
        assert await attempt(api, "square", settings) == Dead("the POS answered 400: BAD", 400)
    assert len(api.orders) == 1


async def test_clover_prints_the_order_also_when_it_was_there_already() -> None:
    async with vendor_api() as api:
        api.second_answers = [(500, {})]
        assert await attempt(api, "clover", CLOVER) == Attempt(500, None, "the POS answered 500")
        assert await attempt(api, "clover", CLOVER) == Attempt(200)
        assert api.seconds == [{"orderRef": {"id": "CL1"}}]
        assert await attempt(api, "clover", CLOVER.model_copy(update={"print_orders": False})) == Attempt(200)
        assert len(api.seconds) == len(api.orders) == 1


async def test_an_answer_without_an_order_is_asked_for_again() -> None:
    async with vendor_api() as api:
        settings = SQUARE.model_copy(update={"payment": "cash"})
        api.unreadable = True
        found = await attempt(api, "square", settings)
        assert found == Attempt("protocol", None, "the answer to the order cannot be read")
        api.unreadable = False
        assert await attempt(api, "square", settings) == Attempt(200)
    assert len(api.orders) == 1


async def test_a_system_that_cannot_be_asked_is_asked_later() -> None:
    async with vendor_api() as api:
        gone = api.url
    closed = VendorApi(url=gone)
    for system, settings in SYSTEMS:
        assert await attempt(closed, system, settings) == Attempt("connect")


async def test_what_an_adapter_cannot_say_is_told_to_a_person() -> None:
    async with vendor_api() as api:
        nothing = Delivery("m", "order-1", "order.confirmed", "{}")
        assert await attempt(api, "square", SQUARE, nothing) == Dead(
            "the message in the outbox cannot be read by this version"
        )
        bare = message_of(everything(), with_ids(lambda *_: False)).model_dump_json()
        found = await attempt(api, "toast", TOAST, Delivery("m", "order-1", "order.confirmed", bare))
        assert isinstance(found, Dead)
        assert found.reason.startswith("toast cannot take this order without")
        changed = await attempt(api, "clover", CLOVER, Delivery("m", "order-1", "order.changed", "{}"))
        assert changed == Dead("clover takes new orders alone: a person must see to this order.changed")
    assert api.asked == []


async def test_the_worker_brings_an_order_to_a_system(store: SessionStore) -> None:
    async with vendor_api() as api, delivery_client(allow_private=True) as client:
        api.answers = [(503, {}), (400, {"message": "no"})]
        places = {"casa-verde": endpoint(api, "square", SQUARE)}
        worker = Worker(store, client, places, name="w", delay_divisor=1e6, poll_s=0.02, block_s=0.05)
        placed = {"order_id": "order-1", "version": 1, "order": "{}", "delivery": ORDER}
        await store.submit("casa-verde", "CA1", None, **placed, events=[], now=datetime.now(UTC))

        async def dead() -> bool:
            return worker.counts.dead == 1

        async with _running(worker):
            await until(dead)
    [letter] = await dead_letters(store)
    assert letter["reason"] == "the POS answered 400: no"
    assert worker.counts.retried == 1
