"""Calls, leases and orders in a real store."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.store import (
    Batch,
    Delivery,
    FoundCall,
    Hold,
    LatelyLimits,
    LeaseLostError,
    LiveCall,
    SessionStore,
    StaleLegError,
    StoreRefusedError,
    StoreUnavailableError,
    keys,
    keys_without_expiry,
    open_store,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
R, CALL, CALLER = "casa-verde", "CA1", "caller-hash"
MESSAGE = Delivery("o1_1", "o1", "order.confirmed", '{"unicode":"ñ"}')


async def begin(store: SessionStore, call_id: str = CALL) -> bool:
    return await store.begin_call(R, call_id, [("e1", '{"n":1}')], NOW)


async def submit(store: SessionStore, call_id: str, fence: int | None) -> str:
    return await store.submit(
        R,
        call_id,
        fence,
        order_id="o1",
        version=4,
        order='{"id":"o1"}',
        delivery=MESSAGE,
        events=[(f"{call_id}-placed", "{}")],
        now=NOW,
        caller_key=CALLER,
    )


async def events_of(store: SessionStore, call_id: str = CALL) -> list[str]:
    return [entry.event_id for entry in await store.read_log(R, call_id)]


async def test_a_call_begins_once_and_can_be_found(store: SessionStore) -> None:
    assert await begin(store) is True
    assert await begin(store) is False
    assert await events_of(store) == ["e1"]
    assert await store.find_call(CALL) == FoundCall(R, CALL)
    assert await store.find_call("CA2") is None


async def test_live_calls_are_listed_from_begin_to_end_and_never_for_ever(store: SessionStore) -> None:
    await begin(store)
    await store.begin_call(R, "CA2", [], NOW + timedelta(seconds=1))
    assert await store.live_calls(R, NOW) == [LiveCall(CALL, NOW), LiveCall("CA2", NOW + timedelta(seconds=1))]
    assert await store.live_calls(R, NOW + timedelta(hours=13)) == []
    await store.end_call(R, CALL)
    assert [call.call_id for call in await store.live_calls(R, NOW)] == ["CA2"]
    assert await store.live_calls("other", NOW) == []


async def test_an_event_is_appended_once_however_often_it_is_sent(store: SessionStore) -> None:
    await begin(store)
    for _ in range(2):
        await store.append(R, CALL, None, [("e1", "{}"), ("e2", '{"text":"¿Qué?"}')])
    log = await store.read_log(R, CALL)
    assert [(entry.event_id, json.loads(entry.event)) for entry in log] == [("e1", {"n": 1}), ("e2", {"text": "¿Qué?"})]
    assert await store.read_log(R, CALL, after=log[0].position) == log[1:]


async def test_a_higher_leg_takes_the_lease_and_the_older_one_cannot_write(store: SessionStore) -> None:
    await begin(store)
    first = await store.claim_leg(R, CALL, 1, "nonce1", "process-a", 10)
    assert (first.leg, [entry.event_id for entry in first.log]) == (1, ["e1"])
    await store.append(R, CALL, first.fence, [("e2", "{}")])
    second = await store.claim_leg(R, CALL, 2, "nonce2", "process-b", 10)
    assert (second.leg, [entry.event_id for entry in second.log]) == (2, ["e1", "e2"])
    assert second.fence > first.fence
    with pytest.raises(LeaseLostError):
        await store.append(R, CALL, first.fence, [("zombie", "{}")], Hold(CALLER, "o1", "{}"))
    with pytest.raises(LeaseLostError):
        await store.renew_lease(R, CALL, first.fence, "process-a", 10)
    with pytest.raises(LeaseLostError):
        await submit(store, CALL, first.fence)
    await store.release_lease(R, CALL, first.fence, "process-a")
    assert await store.lease_owner(R, CALL) == "process-b"
    assert await store.held_order(R, CALLER) is None
    assert await store.placed_order(R, "o1") is None
    await store.renew_lease(R, CALL, second.fence, "process-b", 10)
    await store.append(R, CALL, second.fence, [("e3", "{}")])
    assert await events_of(store) == ["e1", "e2", "e3"]
    await store.release_lease(R, CALL, second.fence, "process-b")
    assert await store.lease_owner(R, CALL) is None


async def test_a_handshake_tried_again_is_given_the_next_leg(store: SessionStore) -> None:
    await begin(store)
    claims = [await store.claim_leg(R, CALL, 1, "nonce", f"try{place}", 10) for place in range(3)]
    assert [claim.leg for claim in claims] == [1, 2, 3]
    assert claims[0].fence < claims[1].fence < claims[2].fence


async def test_an_older_legs_token_is_refused_used_or_not(store: SessionStore) -> None:
    await begin(store)
    await store.claim_leg(R, CALL, 1, "nonce1", "a", 10)
    newest = await store.claim_leg(R, CALL, 3, "nonce3", "b", 10)
    for leg, nonce in ((1, "nonce1"), (2, "nonce2")):
        with pytest.raises(StaleLegError):
            await store.claim_leg(R, CALL, leg, nonce, "late", 10)
    assert await store.lease_owner(R, CALL) == "b"
    await store.append(R, CALL, newest.fence, [("still mine", "{}")])


async def test_two_tokens_for_one_leg_are_two_legs(store: SessionStore) -> None:
    await begin(store)
    assert (await store.claim_leg(R, CALL, 1, "nonce1", "a", 10)).leg == 1
    assert (await store.claim_leg(R, CALL, 1, "nonce2", "b", 10)).leg == 2


async def test_an_open_order_is_held_for_its_caller_alone_and_for_its_time(store: SessionStore) -> None:
    await begin(store)
    await store.append(R, CALL, None, [("e2", "{}")], Hold(CALLER, "o1", '{"v":1}', window_s=900))
    await store.append(R, CALL, None, [], Hold(CALLER, "o1", '{"v":2}', window_s=900))
    held = await store.held_order(R, CALLER)
    assert held is not None
    assert (held.order_id, held.order, held.call_id) == ("o1", '{"v":2}', CALL)
    assert await store.held_order(R, "another") is None
    assert await store.held_order("other", CALLER) is None
    assert 0 < int(str(await store.connection.command("TTL", keys.held_key(R, CALLER)))) <= 900
    assert await store.drop_held(R, CALLER, "o2") is False
    assert await store.drop_held(R, CALLER) is True
    assert await store.held_order(R, CALLER) is None


async def test_an_order_is_placed_once_and_is_not_open_any_more(store: SessionStore) -> None:
    await begin(store)
    claim = await store.claim_leg(R, CALL, 1, "n", "a", 10)
    await store.append(R, CALL, claim.fence, [], Hold(CALLER, "o1", "{}"))
    assert await submit(store, CALL, claim.fence) == "submitted"
    assert await submit(store, CALL, claim.fence) == "already"
    assert await submit(store, "CA2", None) == "already"
    assert await events_of(store) == ["e1", "CA1-placed"]
    assert await events_of(store, "CA2") == []
    assert await store.held_order(R, CALLER) is None
    placed = await store.placed_order(R, "o1")
    assert placed is not None
    assert (placed["state"], placed["version"], placed["call_id"]) == ("submitted", "4", CALL)
    number = keys.partition(R)
    assert await store.connection.command("XLEN", keys.queue_key(number, "o1")) == 1
    assert await store.connection.command("XLEN", keys.outbox_key(number)) == 1
    await store.append(R, "CA2", None, [("late", "{}")], Hold(CALLER, "o1", "{}"))
    assert await store.held_order(R, CALLER) is None, "a placed order is never offered again"


async def test_of_many_submits_at_once_one_counts(store: SessionStore) -> None:
    answers = await asyncio.gather(*(submit(store, f"CA{place}", None) for place in range(20)))
    assert sorted(answers) == ["already"] * 19 + ["submitted"]
    assert await store.connection.command("XLEN", keys.queue_key(keys.partition(R), "o1")) == 1


async def test_what_a_caller_ordered_lately_is_counted_with_the_submit_and_once(store: SessionStore) -> None:
    await begin(store)
    for order_id, minutes, caller in (("o1", 0, CALLER), ("o1", 1, CALLER), ("o2", 4, CALLER), ("o3", 5, None)):
        await store.submit(
            R,
            CALL,
            None,
            order_id=order_id,
            version=1,
            order="{}",
            delivery=Delivery(f"{order_id}_1", order_id, "order.confirmed", "{}"),
            events=[],
            now=NOW + timedelta(minutes=minutes),
            caller_key=caller,
            cents=1000 + minutes,
        )
    placed = await store.placed_lately(R, CALLER, NOW + timedelta(minutes=9))
    assert placed == ((1000, NOW), (1004, NOW + timedelta(minutes=4)))
    assert [order.cents for order in await store.placed_lately(R, CALLER, NOW + timedelta(minutes=12))] == [1004]
    assert await store.placed_lately(R, "another", NOW) == ()
    assert not await store.connection.command("EXISTS", keys.recent_key(R, "-"))
    assert 0 < int(str(await store.connection.command("TTL", keys.recent_key(R, CALLER)))) <= 600


async def test_of_one_numbers_submits_at_once_as_many_count_as_may_be(store: SessionStore) -> None:
    """They began before any of them was placed, so that none knew of the others."""

    async def place(order_id: str, minutes: float = 0, caller: str | None = CALLER, cents: int = 1000) -> str:
        return await store.submit(
            R,
            f"CA-{order_id}",
            None,
            order_id=order_id,
            version=1,
            order="{}",
            delivery=Delivery(f"{order_id}_1", order_id, "order.confirmed", "{}"),
            events=[(f"{order_id}-placed", "{}")],
            now=NOW + timedelta(minutes=minutes),
            caller_key=caller,
            cents=cents,
            lately=LatelyLimits(orders=3, cents=4000),
        )

    answers = await asyncio.gather(*(place(f"o{number}") for number in range(5)))
    assert sorted(answers) == ["submitted"] * 3 + ["too_much"] * 2
    refused = f"o{answers.index('too_much')}"
    assert await store.placed_order(R, refused) is None
    assert await events_of(store, f"CA-{refused}") == []
    assert await place(f"o{answers.index('submitted')}", 1) == "already", "what is placed is placed"
    assert await place("stranger", caller=None) == "submitted"
    assert await place("friend", caller="another", cents=4001) == "submitted", (
        "one order by itself is the core's matter"
    )
    assert await place("friend2", caller="another", cents=1) == "too_much", "together they come to more than may be"
    assert await place(refused, 10) == "submitted", "after ten minutes it is another day"
    assert await place("o8", 10, cents=3000) == "submitted"
    assert await place("o9", 11, cents=1) == "too_much"


async def test_another_held_order_survives_a_submit(store: SessionStore) -> None:
    await store.append(R, CALL, None, [], Hold(CALLER, "o2", "{}"))
    await submit(store, CALL, None)
    assert await store.held_order(R, CALLER) is not None


async def test_the_first_answer_to_a_webhook_wins(store: SessionStore) -> None:
    answers = await asyncio.gather(*(store.once(R, "token", f"<{place}/>") for place in range(5)))
    assert len(set(answers)) == 1
    assert await store.once(R, "other", "<new/>") == "<new/>"


async def test_many_calls_in_one_step_fail_one_by_one(store: SessionStore) -> None:
    await begin(store)
    lost = await store.claim_leg(R, CALL, 1, "n1", "a", 10)
    await store.claim_leg(R, CALL, 2, "n2", "b", 10)
    batches = [
        Batch(R, "CA2", None, [("a", "{}")], Hold("k2", "o2", "{}")),
        Batch(R, CALL, lost.fence, [("b", "{}"), ("c", "{}")], Hold("k1", "o1", "{}")),
        Batch(R, "CA3", None, [("d", "{}")]),
    ]
    assert await store.append_many(batches) == ["kept", "fenced_off", "kept"]
    assert [await events_of(store, call) for call in (CALL, "CA2", "CA3")] == [["e1"], ["a"], ["d"]]
    assert [await store.held_order(R, key) is None for key in ("k1", "k2")] == [True, False]


async def test_every_key_expires(store: SessionStore) -> None:
    await begin(store)
    claim = await store.claim_leg(R, CALL, 1, "n", "a", 10)
    await store.append(R, CALL, claim.fence, [("e2", "{}")], Hold("someone", "o9", "{}"))
    await submit(store, CALL, claim.fence)
    await store.once(R, "k", "v")
    await store.offers.sell_out(R, "coke")
    names = await store.connection.command("KEYS", "*")
    assert isinstance(names, list)
    assert len(names) == 15
    assert await keys_without_expiry(store.connection) == []
    for name in names:
        assert int(str(await store.connection.command("PTTL", name))) > 0, name
        assert name.startswith(keys.tag(keys.partition(R))), name


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(legs=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=8))
async def test_whatever_legs_come_only_the_newest_claim_can_write(
    store: SessionStore, legs: list[tuple[int, int]]
) -> None:
    await store.connection.command("FLUSHALL")
    claims = []
    for leg, nonce in legs:
        try:
            claims.append(await store.claim_leg(R, CALL, leg, f"nonce{nonce}", "x", 10))
        except StaleLegError:
            continue
    assert [c.leg for c in claims] == sorted({c.leg for c in claims}), "legs only rise"
    written = await store.append_many([Batch(R, CALL, c.fence, [(str(c.fence), "{}")]) for c in claims])
    assert written == ["fenced_off"] * (len(claims) - 1) + ["kept"]


async def test_a_store_that_is_away_says_so() -> None:
    async with await open_store("redis://127.0.0.1:1/0") as store:
        with pytest.raises(StoreUnavailableError):
            await begin(store)
        health = await store.health()
        assert health.problem is not None
        assert "no answer" in health.problem


async def test_keys_that_would_stay_for_ever_are_found_wherever_they_lie(store: SessionStore) -> None:
    names = sorted(f"{keys.tag(number)}:forgotten" for number in range(keys.PARTITIONS))
    for name in names:
        await store.connection.command("SET", name, "1")
        await store.connection.command("SET", f"{name}:not", "1", "EX", 60)
    assert await keys_without_expiry(store.connection) == names


async def test_a_command_that_is_refused_is_not_taken_for_absence(store: SessionStore) -> None:
    await store.connection.command("SET", keys.call_keys(R, CALL).log, "not a stream")
    with pytest.raises(StoreRefusedError):
        await store.append(R, CALL, None, [("e", "{}")])


async def test_health_tells_version_and_time(store: SessionStore) -> None:
    health = await store.health()
    assert health.problem is None
    assert int(health.version.split(".")[0]) >= 7
    assert health.seconds < 3


def test_partitions_are_those_of_redis_clusters_checksum() -> None:
    assert keys.partition("123456789") == 0x31C3 % 16  # the check value of CRC-16/XMODEM
    assert {keys.partition(f"r{n}") for n in range(500)} == set(range(16))


# --- turns that any process may take ---


async def test_a_leg_of_turns_is_claimed_once_however_often_it_is_asked_for(store: SessionStore) -> None:
    await begin(store)
    await store.claim_leg(R, CALL, 1, "n1", "process-a", 60)
    claims = await asyncio.gather(*(store.claim_turns(R, CALL, 2) for _ in range(5)))
    assert {(claim.leg, claim.fence) for claim in claims} == {(2, 2)}
    assert [entry.event_id for entry in claims[0].log] == ["e1"]
    assert await store.lease_owner(R, CALL) is None
    with pytest.raises(LeaseLostError):
        await store.append(R, CALL, 1, [("zombie", "{}")])


async def test_a_leg_of_turns_comes_after_one_that_runs_and_never_before(store: SessionStore) -> None:
    await begin(store)
    await store.claim_leg(R, CALL, 3, "n1", "process-a", 60)
    assert (await store.claim_turns(R, CALL, 3)).leg == 4
    with pytest.raises(StaleLegError):
        await store.claim_turns(R, CALL, 2)


async def test_a_turn_is_written_as_a_whole_or_not_at_all(store: SessionStore) -> None:
    await begin(store)
    fence = (await store.claim_turns(R, CALL, 1)).fence
    hold = Hold(CALLER, "o1", '{"of":"the first"}')
    assert await store.append_turn(R, CALL, fence, [("t1.0", "a"), ("t1.1", "b")], hold)
    other = Hold(CALLER, "o1", '{"of":"the second"}')
    assert not await store.append_turn(R, CALL, fence, [("t1.0", "x"), ("t1.1", "y"), ("t1.2", "z")], other)
    assert [(entry.event_id, entry.event) for entry in (await store.read_log(R, CALL))[1:]] == [
        ("t1.0", "a"),
        ("t1.1", "b"),
    ]
    held = await store.held_order(R, CALLER)
    assert held is not None
    assert held.order == '{"of":"the first"}'
    assert await store.append_turn(R, CALL, fence, [("t2.0", "c")])


async def test_a_turn_of_an_older_leg_is_refused(store: SessionStore) -> None:
    await begin(store)
    fence = (await store.claim_turns(R, CALL, 1)).fence
    await store.claim_turns(R, CALL, 2)
    with pytest.raises(LeaseLostError):
        await store.append_turn(R, CALL, fence, [("t1.0", "a")])
    assert len(await store.read_log(R, CALL)) == 1


async def test_an_order_that_was_placed_meanwhile_is_not_held_by_a_turn(store: SessionStore) -> None:
    await begin(store)
    fence = (await store.claim_turns(R, CALL, 1)).fence
    await submit(store, CALL, fence)
    assert await store.append_turn(R, CALL, fence, [("t1.0", "a")], Hold(CALLER, "o1", "{}"))
    assert await store.held_order(R, CALLER) is None


async def test_a_message_is_sent_once_with_whatever_step_it_comes(store: SessionStore) -> None:
    def told(name: str) -> Delivery:
        return Delivery(name, CALL, "call.started", "{}")

    assert await store.begin_call(R, CALL, [("start", "{}")], NOW, [told("m1")])
    assert not await store.begin_call(R, CALL, [("start", "{}")], NOW, [told("m2")]), "nothing of it is done"
    for _ in range(2):
        await store.append(R, CALL, None, [("hung up", "{}")], deliveries=[told("m1"), told("m3")])
    claim = await store.claim_turns(R, CALL, 1)
    assert await store.append_turn(R, CALL, claim.fence, [("t1.0", "{}")], None, [told("m4"), told("m5")])
    assert not await store.append_turn(R, CALL, claim.fence, [("t1.0", "{}")], None, [told("m6")])
    assert not await store.enqueue(R, told("m5"), NOW)
    assert await store.enqueue(R, told("m7"), NOW)
    found = await store.connection.command("XRANGE", keys.queue_key(keys.partition(R), CALL), "-", "+")
    entries = cast("list[tuple[str, dict[str, str]]]", found)
    assert [fields["id"] for _, fields in entries] == ["m1", "m3", "m4", "m5", "m7"]
    assert {fields["restaurant"] for _, fields in entries} == {R}
    assert all(int(fields["at"]) > 1_700_000_000_000 for _, fields in entries), "Unix milliseconds"
    assert await keys_without_expiry(store.connection) == []
