"""`gateway calls` and `gateway staff`: the calls that are on, and what people at the restaurant do with them.

A command is left in the store, where the process that serves the call finds it within a second; while a call has no
line to the agent it waits there until it has one, or until the next question of the telephone company about it. With
PUBLIC_URL and the Twilio account in the environment, `take` and `end` have Twilio ask at once.
"""

import getpass
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from gateway.call.log_reader import read_log
from gateway.call.machine import Call
from gateway.call.staff import MAX_HINT, one_line
from gateway.call.states import State
from gateway.cli.houses import DataDir, Folder, RedisUrl, ask_store, find_houses
from gateway.cli.terminal import err, fail, out
from gateway.events import StaffAction
from gateway.houses import Houses
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.wording.money import price_text
from gateway.settings import Settings
from gateway.store import LiveCall, SessionStore
from gateway.twilio.rest import TwilioRest, account_of
from gateway.twilio.rest_answers import TwilioError

staff = typer.Typer(help="Act on a call while it is on.", no_args_is_help=True)

CallId = Annotated[str, typer.Argument(metavar="CALL", help="The call's id; `gateway calls` lists them.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help=f"What the agent should know, in {MAX_HINT} characters.")]
Whose = Annotated[str | None, typer.Option(metavar="ID", help="The restaurant whose call it is. Default: looked for.")]


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that is on, as its log tells it; `served` says that a process has it now."""

    live: LiveCall
    call: Call
    served: bool


def calls(
    restaurant: Whose = None, redis_url: RedisUrl = None, data_dir: DataDir = None, restaurants: Folder = None
) -> None:
    """List the calls that are on: since when, in which state, with which order."""
    houses = find_houses(restaurant, restaurants)
    seen = ask_store(redis_url, data_dir, lambda store: _look(store, houses))
    if not seen:
        out.print("No call is on.")
        return
    table = Table("call", "restaurant", "since", "state", "leg", "order", "total")
    for one in seen:
        table.add_row(*map(escape, _row(one)))
    out.print(table)


@staff.command("hint")
def hint(
    call: CallId,
    text: Text,
    restaurant: Whose = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    restaurants: Folder = None,
) -> None:
    """Let the agent know something. It uses it in its own words; no rule, price or menu is changed by it."""
    if not one_line(text, MAX_HINT):
        fail("the hint says nothing")
    if len(text) > MAX_HINT:
        fail(f"a hint has at most {MAX_HINT} characters; this one has {len(text)}")
    served = _act(call, "hint", restaurant, redis_url, data_dir, restaurants, text)
    out.print("The agent is told." if served else "The agent is told when the call has a line to it again.")


@staff.command("take")
def take(
    call: CallId,
    restaurant: Whose = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    restaurants: Folder = None,
) -> None:
    """Take the call over: the caller is put through to the restaurant's telephone."""
    now = _act(call, "take_over", restaurant, redis_url, data_dir, restaurants)
    out.print("Your telephone will ring." if now else "Your telephone will ring when the caller's turn comes.")


@staff.command("end")
def end(
    call: CallId,
    restaurant: Whose = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    restaurants: Folder = None,
) -> None:
    """End the call. An order that is not placed stays open for the same number's next call."""
    now = _act(call, "end", restaurant, redis_url, data_dir, restaurants)
    out.print("The call ends." if now else "The call ends when the caller's turn comes.")


def _act(
    call: str,
    action: StaffAction,
    restaurant: str | None,
    redis_url: str | None,
    data_dir: Path | None,
    folder: Path | None,
    text: str = "",
) -> bool:
    """Leave a command for a call that is on; whether it is taken now, by its process or by way of Twilio."""
    houses = find_houses(restaurant, folder)

    async def act(store: SessionStore) -> bool:
        found = next((one for one in await _look(store, houses) if one.call.call_id == call), None)
        if found is None:
            ended = await store.find_call(call)
            fail(
                f"the call {call} is over"
                if ended is not None
                else f"there is no call {call}; `gateway calls` lists them"
            )
        if action == "take_over" and found.call.restaurant.transfer_to is None:
            fail(f"{found.call.restaurant.id} has no telephone to take it with: set transfer_to in its restaurant.toml")
        given = await store.commands.give(found.call.restaurant.id, call, action, text=text, who=_who())
        return found.served or await _steer(store, found.call, action, given)

    return ask_store(redis_url, data_dir, act)


async def _steer(store: SessionStore, call: Call, action: StaffAction, command_id: str) -> bool:
    """Have Twilio ask now what follows for a call that no process serves; whether it does."""
    settings = _twilio_settings()
    account = None if settings is None else account_of(settings)
    if settings is None or account is None or action == "hint":
        return False
    from gateway.web.steering import steering_document  # noqa: PLC0415 - for this alone, and slow to load

    fence = await store.fence(call.restaurant.id, call.call_id)
    document = steering_document(call, action, command_id, fence, settings.public_url)
    if document is None:
        return False
    try:
        async with TwilioRest(account) as twilio:
            return await twilio.redirect_call(call.call_id, document)
    except TwilioError as error:
        err.print(escape(f"Twilio was not to be moved at once: {error}"))
        return False


def _twilio_settings() -> Settings | None:
    """What the environment says of Twilio and of our address there; None where that is not enough to ask it anything.

    The other settings are none of this command's business, and may be missing here.
    """
    names = ("public_url", "twilio_account_sid", "twilio_auth_token", "twilio_api_url")
    given = {name: value for name in names if (value := os.environ.get(name.upper(), "").strip())}
    if "public_url" not in given:
        return None
    try:
        return Settings.model_validate(given)
    except ValidationError:  # `gateway check` says what is wrong
        return None


async def _look(store: SessionStore, houses: Sequence[Restaurant]) -> list[Seen]:
    """The calls that are on, oldest first."""
    now, seen, menus = datetime.now(UTC), [], Houses(houses, store)
    for house in houses:
        for live in await store.live_calls(house.id, now):
            entries = await store.read_log(house.id, live.call_id)
            events = read_log(((entry.event_id, entry.event) for entry in entries), live.call_id).events
            served = await store.lease_owner(house.id, live.call_id) is not None
            begun = await menus.as_begun(house, events)  # with the menu of that call
            seen.append(Seen(live, Call.fold(live.call_id, begun, events), served))
    return sorted(seen, key=lambda one: one.live.started)


def _row(one: Seen) -> tuple[str, ...]:
    call, house = one.call, one.call.restaurant
    order = call.order
    total = "" if order is None or not order.lines else price_text(totals(order, house.menu).total, order.currency)
    summary = call.desk.summary() or "nothing yet"
    placed = f" [{order.state.value}]" if order is not None and order.lines else ""
    since = f"{one.live.started.astimezone(house.zone):%a %H:%M:%S}"
    return call.call_id, house.id, since, _state(one), str(call.leg), f"{summary}{placed}", total


def _state(one: Seen) -> str:
    """Where the call is; between legs, what it waits for."""
    call = one.call
    if call.state is not State.DISCONNECTED:
        return call.state.diagram_name if one.served else "line lost"
    if call.ended is None:
        return "line lost" if call.leg else "ringing"
    if call.ended.next == "transfer":
        return "with the staff" if call.staff_line.accepted(call.leg + 1) else "ringing the staff"
    return "ending"


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return ""
