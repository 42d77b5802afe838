"""`gateway 86`: what has run out and how long an order takes, as the restaurant's people say it; calls know at once.

Entries lie over the menu file until they are taken back or their time has come. Times are the restaurant's own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from gateway.cli.restaurants import Folder, find_restaurant
from gateway.cli.terminal import fail, out
from gateway.orders.menu import Menu
from gateway.orders.offer import Offer
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import option_ref
from gateway.store import EmbeddedServerError, OfferStore, StoreError, StoreUrlError, open_store

eighty_six = typer.Typer(help="What has run out, and how long an order takes now.", no_args_is_help=True)

Result = TypeVar("Result")
Whose = Annotated[str, typer.Argument(metavar="RESTAURANT", help="The restaurant's id: the name of its folder.")]
What = Annotated[str, typer.Argument(metavar="ITEM", help="An item or a choice, by name, id or group/option.")]
Until = Annotated[str | None, typer.Option(metavar="HH:MM", help="When it is back, by the restaurant's clock.")]
Minutes = Annotated[int | None, typer.Argument(min=1, max=600, help="Left out: as long as the settings say.")]
RedisUrl = Annotated[str | None, typer.Option(envvar="REDIS_URL", show_envvar=True, help="The store.")]
DataDir = Annotated[Path | None, typer.Option(envvar="DATA_DIR", help="Folder of the embedded store.")]


@eighty_six.command("list")
def list_(restaurant: Whose, redis_url: RedisUrl = None, data_dir: DataDir = None, restaurants: Folder = None) -> None:
    """Print what has run out, until when, and how long an order takes."""
    house = find_restaurant(restaurant, restaurants)
    _print(house, _ask(redis_url, data_dir, lambda offers: offers.read(house.id)))


@eighty_six.command("out")
def out_(
    restaurant: Whose,
    item: What,
    until: Until = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    restaurants: Folder = None,
) -> None:
    """Take an item or a choice off the menu, until a time of day or until it is said to be back."""
    house = find_restaurant(restaurant, restaurants)
    ref = _ref(house.menu, item)
    back = None if until is None else _next(until, house, datetime.now(UTC))
    _ask(redis_url, data_dir, lambda offers: offers.sell_out(house.id, ref, back))
    when = "until it is back" if back is None else f"until {back.astimezone(house.zone):%a %H:%M}"
    out.print(f"[yellow]{escape(ref)}[/] is sold out {when}.")


@eighty_six.command("back")
def back(
    restaurant: Whose, item: What, redis_url: RedisUrl = None, data_dir: DataDir = None, restaurants: Folder = None
) -> None:
    """Put an item or a choice on the menu again."""
    house = find_restaurant(restaurant, restaurants)
    ref = _ref(house.menu, item)
    was_out = _ask(redis_url, data_dir, lambda offers: offers.bring_back(house.id, ref))
    out.print(f"[green]{escape(ref)}[/] {'is back' if was_out else 'was not sold out'}.")


@eighty_six.command("quote")
def quote(
    restaurant: Whose,
    minutes: Minutes = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    restaurants: Folder = None,
) -> None:
    """Say how many minutes an order takes now."""
    house = find_restaurant(restaurant, restaurants)
    _ask(redis_url, data_dir, lambda offers: offers.quote(house.id, minutes))
    out.print(f"An order takes {minutes or house.quote_minutes} minutes.")


def _print(house: Restaurant, offer: Offer) -> None:
    now = datetime.now(UTC)
    entries = [entry for entry in offer.sold_out.entries if entry.until is None or now < entry.until]
    if entries:
        table = Table("sold out", "until")
        for entry in entries:
            until = "it is back" if entry.until is None else f"{entry.until.astimezone(house.zone):%a %H:%M}"
            table.add_row(escape(entry.ref), until)
        out.print(table)
    else:
        out.print("Nothing is sold out.")
    out.print(f"An order takes {offer.quote_minutes or house.quote_minutes} minutes.")


def _ask(redis_url: str | None, data_dir: Path | None, question: Callable[[OfferStore], Awaitable[Result]]) -> Result:
    async def ask() -> Result:
        async with await open_store(redis_url, data_dir) as store:
            return await question(store.offers)

    try:
        return asyncio.run(ask())
    except (StoreError, StoreUrlError, EmbeddedServerError) as error:
        fail(f"the store cannot be used: {error}")


def _ref(menu: Menu, wanted: str) -> str:
    """What the 86 list calls an item or a choice that is given by any of its names."""
    named: dict[str, set[str]] = {}
    for item in menu.items:
        for name in (item.id, item.name, *item.spoken):
            named.setdefault(name.casefold(), set()).add(item.id)
    for group in menu.modifier_groups:
        for option in group.options:
            ref = option_ref(group.id, option.id)
            for name in (ref, option.id, option.name, *option.spoken):
                named.setdefault(name.casefold(), set()).add(ref)
    refs = [wanted] if menu.item(wanted) is not None else sorted(named.get(wanted.casefold(), ()))
    if not refs:
        fail(f"nothing on the menu is called {wanted}; items are {', '.join(item.id for item in menu.items)}")
    if len(refs) > 1:
        fail(f"{wanted} may be {', '.join(refs)}: say which")
    return refs[0]


def _next(clock: str, house: Restaurant, now: datetime) -> datetime:
    """The next time at which the restaurant's clock shows `clock`."""
    try:
        at = time.fromisoformat(clock)
    except ValueError:
        fail(f"{clock} is no time of day: write HH:MM, such as 17:30")
    today = now.astimezone(house.zone).date()
    todays = datetime.combine(today, at, tzinfo=house.zone)
    return todays if todays > now else datetime.combine(today + timedelta(days=1), at, tzinfo=house.zone)
