"""`gateway block`: numbers whose calls are not answered any more; callers hear one sentence and are hung up.

The number is not kept: the store has its keyed hash (by `GATEWAY_SECRET`) and its last two digits.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.markup import escape
from rich.table import Table

from gateway.cli.houses import DataDir, Folder, RedisUrl, ask_store, find_houses
from gateway.cli.terminal import fail, out
from gateway.orders.restaurant import Restaurant
from gateway.security import caller_key, last_two
from gateway.settings import Settings
from gateway.store import AdmissionStore


def block(
    number: Annotated[str | None, typer.Argument(metavar="NUMBER", help="The caller's number, E.164.")] = None,
    restaurant: Annotated[str | None, typer.Option(help="Only there. Default: at every restaurant.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how long.")] = 365,
    list_: Annotated[bool, typer.Option("--list", help="Print the blocked numbers' last digits instead.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Answer the number again.")] = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    restaurants: Folder = None,
    secret: Annotated[str | None, typer.Option(envvar="GATEWAY_SECRET", show_envvar=True, help="Its key.")] = None,
) -> None:
    """Do not answer a number any more: its caller hears one sentence, and the restaurant's telephone does not ring."""
    houses = find_houses(restaurant, restaurants)
    now = datetime.now(UTC)
    if list_:
        _print(houses, ask_store(redis_url, data_dir, lambda store: _listed(store.admission, houses, now)))
        return
    digits = last_two(number)
    if digits is None:
        fail("give the number with its country code, such as +15550100123")
    key = caller_key(_secret(secret, data_dir), number)
    assert key is not None  # it has last digits
    where = ", ".join(house.id for house in houses)
    if remove:
        was = ask_store(redis_url, data_dir, lambda store: _unblocked(store.admission, houses, key))
        out.print(f"The number ending in {digits} {'is answered again at' if was else 'was not blocked at'} {where}.")
    else:
        until = ask_store(redis_url, data_dir, lambda store: _blocked(store.admission, houses, key, digits, days, now))
        out.print(f"The number ending in {digits} is blocked until {until:%Y-%m-%d} at {where}.")


async def _listed(
    store: AdmissionStore, houses: Sequence[Restaurant], now: datetime
) -> list[tuple[str, str, datetime]]:
    return [
        (house.id, entry.last_two, entry.until.astimezone(house.zone))
        for house in houses
        for entry in await store.blocked(house.id, now)
    ]


async def _blocked(
    store: AdmissionStore, houses: Sequence[Restaurant], key: str, digits: str, days: int, now: datetime
) -> datetime:
    untils = [await store.block(house.id, key, digits, days, now) for house in houses]
    return untils[0]


async def _unblocked(store: AdmissionStore, houses: Sequence[Restaurant], key: str) -> bool:
    return any([await store.unblock(house.id, key) for house in houses])  # all of them, not up to the first


def _print(houses: Sequence[Restaurant], entries: Sequence[tuple[str, str, datetime]]) -> None:
    if not entries:
        out.print(f"No number is blocked at {', '.join(house.id for house in houses)}.")
        return
    table = Table("restaurant", "number ends in", "until")
    for house, digits, until in entries:
        table.add_row(escape(house), digits, f"{until:%Y-%m-%d %H:%M}")
    out.print(table)


def _secret(given: str | None, data_dir: Path | None) -> str:
    """The gateway's own secret: in development the one that is kept in the data folder."""
    from gateway.app import gateway_secret  # noqa: PLC0415 - loads the whole gateway, which other commands do not need

    return gateway_secret(Settings(gateway_secret=None if given is None else SecretStr(given), data_dir=data_dir))
