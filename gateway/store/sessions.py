"""SessionStore: calls, leases, orders. Everything that must change together changes in one script (`scripts.py`).

Times are aware UTC and passed in; event and order JSON is opaque here. Methods raise StoreUnavailableError when the
server is away; every one of them may then simply be called again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self, cast

from gateway.store import keys
from gateway.store.admission import AdmissionStore
from gateway.store.commands import CommandStore
from gateway.store.connection import Connection, Health, Reply
from gateway.store.embedded import EmbeddedServer
from gateway.store.errors import LeaseLostError, StaleLegError
from gateway.store.menus import MenuStore
from gateway.store.messages import messages, outbox_keys
from gateway.store.offers import OfferStore
from gateway.store.records import (
    Appended,
    Batch,
    Claim,
    Delivery,
    Entry,
    FoundCall,
    HeldOrder,
    Hold,
    LatelyLimits,
    LiveCall,
    LogEntry,
    PlacedLately,
)
from gateway.store.scripts import (
    APPEND,
    BEGIN,
    CLAIM,
    CLAIM_TURNS,
    DROP_HELD,
    ENQUEUE,
    ONCE,
    RENEW,
    RESTORE,
    SUBMIT,
    TURN,
)


class SessionStore:
    """The store of calls and orders. Build it with `open_store`."""

    def __init__(
        self, connection: Connection, *, retention_s: int = keys.RETENTION_S, embedded: EmbeddedServer | None = None
    ) -> None:
        self.connection = connection
        self.offers = OfferStore(connection)
        self.admission = AdmissionStore(connection)
        self.commands = CommandStore(connection)
        self.menus = MenuStore(connection, retention_s)
        self.retention_s = retention_s
        self._embedded = embedded

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; the embedded server is stopped when nobody else uses it."""
        await self.connection.aclose()
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.close)

    async def health(self) -> Health:
        """The server's version, answer time and what is wrong with it, if anything."""
        return await self.connection.health()

    # The log and the lease of a call

    async def begin_call(
        self,
        restaurant_id: str,
        call_id: str,
        events: Sequence[Entry],
        now: datetime,
        deliveries: Sequence[Delivery] = (),
    ) -> bool:
        """Open a call's log with its first events, list the call as live, and have the POS told of them.

        Returns:
            False when the call was begun before; nothing is changed then.
        """
        call = keys.call_keys(restaurant_id, call_id)
        where = keys.where_key(keys.partition(restaurant_id), call_id)
        names = [call.log, call.seen, keys.live_key(restaurant_id), where, *outbox_keys(restaurant_id, deliveries)]
        words = [call_id, restaurant_id, _ms(now), keys.LIVE_S, self.retention_s, keys.SEEN_S, *_flat(events)]
        return await self.connection.run(BEGIN, names, [*words, *messages(deliveries)]) == 1

    async def append(
        self,
        restaurant_id: str,
        call_id: str,
        fence: int | None,
        events: Sequence[Entry],
        hold: Hold | None = None,
        deliveries: Sequence[Delivery] = (),
    ) -> None:
        """Append events, hold the order with them and have the POS told of them, in one step.

        An event whose id is in the log already is not written again, a delivery whose id is known not sent again.

        Raises:
            LeaseLostError: a higher leg has the lease; nothing was written.
        """
        batch = Batch(restaurant_id, call_id, fence, events, hold, deliveries=deliveries)
        if await self.append_many([batch]) == ["fenced_off"]:
            raise LeaseLostError(call_id)

    async def append_many(self, batches: Sequence[Batch]) -> list[Appended]:
        """Append to several calls of one partition in one step; says of each what became of it."""
        names: list[str] = []
        words: list[str | int] = [self.retention_s, keys.SEEN_S, len(batches)]
        for batch in batches:
            call = keys.call_keys(batch.restaurant_id, batch.call_id)
            names += (call.fence, call.log, call.seen, *outbox_keys(batch.restaurant_id, batch.deliveries))
            words += ("" if batch.fence is None else batch.fence, batch.after, batch.restaurant_id)
            words += (*_flat(batch.events), *messages(batch.deliveries))
            if batch.hold is None:
                words.append(0)
                continue
            hold = batch.hold
            names.append(keys.held_key(batch.restaurant_id, hold.caller_key))
            names.append(keys.order_key(batch.restaurant_id, hold.order_id))
            words += (1, hold.order_id, hold.order, batch.call_id, hold.window_s)
        done = _list(await self.connection.run(APPEND, names, words))
        return [_APPENDED[cast("int", one)] for one in done]

    async def restore(
        self, restaurant_id: str, call_id: str, fence: int, events: Sequence[Entry], now: datetime
    ) -> bool:
        """Write a log again of which the server has forgotten a part, from its beginning, and the fence with it.

        Returns:
            False when a higher leg has the lease; nothing is changed then.
        """
        call = keys.call_keys(restaurant_id, call_id)
        where = keys.where_key(keys.partition(restaurant_id), call_id)
        names = [call.fence, call.log, call.seen, keys.live_key(restaurant_id), where]
        words = [fence, call_id, restaurant_id, _ms(now), keys.LIVE_S, self.retention_s, keys.SEEN_S, *_flat(events)]
        return await self.connection.run(RESTORE, names, words) == 1

    async def claim_leg(
        self, restaurant_id: str, call_id: str, leg: int, nonce: str, owner: str, ttl_s: float
    ) -> Claim:
        """Use a stream token and take the call over: the fence rises, and what older legs write is refused.

        A token that was used before is the same handshake tried again by Twilio: it is given the next leg number.

        Args:
            restaurant_id: as the token says.
            call_id: as the token says.
            leg: as the token says.
            nonce: as the token says.
            owner: who takes it: names the process for staff and for `lease_owner`.
            ttl_s: how long the lease lasts without `renew_lease`.

        Raises:
            StaleLegError: a newer leg runs.
        """
        call = keys.call_keys(restaurant_id, call_id)
        names = [call.fence, keys.nonce_key(restaurant_id, nonce), call.lease, call.log]
        words: list[str | int] = [leg, owner, int(ttl_s * 1000), keys.NONCE_S, self.retention_s]
        answer = _list(await self.connection.run(CLAIM, names, words))
        if answer[0] == 0:
            raise StaleLegError(call_id)
        given, fence, log = answer
        return Claim(cast("int", given), cast("int", fence), tuple(_entry(raw) for raw in _list(log)))

    async def claim_turns(self, restaurant_id: str, call_id: str, leg: int) -> Claim:
        """Take the call over for turns that any process may take: the fence rises, and nobody holds a lease.

        Asked again for the same `leg` it gives the same answer, with the log as it is then.

        Raises:
            StaleLegError: a newer leg runs.
        """
        call = keys.call_keys(restaurant_id, call_id)
        names = [call.fence, keys.turns_key(restaurant_id, call_id, leg), call.lease, call.log]
        answer = _list(await self.connection.run(CLAIM_TURNS, names, [leg, keys.NONCE_S, self.retention_s]))
        if answer[0] == 0:
            raise StaleLegError(call_id)
        given, fence, log = answer
        return Claim(cast("int", given), cast("int", fence), tuple(_entry(raw) for raw in _list(log)))

    async def append_turn(
        self,
        restaurant_id: str,
        call_id: str,
        fence: int,
        events: Sequence[Entry],
        hold: Hold | None = None,
        deliveries: Sequence[Delivery] = (),
    ) -> bool:
        """Append all the events of a turn, or none of them; hold the order with them, and have the POS told of them.

        Args:
            restaurant_id: whose call it is.
            call_id: the call.
            fence: under which the turn's leg was claimed.
            events: at least one; the id of the first stands for the turn.
            hold: an open order to be held.
            deliveries: what the POS is to be told.

        Returns:
            False when the turn was written before, by whomever; nothing was written then.

        Raises:
            LeaseLostError: a higher leg has the call; nothing was written.
        """
        call = keys.call_keys(restaurant_id, call_id)
        held = hold or Hold("-", "-", "", 0)
        names = [call.fence, call.log, call.seen, keys.held_key(restaurant_id, held.caller_key)]
        names += (keys.order_key(restaurant_id, held.order_id), *outbox_keys(restaurant_id, deliveries))
        words: list[str | int] = [fence, self.retention_s, keys.SEEN_S, 0 if hold is None else 1]
        words += [held.order_id, held.order, call_id, held.window_s, *_flat(events)]
        words += [restaurant_id, *messages(deliveries)]
        answer = await self.connection.run(TURN, names, words)
        if answer == -1:
            raise LeaseLostError(call_id)
        return answer == 1

    async def renew_lease(self, restaurant_id: str, call_id: str, fence: int, owner: str, ttl_s: float) -> None:
        """Keep the lease for another `ttl_s` seconds.

        Raises:
            LeaseLostError: a higher leg has it.
        """
        call = keys.call_keys(restaurant_id, call_id)
        if await self.connection.run(RENEW, [call.fence, call.lease], [fence, owner, int(ttl_s * 1000)]) != 1:
            raise LeaseLostError(call_id)

    async def release_lease(self, restaurant_id: str, call_id: str, fence: int, owner: str) -> None:
        """Give the lease back, if it is still ours."""
        call = keys.call_keys(restaurant_id, call_id)
        await self.connection.run(RENEW, [call.fence, call.lease], [fence, owner, 0])

    async def lease_owner(self, restaurant_id: str, call_id: str) -> str | None:
        """Who serves the call now; None when nobody does, or its process died."""
        return cast("str | None", await self.connection.command("GET", keys.call_keys(restaurant_id, call_id).lease))

    async def fence(self, restaurant_id: str, call_id: str) -> int | None:
        """Under which the newest leg holds the call, or held it; None before its first."""
        found = await self.connection.command("HGET", keys.call_keys(restaurant_id, call_id).fence, "fence")
        return None if found is None else int(cast("str", found))

    async def read_log(self, restaurant_id: str, call_id: str, after: str | None = None) -> list[LogEntry]:
        """The events of a call, oldest first; with `after`, those behind that position only."""
        log = keys.call_keys(restaurant_id, call_id).log
        found = await self.connection.command("XRANGE", log, "-" if after is None else f"({after}", "+")
        pairs = cast("list[tuple[str, dict[str, str]]]", found)
        return [LogEntry(position, fields["i"], fields["e"]) for position, fields in pairs]

    async def find_call(self, call_id: str) -> FoundCall | None:
        """Whose call it is, when only its id is known: every partition is asked."""
        names = [keys.where_key(number, call_id) for number in range(keys.PARTITIONS)]
        for restaurant in await asyncio.gather(*(self.connection.command("GET", name) for name in names)):
            if restaurant is not None:
                return FoundCall(str(restaurant), call_id)
        return None

    async def end_call(self, restaurant_id: str, call_id: str) -> None:
        """Take a call off the list of live ones. Its log stays for as long as logs are kept."""
        await self.connection.command("ZREM", keys.live_key(restaurant_id), call_id)

    async def live_calls(self, restaurant_id: str, now: datetime) -> list[LiveCall]:
        """The restaurant's calls that are going on, oldest first."""
        oldest = _ms(now) - 1000 * keys.LIVE_S
        words = ("ZRANGE", keys.live_key(restaurant_id), oldest, "+inf", "BYSCORE", "WITHSCORES")
        found = cast("list[tuple[str, float]]", await self.connection.command(*words))
        return [LiveCall(call_id, datetime.fromtimestamp(start / 1000, UTC)) for call_id, start in found]

    # Orders

    async def held_order(self, restaurant_id: str, caller_key: str) -> HeldOrder | None:
        """The open order of an earlier call of this caller, while its window lasts."""
        found = await self.connection.command("HGETALL", keys.held_key(restaurant_id, caller_key))
        fields = cast("Mapping[str, str]", found)
        return HeldOrder(fields["order_id"], fields["order"], fields["call_id"]) if fields else None

    async def drop_held(self, restaurant_id: str, caller_key: str, order_id: str | None = None) -> bool:
        """Forget a held order; with `order_id` only if it is that one. False when there was none."""
        held = keys.held_key(restaurant_id, caller_key)
        return await self.connection.run(DROP_HELD, [held], [order_id or ""]) == 1

    async def submit(
        self,
        restaurant_id: str,
        call_id: str,
        fence: int | None,
        *,
        order_id: str,
        version: int,
        order: str,
        delivery: Delivery,
        events: Sequence[Entry],
        now: datetime,
        caller_key: str | None = None,
        cents: int = 0,
        lately: LatelyLimits | None = None,
    ) -> Literal["submitted", "already", "too_much"]:
        """Place an order: its record, the message to the POS, the log and the end of the held order in one step; with
        them what the caller has ordered lately, which is `cents` more.

        However often and from however many legs it is called, an order is placed once. Await the log's `flushed`
        before, so that the log tells the story in order.

        Returns:
            `already` when this order was placed before, in whichever version, and `too_much` when the caller's other
            orders of late leave no room for it in the limits `lately`; then nothing is changed.

        Raises:
            LeaseLostError: a higher leg has the lease; nothing was written.
        """
        number = keys.partition(restaurant_id)
        call = keys.call_keys(restaurant_id, call_id)
        names = [
            call.fence,
            call.log,
            call.seen,
            keys.order_key(restaurant_id, order_id),
            keys.held_key(restaurant_id, caller_key or "-"),
            keys.queue_key(number, delivery.queue),
            keys.outbox_key(number),
            keys.recent_key(restaurant_id, caller_key or "-"),
            keys.late_key(number),
        ]
        words: list[str | int] = ["" if fence is None else fence, order_id, version, order, call_id, _ms(now)]
        words += [self.retention_s, keys.SEEN_S]
        words += [delivery.queue, delivery.id, delivery.type, restaurant_id, delivery.payload]
        words += ["" if caller_key is None else cents, keys.RECENT_S]
        words += ["", ""] if lately is None else [lately.orders, lately.cents]
        words.append(keys.LATE_MS)
        answer = await self.connection.run(SUBMIT, names, [*words, *_flat(events)])
        if answer == -1:
            raise LeaseLostError(call_id)
        if answer == 2:
            return "too_much"
        return "submitted" if answer == 1 else "already"

    async def enqueue(self, restaurant_id: str, delivery: Delivery, now: datetime) -> bool:
        """Have a message delivered to the POS, behind those of its queue. False when it was enqueued before."""
        words: list[str | int] = [restaurant_id, _ms(now), self.retention_s, *messages([delivery])]
        return await self.connection.run(ENQUEUE, outbox_keys(restaurant_id, [delivery]), words) == 1

    async def placed_order(self, restaurant_id: str, order_id: str) -> Mapping[str, str] | None:
        """The record of a placed order: state, version, order, call_id, at; None when it was not placed."""
        found = await self.connection.command("HGETALL", keys.order_key(restaurant_id, order_id))
        return cast("Mapping[str, str]", found) or None

    async def placed_lately(self, restaurant_id: str, caller_key: str, now: datetime) -> tuple[PlacedLately, ...]:
        """What a caller has ordered within the last ten minutes before `now`, oldest first."""
        oldest = _ms(now) - 1000 * keys.RECENT_S
        words = ("ZRANGE", keys.recent_key(restaurant_id, caller_key), oldest, "+inf", "BYSCORE", "WITHSCORES")
        found = cast("list[tuple[str, float]]", await self.connection.command(*words))
        return tuple(
            PlacedLately(int(member.rpartition(":")[2]), datetime.fromtimestamp(at / 1000, UTC)) for member, at in found
        )

    async def once(self, restaurant_id: str, key: str, value: str, ttl_s: int = 3600) -> str:
        """The answer to a webhook that may come several times: the first answer wins and is given again."""
        name = keys.once_key(restaurant_id, key)
        first = await self.connection.run(ONCE, [name], [value, ttl_s])
        return value if first is None else str(first)

    async def answered_before(self, restaurant_id: str, key: str) -> str | None:
        """The answer that `once` keeps; None when there is none."""
        return cast("str | None", await self.connection.command("GET", keys.once_key(restaurant_id, key)))


_APPENDED: tuple[Appended, ...] = ("fenced_off", "kept", "forgotten")  # as the script numbers them


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _flat(events: Sequence[Entry]) -> list[str | int]:
    return [len(events), *(part for event in events for part in event)]


def _list(reply: Reply) -> list[Reply]:
    assert isinstance(reply, list)
    return reply


def _entry(raw: Reply) -> LogEntry:
    position, fields = cast("tuple[str, list[str]]", raw)
    return LogEntry(position, fields[1], fields[3])
