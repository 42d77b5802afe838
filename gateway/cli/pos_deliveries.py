"""`gateway pos deliveries`: what waits for a POS, what was given up, and how to send that again.

It asks the store alone, so that it works wherever the store can be reached. Callers' numbers are never printed.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gateway.cli.houses import DataDir, RedisUrl, ask_store
from gateway.cli.terminal import fail, out
from gateway.masking import Masker
from gateway.pos.deliveries import DeadLetter, DeliveryBook, Waiting
from gateway.pos.worker import CARRIED
from gateway.store import SessionStore

deliveries = typer.Typer(help="What waits for a POS, and what was given up.", invoke_without_command=True)

Entry = TypeVar("Entry")
Whose = Annotated[str | None, typer.Option("--restaurant", metavar="ID", help="Of one restaurant. Default: of all.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The webhook-id, as the list has it.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many of each kind at most.")]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is listed, and whether there is more of it."""

    waiting: list[Waiting]
    dead: list[DeadLetter]
    more_waiting: bool
    more_dead: bool
    disabled: dict[str, tuple[str, ...]]


@deliveries.callback()
def list_(
    context: typer.Context,
    restaurant: Whose = None,
    limit: Limit = 50,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
) -> None:
    """List what waits for a POS (next attempt, last failure), and what was given up."""
    context.obj = (redis_url, data_dir)
    if context.invoked_subcommand is not None:
        return
    found = ask_store(redis_url, data_dir, lambda store: _find(store, restaurant, limit))
    now = datetime.now(UTC)
    if not found.waiting and not found.dead:
        out.print("Nothing waits, and nothing was given up.")
    if found.waiting:
        _print_waiting(found, now)
    if found.dead:
        _print_dead(found, now)
    for house, reasons in found.disabled.items():
        out.print(f"[red]{escape(house)} is sent nothing[/]: {escape('; '.join(reasons))}.")
        out.print(f"When that is mended: gateway pos deliveries enable {escape(house)}", soft_wrap=True)


@deliveries.command("show")
def show(context: typer.Context, delivery_id: Id, redis_url: RedisUrl = None, data_dir: DataDir = None) -> None:
    """Print a delivery and what it carries, without telephone numbers and addresses."""
    url, folder = _where(context, redis_url, data_dir)
    found = ask_store(url, folder, lambda store: DeliveryBook(store).find(delivery_id))
    if found is None:
        fail(f"nothing with the id {delivery_id} waits or was given up: it was delivered, or never existed")
    now = datetime.now(UTC)
    facts = Table.grid(padding=(0, 2))
    for name, value in (
        ("id", found.id),
        ("restaurant", found.restaurant_id),
        ("type", found.type),
        ("order", found.queue),
        ("submitted", f"{found.submitted:%Y-%m-%d %H:%M:%S} UTC, {_age(now - found.submitted)} ago"),
        *_fate(found, now),
    ):
        facts.add_row(f"[dim]{name}[/]", escape(value))
    out.print(facts)
    out.print(_readable(found.payload), markup=False, soft_wrap=True)


@deliveries.command("redeliver")
def redeliver(
    context: typer.Context,
    delivery_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The webhook-id.")] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Everything that was given up.")] = False,
    restaurant: Whose = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
) -> None:
    """Send again what was given up, with the same webhook-id. Asking twice sends it once."""
    if (delivery_id is None) != all_dead:
        fail("name one webhook-id, or everything with --all-dead")
    url, folder = _where(context, redis_url, data_dir)
    sent, kept = ask_store(url, folder, lambda store: _send_again(store, delivery_id, restaurant))
    for house in sorted({letter.restaurant_id for letter in kept}):
        out.print(f"[red]{escape(house)} is sent nothing[/]: its endpoint is disabled. First:")
        out.print(f"  gateway pos deliveries enable {escape(house)}", soft_wrap=True)
    for letter in sent:
        out.print(f"[green]on its way again[/]: {escape(letter.id)}", soft_wrap=True)
    if kept:
        raise typer.Exit(1)
    if not sent:
        if delivery_id is not None:
            fail(f"nothing with the id {delivery_id} was given up: it is on its way, was delivered, or never existed")
        out.print("Nothing was given up.")


@deliveries.command("enable")
def enable(
    context: typer.Context,
    restaurant: Annotated[str, typer.Argument(metavar="RESTAURANT", help="The restaurant's id.")],
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
) -> None:
    """Deliver again to a restaurant whose endpoint was disabled, as it had answered 410."""
    url, folder = _where(context, redis_url, data_dir)
    was = ask_store(url, folder, lambda store: DeliveryBook(store).enable(restaurant))
    if not was:
        out.print(f"No endpoint of {escape(restaurant)} is disabled.")
        return
    out.print(f"[green]{escape(restaurant)} is delivered to again.[/] For what was given up meanwhile:")
    out.print(f"  gateway pos deliveries redeliver --all-dead --restaurant {escape(restaurant)}", soft_wrap=True)


def _where(context: typer.Context, redis_url: str | None, data_dir: Path | None) -> tuple[str | None, Path | None]:
    """The store that is named behind the command's name, else the one before it, where the environment counts."""
    sources = (context.get_parameter_source(name) for name in ("redis_url", "data_dir"))
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        return redis_url, data_dir
    before: tuple[str | None, Path | None] = context.obj
    return before


async def _find(store: SessionStore, restaurant_id: str | None, limit: int) -> _Found:
    book = DeliveryBook(store)
    waiting, more_waiting = await _first(book.waiting(restaurant_id), limit)
    dead, more_dead = await _first(book.dead(restaurant_id), limit)
    houses = {one.restaurant_id for one in waiting} | {letter.restaurant_id for letter in dead}
    houses |= set() if restaurant_id is None else {restaurant_id}
    reasons = {house: await book.disabled(house) for house in sorted(houses)}
    disabled = {house: why for house, why in reasons.items() if why}
    waiting.sort(key=lambda one: (one.due is not None, one.due or one.submitted))
    return _Found(waiting, sorted(dead, key=lambda one: one.died), more_waiting, more_dead, disabled)


async def _first(entries: AsyncIterator[Entry], limit: int) -> tuple[list[Entry], bool]:
    """So many of them, and whether there are more."""
    found: list[Entry] = []
    async for entry in entries:
        if len(found) == limit:
            return found, True
        found.append(entry)
    return found, False


async def _send_again(
    store: SessionStore, delivery_id: str | None, restaurant_id: str | None
) -> tuple[list[DeadLetter], list[DeadLetter]]:
    """What is on its way again, and what stays since its endpoint is disabled: it would be dead again at once."""
    book = DeliveryBook(store)
    sent: list[DeadLetter] = []
    kept: list[DeadLetter] = []
    disabled: dict[str, bool] = {}
    until = datetime.now(UTC)  # what dies meanwhile is not sent in a circle
    async for letter in book.dead(restaurant_id):
        if delivery_id not in (None, letter.id) or letter.died > until:
            continue
        house = letter.restaurant_id
        if house not in disabled:
            disabled[house] = bool(await book.disabled(house))
        if disabled[house] and letter.type not in CARRIED:
            kept.append(replace(letter, payload=""))
        elif await book.redeliver(letter):
            sent.append(replace(letter, payload=""))
    return sent, kept


def _print_waiting(found: _Found, now: datetime) -> None:
    """Ids stand on lines of their own, never wrapped, so that they can be copied."""
    out.print("[bold]waiting[/]")
    for one in found.waiting:
        tried = f"{one.tries} {'attempt' if one.tries == 1 else 'attempts'} failed, next {_next(one, now)}"
        behind = f"{one.behind} more behind it" if one.behind else ""
        _print_entry(one.id, one.restaurant_id, tried, one.failure, behind)
    if found.more_waiting:
        out.print("[yellow]There is more; --limit shows it.[/]")


def _print_dead(found: _Found, now: datetime) -> None:
    out.print("[bold]given up[/]")
    for letter in found.dead:
        _print_entry(letter.id, letter.restaurant_id, f"{_age(now - letter.died)} ago", letter.reason)
    if found.more_dead:
        out.print("[yellow]There is more; --limit shows it.[/]")
    out.print("Once the POS takes them: gateway pos deliveries redeliver ID, or --all-dead", soft_wrap=True)


def _print_entry(delivery_id: str, *facts: str) -> None:
    out.print(escape(delivery_id), soft_wrap=True)
    out.print(Padding(Text("; ".join(fact for fact in facts if fact), style="dim"), (0, 0, 0, 4)))


def _fate(found: Waiting | DeadLetter, now: datetime) -> list[tuple[str, str]]:
    if isinstance(found, DeadLetter):
        return [("given up", f"{_age(now - found.died)} ago: {found.reason}")]
    facts = [("attempts", str(found.tries)), ("next", _next(found, now))]
    return facts + ([("last failure", found.failure)] if found.failure else [])


def _next(waiting: Waiting, now: datetime) -> str:
    if waiting.due is None:
        return "now"
    return f"in {_age(waiting.due - now)}" if waiting.due > now else "now"


def _age(span: timedelta) -> str:
    """`42 s`, `7 min`, `3 h`, `2 d`."""
    seconds = max(0.0, span.total_seconds())
    for unit, size, limit in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def _readable(payload: str) -> str:
    """A message as indented JSON; numbers, addresses and what looks like a number are masked."""
    try:
        return json.dumps(Masker().value(json.loads(payload)), indent=2, ensure_ascii=False)
    except ValueError:
        return Masker().text(payload)
