"""Orders that a POS does not take: the alarm, once, and an endpoint that rests while it fails."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.local.pos import Fault, PosReceiver
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import PosEndpoint
from gateway.pos.alarm import Alarm, AlarmNotToldError
from gateway.pos.alarms import Alarms
from gateway.pos.health import BACK_AFTER, FAILURES_IN_A_ROW
from gateway.pos.late import LateWatch
from gateway.pos.outbox import Head
from gateway.pos.worker import Worker
from gateway.store import Delivery, SessionStore, keys, keys_without_expiry
from tests.pos.conftest import SECRET
from tests.pos.test_worker import until
from tests.stage import casa_verde

Submit = Callable[..., Awaitable[str]]
StartWorker = Callable[..., AbstractAsyncContextManager[Worker]]


CHANGED = '{"type":"order.changed","timestamp":"2026-11-22T00:00:00Z","data":{}}'
MESSAGE = '{"type":"message.left","timestamp":"2026-11-22T00:00:00Z","data":{}}'


class Bell:
    """Hears alarms."""

    def __init__(self) -> None:
        self.heard: list[Alarm] = []

    async def ring(self, alarm: Alarm) -> None:
        self.heard.append(alarm)

    async def rang(self) -> bool:
        return bool(self.heard)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.pos.worker._LOOK_S", 0.02)


async def test_an_order_that_waits_for_its_next_attempt_for_too_long_is_told_once_by_one_of_all_workers(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=503, headers={"retry-after": "3600"})]
    bell = Bell()
    async with start_worker(on_alarm=bell.ring), start_worker(on_alarm=bell.ring):
        await submit("pizza", now=datetime.now(UTC) - timedelta(seconds=59.5))  # it is tried first
        await until(bell.rang)
        await submit("pasta")
        await pos.wait_for(1)
        await asyncio.sleep(0.1)
    [alarm] = bell.heard
    assert (alarm.restaurant_id, alarm.order_id) == ("casa-verde", "pizza")
    assert alarm.reason == "the receiver answered 503"
    assert 60 <= alarm.age_s < 70
    assert json.loads(alarm.payload)["type"] == "order.confirmed"
    assert await keys_without_expiry(store.connection) == []


async def test_an_alarm_that_was_not_told_to_the_end_is_told_by_another(
    store: SessionStore, submit: Submit, start_worker: StartWorker, pos: PosReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.pos.late.HOLD_S", 1)
    pos.faults = [Fault("status", status=503, headers={"retry-after": "3600"})]
    bell, died = Bell(), []

    async def dies(alarm: Alarm) -> None:
        died.append(alarm)
        raise ZeroDivisionError

    async with start_worker(on_alarm=dies) as worker:
        await submit("pizza", now=datetime.now(UTC) - timedelta(seconds=61))
        await until(lambda: _erred(worker))
    async with start_worker(on_alarm=bell.ring):
        await until(bell.rang)
    assert [alarm.order_id for alarm in (*died, *bell.heard)] == ["pizza"] * 2


async def test_an_order_that_nobody_had_time_for_is_late_too(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("slow", seconds=3)]
    bell = Bell()
    async with start_worker(on_alarm=bell.ring, concurrency=1, timeout_s=9, stuck_after_s=10):
        await submit("first")
        await until(lambda: _asked(pos))
        await submit("pizza", now=datetime.now(UTC) - timedelta(seconds=61))
        await until(bell.rang)
        await pos.wait_for(2)
    [alarm] = bell.heard
    assert (alarm.order_id, alarm.reason) == ("pizza", "it was not tried yet")
    assert await store.connection.command("ZCARD", keys.late_key(keys.partition("casa-verde"))) == 0


async def test_a_second_message_about_an_order_is_an_alarm_of_its_own(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=410)]  # the endpoint is disabled: what follows is dead as well
    bell = Bell()
    async with start_worker(on_alarm=bell.ring) as worker:
        await submit("pizza")
        await until(bell.rang)
        await store.enqueue("casa-verde", Delivery("pizza_2", "pizza", "order.changed", CHANGED), datetime.now(UTC))
        await until(lambda: _dead(worker, 2))
    assert [alarm.delivery_id for alarm in bell.heard] == ["pizza_1", "pizza_2"]


async def test_what_is_dead_is_kept_until_somebody_hears_of_it(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.pos.late.HOLD_S", 1)
    monkeypatch.setattr("gateway.pos.worker.HOLD_S", 1)
    pos.faults = [Fault("status", status=400, times=None)]
    bell = Bell()

    async def engaged(alarm: Alarm) -> None:
        await bell.ring(alarm)
        if len(bell.heard) == 1:
            raise AlarmNotToldError("the line is busy")

    async with start_worker(on_alarm=engaged, delay_divisor=1e6) as worker:
        await submit("pizza")
        await until(bell.rang)
        assert worker.counts.dead == 0
        await until(lambda: _dead(worker))
    assert [alarm.order_id for alarm in bell.heard] == ["pizza"] * 2
    assert worker.counts.errors == 0


async def test_an_alarm_that_another_is_raising_is_not_taken_for_heard(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.pos.worker.HOLD_S", 0.1)
    pos.faults = [Fault("status", status=410)]
    number, bell = keys.partition("casa-verde"), Bell()
    sent = await submit("pizza")
    [(entry, _)] = await store.connection.command("XRANGE", keys.queue_key(number, "pizza"), "-", "+")
    other = Head(entry, Delivery(sent, "pizza", "order.confirmed", "{}"), "casa-verde", 0, 0)
    assert await LateWatch(store).claim(number, other) == "mine"
    async with start_worker(on_alarm=bell.ring) as worker:
        await until(lambda: _asked(pos))
        await asyncio.sleep(0.2)
        assert (worker.counts.dead, bell.heard) == (0, [])
        await LateWatch(store).let_go(number, other)
        await until(lambda: _dead(worker))
    assert [alarm.delivery_id for alarm in bell.heard] == [sent]
    assert await LateWatch(store).claim(number, other) == "told"


async def test_a_telephone_that_rings_keeps_no_delivery_back(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=503, times=8)]
    picked_up = asyncio.Event()

    async def rings(_: Alarm) -> None:
        await picked_up.wait()

    async with start_worker(on_alarm=rings, concurrency=1, delay_divisor=1e6) as worker:
        await submit("pizza")
        await until(lambda: _asked(pos, 8))
        sent = await submit("pasta")
        await pos.wait_for(1)
        assert worker.counts.dead == 0
        picked_up.set()
        await until(lambda: _dead(worker))
    assert [order.id for order in pos.orders] == [sent]


async def test_a_postponement_keeps_the_reason_of_the_last_attempt(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=503, times=None)]
    async with start_worker(delay_divisor=50) as worker:
        for number in range(FAILURES_IN_A_ROW):
            await submit(f"order{number}")
        await until(lambda: _postponed(worker))
    number = keys.partition("casa-verde")
    names = [keys.failure_key(number, f"order{one}") for one in range(FAILURES_IN_A_ROW)]
    assert set(await store.connection.command("MGET", *names)) == {"the receiver answered 503"}


async def test_a_token_that_waits_for_its_turn_is_not_taken_for_stuck(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("slow", seconds=0.4, times=8)]
    async with start_worker(concurrency=1, timeout_s=0.9, stuck_after_s=1.0):
        for _ in range(8):
            await submit()
        await pos.wait_for(8)
    assert (pos.requests, pos.duplicates) == (8, 0)


async def test_what_was_delivered_meanwhile_is_no_alarm(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.keys.LATE_MS", 1000)
    pos.faults = [Fault("status")]
    bell = Bell()
    async with start_worker(on_alarm=bell.ring, delay_divisor=1e6):
        await submit()
        await pos.wait_for(1)
        await asyncio.sleep(1.2)
    assert bell.heard == []


async def test_messages_about_calls_are_no_orders(
    store: SessionStore, pos: PosReceiver, start_worker: StartWorker
) -> None:
    bell = Bell()
    pos.faults = [Fault("status", status=410)]
    async with start_worker(on_alarm=bell.ring) as worker:
        await store.enqueue("casa-verde", Delivery("m1", "CA1", "message.left", MESSAGE), datetime.now(UTC))
        await until(lambda: _dead(worker))
    assert bell.heard == []


async def test_what_comes_of_deliveries_is_measured(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=503, times=2)]
    metrics = MetricsCollector()
    async with start_worker(on_outcome=metrics.record_delivery):
        await submit()
        await pos.wait_for(1)
    shown = metrics.exposition()
    assert b'gateway_deliveries_total{outcome="retried"} 2.0' in shown
    assert b'gateway_deliveries_total{outcome="delivered"} 1.0' in shown


async def test_an_endpoint_that_fails_rests_and_its_orders_keep_their_attempts(
    store: SessionStore, pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=500, times=FAILURES_IN_A_ROW)]
    with capture_logs() as logs:
        async with start_worker(delay_divisor=50) as worker:
            sent = {await submit() for _ in range(30)}
            await pos.wait_for(30)
    assert {order.id for order in pos.orders} == sent
    assert worker.counts.postponed >= 1
    assert worker.counts.retried == FAILURES_IN_A_ROW
    assert [line["event"] for line in logs].count("delivery.endpoint_rests") == 1
    assert pos.requests == 30 + FAILURES_IN_A_ROW


async def test_what_waits_for_a_pos_that_is_back_is_tried_at_once(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=503, times=BACK_AFTER)]
    async with start_worker(houses=("casa-verde", "hilltop-burger"), delay_divisor=0.01) as worker:
        waiting = [await submit() for _ in range(BACK_AFTER - 1)]
        waiting.append(await submit(restaurant="hilltop-burger"))
        await submit(restaurant="elsewhere")
        await until(lambda: _retried(worker, BACK_AFTER + 1))
        last = await submit()
        await pos.wait_for(BACK_AFTER + 1)
    assert {order.id for order in pos.orders} == {*waiting, last}


async def test_what_a_pos_has_named_a_time_for_is_not_hurried(
    pos: PosReceiver, submit: Submit, start_worker: StartWorker
) -> None:
    pos.faults = [Fault("status", status=429, headers={"retry-after": "600"})]
    pos.faults.append(Fault("status", status=503, times=BACK_AFTER - 1))
    async with start_worker(delay_divisor=0.01) as worker:
        await submit("asked for later")
        await until(lambda: _retried(worker, 1))
        sent = {await submit() for _ in range(BACK_AFTER - 1)}
        await until(lambda: _retried(worker, BACK_AFTER))
        sent.add(await submit())
        await pos.wait_for(BACK_AFTER)
    assert {order.id for order in pos.orders} == sent


async def test_everybody_is_told_whoever_fails(store: SessionStore, pos: PosReceiver) -> None:
    endpoint = PosEndpoint(url=pos.url, secrets=(SecretStr(SECRET),))
    house = casa_verde().model_copy(update={"pos": endpoint})
    metrics, bell = MetricsCollector(), Bell()

    async def broken(_: Alarm) -> None:
        raise ZeroDivisionError

    alarms = Alarms(store, [house], metrics, [broken, bell.ring])
    alarm = Alarm(house.id, "order-CA1", "order-CA1_1", "no connection", 62.0, "{}")
    with capture_logs() as logs:
        await alarms.ring(alarm)
        await alarms.ring(Alarm("elsewhere", "order-CA2", "order-CA2_1", "no connection", 62.0, "{}"))
    assert bell.heard[0] is alarm
    assert [line["event"] for line in logs].count("order_not_acknowledged") == 2
    assert [line["event"] for line in logs].count("alarm.action_failed") == 2
    assert b'gateway_alerts_total{kind="order_not_acknowledged"} 2.0' in metrics.exposition()


async def _retried(worker: Worker, times: int) -> bool:
    return worker.counts.retried >= times


async def _erred(worker: Worker) -> bool:
    return worker.counts.errors > 0


async def _dead(worker: Worker, messages: int = 1) -> bool:
    return worker.counts.dead == messages


async def _postponed(worker: Worker) -> bool:
    return worker.counts.postponed > 0


async def _asked(pos: PosReceiver, times: int = 1) -> bool:
    return pos.requests >= times
