"""What can be had during a call: 86 list and quote time as events tell them, and what the model must hear of it.

Rules: the tools know at once; the model is told of what is in the open order and has run out, once, and not while it
speaks. Nothing is said because of it alone: it comes with the agent's next words, and at the latest with the confirm.
"""

from datetime import UTC, datetime

from gateway.call import prompts
from gateway.call.connection import ModelConnection
from gateway.call.desk import Desk
from gateway.call.replies import Replies
from gateway.events import OfferChanged, OrderPause, SoldOutItem, milliseconds
from gateway.orders.offer import Offer, Pause
from gateway.orders.sold_out import SoldOut, SoldOutEntry


def offer_of(event: OfferChanged) -> Offer:
    """What an event says can be had."""
    entries = (SoldOutEntry(entry.ref, _moment(entry.until)) for entry in event.sold_out)
    pause = None if event.pause is None else Pause(_moment(event.pause.until), event.pause.reason)
    return Offer(SoldOut(tuple(entries)), event.quote_minutes, pause)


def offer_changed(offer: Offer, call_id: str, at: datetime) -> OfferChanged:
    """The event that tells a call what can be had, from `at` (aware UTC) on."""
    return OfferChanged(
        session_id=call_id,
        timestamp=milliseconds(at),
        sold_out=tuple(
            SoldOutItem(ref=entry.ref, until=None if entry.until is None else milliseconds(entry.until))
            for entry in offer.sold_out.entries
        ),
        quote_minutes=offer.quote_minutes,
        pause=_pause_of(offer),
    )


def _pause_of(offer: Offer) -> OrderPause | None:
    if offer.pause is None:
        return None
    until = offer.pause.until
    return OrderPause(until=None if until is None else milliseconds(until), reason=offer.pause.reason)


class Offers:
    """What the model of one call knows of the 86 list."""

    def __init__(self, desk: Desk, connection: ModelConnection, replies: Replies) -> None:
        self._desk = desk
        self._connection = connection
        self._replies = replies
        self._told: set[str] = set()

    def changed(self, event: OfferChanged) -> None:
        """Other things can be had than before."""
        self._desk.offer = offer_of(event)
        self.tell(event.at)

    def model_up(self, at: datetime) -> None:
        """A new model knows nothing of what another was told."""
        self._told.clear()
        self.tell(at)

    def tell(self, at: datetime) -> None:
        """Tell the model what of the open order has run out, unless it speaks just now or knows it."""
        if self._replies.active is not None or not self._connection.up:
            return
        short = {shortfall.not_now.say: shortfall for shortfall in self._desk.run_out(at)}
        self._told &= short.keys()  # what is back, or was taken off, may run out again
        fresh = [shortfall for say, shortfall in short.items() if say not in self._told]
        if fresh:
            self._told |= short.keys()
            self._connection.note(prompts.sold_out_note(fresh))


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)
