"""AdmissionStore: which calls have a place at a restaurant, how often a number has rung lately, and blocked numbers.

Rules kept here: a call takes one place however often it asks; a place is a lease, so that a call whose process dies
gives it back by itself; who has a place is never turned away; a refused call counts for nothing, so that a caller who
tries again in vain is not kept out by it. Numbers are keyed hashes; of a blocked one the last two digits are kept.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, cast

from gateway.store import keys
from gateway.store.connection import Connection
from gateway.store.scripts import ADMIT, BLOCK

Admission = Literal["admitted", "blocked", "hang_ups", "caller_calls", "caller_often", "withheld_calls", "house_full"]
"""What becomes of a call: it has its place, or why not. `house_full` is about the restaurant, not the caller."""


class AdmissionLimits(NamedTuple):
    """How many calls are taken: at a time in all; of one number at a time and within an hour; of withheld numbers at a
    time; and how many calls of a number in a row may end without a word within ten minutes."""

    calls: int
    of_caller: int
    of_caller_hourly: int
    withheld: int
    hang_ups: int


class Blocked(NamedTuple):
    """A blocked number: its keyed hash, its last two digits, and until when (aware UTC)."""

    caller_key: str
    last_two: str
    until: datetime


class AdmissionStore:
    """Who may call. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def admit(
        self, restaurant_id: str, call_id: str, caller_key: str | None, limits: AdmissionLimits, now: datetime
    ) -> Admission:
        """Ask for a place. `caller_key` None: the number is withheld, and such callers cannot be told apart."""
        names = [
            keys.places_key(restaurant_id),
            keys.rung_key(restaurant_id, caller_key or _WITHHELD),
            keys.hang_ups_key(restaurant_id, caller_key or _WITHHELD),
            keys.blocked_key(restaurant_id),
        ]
        words: list[str | int] = [_place(call_id, caller_key), caller_key or _WITHHELD, _ms(now)]
        words += [keys.PLACE_S, keys.RUNG_S, keys.HANG_UPS_S, *limits]
        return cast("Admission", await self._connection.run(ADMIT, names, words))

    async def stay(self, restaurant_id: str, call_id: str, caller_key: str | None, now: datetime) -> None:
        """The call goes on: keep its place for another `keys.PLACE_S` seconds."""
        name = keys.places_key(restaurant_id)
        until = _ms(now) + 1000 * keys.PLACE_S
        await self._connection.command("ZADD", name, until, _place(call_id, caller_key))
        await self._connection.command("EXPIRE", name, keys.PLACE_S)

    async def leave(self, restaurant_id: str, call_id: str, caller_key: str | None) -> None:
        """The call is over: its place is free."""
        await self._connection.command("ZREM", keys.places_key(restaurant_id), _place(call_id, caller_key))

    async def hung_up_silently(self, restaurant_id: str, call_id: str, caller_key: str, now: datetime) -> None:
        """A number has rung and hung up without a word. Told twice it counts once."""
        name = keys.hang_ups_key(restaurant_id, caller_key)
        await self._connection.command("ZADD", name, "NX", _ms(now), call_id)
        await self._connection.command("EXPIRE", name, keys.HANG_UPS_S)

    async def block(self, restaurant_id: str, caller_key: str, last_two: str, days: int, now: datetime) -> datetime:
        """Turn a number away for some days; returns until when."""
        until = now + timedelta(days=days)
        words: list[str | int] = [caller_key, f"{last_two}:{_ms(until)}", _ms(until) - _ms(now)]
        await self._connection.run(BLOCK, [keys.blocked_key(restaurant_id)], words)
        return until

    async def unblock(self, restaurant_id: str, caller_key: str) -> bool:
        """Serve a number again; False when it was not blocked."""
        return await self._connection.command("HDEL", keys.blocked_key(restaurant_id), caller_key) == 1

    async def blocked(self, restaurant_id: str, now: datetime) -> tuple[Blocked, ...]:
        """The numbers that are turned away, those that will be served again first at the front."""
        found = await self._connection.command("HGETALL", keys.blocked_key(restaurant_id))
        entries = (_blocked(caller_key, value) for caller_key, value in cast("Mapping[str, str]", found).items())
        return tuple(sorted((entry for entry in entries if entry.until > now), key=lambda entry: entry.until))


_WITHHELD = "-"


def _place(call_id: str, caller_key: str | None) -> str:
    return f"{caller_key or _WITHHELD}:{call_id}"


def _blocked(caller_key: str, value: str) -> Blocked:
    last_two, _, until = value.partition(":")
    return Blocked(caller_key, last_two, datetime.fromtimestamp(int(until) / 1000, UTC))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
