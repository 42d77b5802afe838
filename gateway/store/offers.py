"""OfferStore: the 86 list, the quote time and a pause of each restaurant, as its people set them, over the files.

One hash per restaurant, read as a whole: `out:` and a reference for what has run out, with the time of its return in
Unix milliseconds or nothing, `quote` for the minutes that an order takes, `pause` for the end of a pause in the same
form with its reason behind a space.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from gateway.orders.offer import Offer, Pause
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.store import keys
from gateway.store.connection import Connection
from gateway.store.scripts import REPLACE_SOLD_OUT

_OUT = "out:"
_QUOTE = "quote"
_PAUSE = "pause"


class OfferStore:
    """What restaurants can sell at the moment. All methods raise `StoreUnavailableError` when the store is away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def read(self, restaurant_id: str) -> Offer:
        """The whole list, by reference, and the quote time. What is back by now is still in it: entries know when."""
        found = await self._connection.command("HGETALL", keys.offer_key(restaurant_id))
        fields = cast("Mapping[str, str]", found)
        entries = sorted(
            (
                SoldOutEntry(name.removeprefix(_OUT), _moment(until))
                for name, until in fields.items()
                if name[:4] == _OUT
            ),
            key=lambda entry: entry.ref,
        )
        quote = fields.get(_QUOTE, "")
        return Offer(SoldOut(tuple(entries)), int(quote) if quote.isdecimal() else None, _pause(fields.get(_PAUSE)))

    async def sell_out(self, restaurant_id: str, ref: str, until: datetime | None = None) -> None:
        """Take something off the menu.

        Args:
            restaurant_id: whose menu.
            ref: an item id, or `group id/option id`.
            until: aware; None: until it is said to be back.
        """
        await self._set(restaurant_id, f"{_OUT}{ref}", _milliseconds(until))

    async def bring_back(self, restaurant_id: str, ref: str) -> bool:
        """Put something on the menu again; False when it was not off it."""
        return await self._connection.command("HDEL", keys.offer_key(restaurant_id), f"{_OUT}{ref}") == 1

    async def quote(self, restaurant_id: str, minutes: int | None) -> None:
        """Say how long an order takes now; None: as long as the settings say."""
        if minutes is None:
            await self._connection.command("HDEL", keys.offer_key(restaurant_id), _QUOTE)
        else:
            await self._set(restaurant_id, _QUOTE, str(minutes))

    async def replace(self, restaurant_id: str, sold_out: SoldOut) -> None:
        """Put a whole 86 list in place of the one that holds."""
        key = keys.offer_key(restaurant_id)
        words = [word for entry in sold_out.entries for word in (f"{_OUT}{entry.ref}", _milliseconds(entry.until))]
        await self._connection.run(REPLACE_SOLD_OUT, [key], [keys.OFFER_S, _OUT, *words])

    async def pause(self, restaurant_id: str, pause: Pause | None) -> None:
        """Take no orders for right away; None: take them again."""
        if pause is None:
            await self._connection.command("HDEL", keys.offer_key(restaurant_id), _PAUSE)
        else:
            await self._set(restaurant_id, _PAUSE, f"{_milliseconds(pause.until)} {pause.reason or ''}")

    async def _set(self, restaurant_id: str, name: str, value: str) -> None:
        key = keys.offer_key(restaurant_id)
        await self._connection.command("HSET", key, name, value)
        await self._connection.command("EXPIRE", key, keys.OFFER_S)


_LONGEST = 14
"""Digits of a moment that a clock can show; what is later never comes."""


def _moment(milliseconds: str) -> datetime | None:
    if not milliseconds.isdecimal() or len(milliseconds) > _LONGEST:
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _milliseconds(moment: datetime | None) -> str:
    return "" if moment is None else str(int(moment.timestamp() * 1000))


def _pause(written: str | None) -> Pause | None:
    if written is None:
        return None
    until, _, reason = written.partition(" ")
    return Pause(_moment(until), reason or None)
