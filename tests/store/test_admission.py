"""Places, limits and blocked numbers in a real store: one step however many ask at once, and nothing for ever."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from gateway.store import AdmissionLimits, SessionStore, keys

R, ANA = "casa-verde", "a" * 32
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = AdmissionLimits(calls=5, of_caller=2, of_caller_hourly=4, withheld=3, hang_ups=2)


async def admit(
    store: SessionStore, call: str, caller: str | None = ANA, at: float = 0, limits: AdmissionLimits = LIMITS
) -> str:
    return await store.admission.admit(R, call, caller, limits, NOW + timedelta(seconds=at))


async def test_a_call_takes_one_place_however_often_it_asks(store: SessionStore) -> None:
    assert [await admit(store, "CA1") for _ in range(3)] == ["admitted"] * 3
    assert await admit(store, "CA2") == "admitted"
    assert await admit(store, "CA3") == "caller_calls"
    assert [await admit(store, call) for call in ("CA1", "CA2")] == ["admitted"] * 2, "who has a place keeps it"
    await store.admission.leave(R, "CA1", ANA)
    assert await admit(store, "CA3") == "admitted"


async def test_of_many_that_ask_at_once_as_many_are_taken_as_may_be(store: SessionStore) -> None:
    answers = await asyncio.gather(*(admit(store, f"CA{number}", f"caller{number}") for number in range(20)))
    assert Counter(answers) == {"admitted": 5, "house_full": 15}
    alone = await asyncio.gather(
        *(store.admission.admit("elsewhere", f"CA{number}", ANA, LIMITS, NOW) for number in range(20))
    )
    assert Counter(alone) == {"admitted": 2, "caller_calls": 18}, "every restaurant for itself"


async def test_a_place_that_nobody_renews_is_free_in_the_end(store: SessionStore) -> None:
    for call in ("CA1", "CA2"):
        await admit(store, call)
    await store.admission.stay(R, "CA2", ANA, NOW + timedelta(seconds=100))
    assert await admit(store, "CA3", at=119) == "caller_calls"
    assert await admit(store, "CA3", at=121) == "admitted", "the process of the first has died"
    assert await admit(store, "CA4", at=121) == "caller_calls"
    assert await admit(store, "CA1", at=150) == "admitted", "it was taken before, and goes on"


async def test_a_number_that_rings_too_often_rests_for_an_hour(store: SessionStore) -> None:
    for number in range(4):
        assert await admit(store, f"CA{number}", at=600 * number) == "admitted"
        await store.admission.leave(R, f"CA{number}", ANA)
    assert [await admit(store, f"CAx{number}", at=2000) for number in range(9)] == ["caller_often"] * 9
    assert await admit(store, "CAother", "b" * 32, at=2000) == "admitted"
    assert await admit(store, "CA5", at=3601) == "admitted", "what was refused does not count"


async def test_withheld_numbers_share_a_limit_of_their_own(store: SessionStore) -> None:
    answers = [await admit(store, f"CA{number}", None) for number in range(4)]
    assert answers == ["admitted", "admitted", "admitted", "withheld_calls"]
    assert await admit(store, "CAx") == "admitted"
    for number in range(4):
        await store.admission.leave(R, f"CA{number}", None)
    assert await admit(store, "CA9", None) == "admitted", "how often they ring is nobody's"


async def test_who_hangs_up_again_and_again_is_not_answered_for_a_while(store: SessionStore) -> None:
    for call in ("CA1", "CA1", "CA2"):
        assert await admit(store, "CA3") == "admitted"
        await store.admission.leave(R, "CA3", ANA)
        await store.admission.hung_up_silently(R, call, ANA, NOW)
    assert await admit(store, "CA4") == "hang_ups"
    assert await admit(store, "CA4", "b" * 32) == "admitted"
    assert await admit(store, "CA4", at=601) == "admitted"


async def test_a_blocked_number_is_turned_away_until_its_time_has_come(store: SessionStore) -> None:
    assert await admit(store, "CA0") == "admitted"
    until = await store.admission.block(R, ANA, "34", 2, NOW)
    assert until == NOW + timedelta(days=2)
    await store.admission.block(R, "b" * 32, "99", 1, NOW)
    assert await admit(store, "CA0") == "admitted", "a call that goes on is not cut"
    assert await admit(store, "CA1") == "blocked"
    assert await admit(store, "CA2", None) == "admitted"
    assert [entry.last_two for entry in await store.admission.blocked(R, NOW)] == ["99", "34"]
    assert [entry.last_two for entry in await store.admission.blocked(R, NOW + timedelta(hours=30))] == ["34"]
    assert await store.admission.blocked("elsewhere", NOW) == ()
    assert await admit(store, "CA1", at=2 * 86_400 + 1) == "admitted"
    assert await store.admission.unblock(R, ANA) is True
    assert await store.admission.unblock(R, ANA) is False
    assert await admit(store, "CA1") == "admitted"


async def test_every_key_expires(store: SessionStore) -> None:
    await admit(store, "CA1")
    await store.admission.stay(R, "CA1", ANA, NOW)
    await store.admission.hung_up_silently(R, "CA1", ANA, NOW)
    now = datetime.now(UTC)
    await store.admission.block(R, ANA, "34", 3, now)
    await store.admission.block(R, "b" * 32, "99", 1, now)
    lives = {
        keys.places_key(R): keys.PLACE_S,
        keys.rung_key(R, ANA): keys.RUNG_S,
        keys.hang_ups_key(R, ANA): keys.HANG_UPS_S,
        keys.blocked_key(R): 3 * 86_400,
    }
    for key, longest in lives.items():
        assert longest - 5 < int(str(await store.connection.command("TTL", key))) <= longest, key


@pytest.mark.parametrize("limits", [LIMITS._replace(calls=1), LIMITS._replace(of_caller=1)])
async def test_the_restaurants_own_limits_count(store: SessionStore, limits: AdmissionLimits) -> None:
    assert await admit(store, "CA1", limits=limits) == "admitted"
    assert await admit(store, "CA2", limits=limits) == ("caller_calls" if limits.of_caller == 1 else "house_full")
