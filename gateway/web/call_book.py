"""The calls' logs, as the webhooks read and write them between two legs."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from gateway.call.commands import event_of
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import AnyEvent, Dialled, milliseconds
from gateway.houses import Houses
from gateway.metrics import MetricsCollector
from gateway.orders.restaurant import Restaurant
from gateway.pos.call_payload import deliveries
from gateway.sound_log import sound_log
from gateway.store import LogEntry, SessionStore, StoreUnavailableError
from gateway.web.webhook_guard import Webhook

STORE_PAUSE_S = 0.2
"""Seconds between two questions to a store that is away, where it is asked again."""


class CallBook:
    """Reads calls out of the store, and notes what happened to them outside of a leg."""

    def __init__(
        self, store: SessionStore, houses: Houses, metrics: MetricsCollector, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._houses = houses
        self._metrics = metrics
        self._now = now

    async def log_of(self, call_id: str, restaurant: Restaurant) -> list[LogEntry]:
        """A call's log. A store that is away for a moment is asked again: who hears nothing meanwhile has an order."""
        while True:
            try:
                return await self._store.read_log(restaurant.id, call_id)
            except StoreUnavailableError:
                await asyncio.sleep(STORE_PAUSE_S)

    async def next_leg(self, call_id: str, restaurant: Restaurant) -> int | None:
        """The leg that follows those in the log of a call that was begun before; None when the call is over."""
        entries = await self._store.read_log(restaurant.id, call_id)
        call = await self.fold(call_id, restaurant, entries)
        said_goodbye = call.ended is not None and call.ended.next == "goodbye"
        return None if call.hung_up or said_goodbye else call.leg + 1

    async def note_dial(self, call: Call, hook: Webhook, leg: int) -> None:
        """What became of the staff's telephone, if it was rung. The fixed id makes a webhook that comes twice one."""
        if hook.dialled is not None:
            facts = {"session_id": call.call_id, "timestamp": milliseconds(self._now()), "leg": leg}
            event = Dialled.model_validate(facts | hook.dialled._asdict())
            await self.note(call, f"call.dialled-{leg}", event)

    async def obey(self, call: Call) -> None:
        """Take what the restaurant's people want done, and its kitchen says, where no leg of the call could take it."""
        if call.state is not State.DISCONNECTED:
            return
        for command in await self._store.commands.waiting(call.restaurant.id, call.call_id):
            event = event_of(command, self._now())
            await self.note(call, f"{event.type}-{command.id}", event)
            await self._store.commands.taken(call.restaurant.id, command.id)

    async def note(self, call: Call, event_id: str, event: AnyEvent) -> None:
        """Put an event into a call's log, and take it in. An id that is there already makes it no second one.

        Args:
            call: folded from its log; as it is after the event when this returns.
            event_id: which names what happened, so that a webhook that comes twice is one event.
            event: what happened.
        """
        call.handle(event)
        told = deliveries(event_id, call.happened, call)
        entry = (event_id, event.to_json())
        await self._store.append(call.restaurant.id, call.call_id, None, [entry], deliveries=told)

    async def fold(self, call_id: str, restaurant: Restaurant, entries: Sequence[LogEntry]) -> Call:
        """A call from what of its log is sound, with the menu that it began with; the next leg tells what is not.

        Args:
            call_id: the call.
            restaurant: whose.
            entries: its log.
        """
        events = sound_log(entries, call_id, self._metrics).events
        return Call.fold(call_id, await self._houses.as_begun(restaurant, events), events)
