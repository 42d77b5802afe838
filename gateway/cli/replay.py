"""`gateway replay CALL`: folds a recorded call and prints it: who said what when, the states, the order, the totals."""

import asyncio
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.story import Story
from gateway.cli.story_view import moment_line, order_table
from gateway.cli.terminal import fail, out
from gateway.events import AnyEvent, CallStarted, InvalidEventError, read_event
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, RestaurantErrors, load_restaurants
from gateway.store import EmbeddedServerError, StoreError, StoreUrlError, open_store


def replay(
    call: Annotated[str, typer.Argument(help="A call's id (CA...), or a file with one event in JSON on each line.")],
    redis_url: Annotated[str | None, typer.Option(envvar="REDIS_URL", show_envvar=True, help="The store.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(envvar="DATA_DIR", help="Folder of the embedded store; a running one is asked.")
    ] = None,
    restaurants: Annotated[
        Path | None, typer.Option(envvar="RESTAURANTS_DIR", help="The restaurants. Default: the examples.")
    ] = None,
    states: Annotated[bool, typer.Option(help="Print the states that the call went through.")] = True,
) -> None:
    """Print a recorded call: the transcript in spoken order, the changes of state, the order and its totals."""
    file = Path(call)
    if file.is_file():
        lines: Iterable[str] = file.read_text(encoding="utf-8").splitlines()
    else:
        lines = asyncio.run(_stored(call, redis_url, data_dir))
    events = _events(lines, call)
    if not events or not isinstance(events[0], CallStarted):
        fail(f"{call} does not begin as a call does (call.started)")
    story = Story(events[0].session_id, _restaurant(events[0].restaurant_id, restaurants or SHIPPED))
    for event in events:
        story.take(event)
    story.end()
    _print(story, states=states)


async def _stored(call: str, redis_url: str | None, data_dir: Path | None) -> list[str]:
    """The log of a call of any restaurant, from the store."""
    try:
        async with await open_store(redis_url, data_dir) as store:
            found = await store.find_call(call)
            if found is None:
                fail(
                    f"no call {call} in the store (and no such file); logs expire, and REDIS_URL or DATA_DIR say where"
                )
            return [entry.event for entry in await store.read_log(found.restaurant_id, call)]
    except (StoreError, StoreUrlError, EmbeddedServerError) as error:
        fail(f"the store cannot be read: {error}")


def _events(lines: Iterable[str], call: str) -> list[AnyEvent]:
    """The events; those that this version does not know are named and passed over, as the gateway does."""
    events: list[AnyEvent] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            events.append(read_event(line))
        except InvalidEventError as error:
            if not _is_json(line):
                fail(f"{call}, line {number}: not JSON")
            out.print(f"[dim]event {number} is passed over: {error}[/]", soft_wrap=True)
    return events


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _restaurant(restaurant_id: str, folder: Path) -> Restaurant:
    try:
        restaurants = load_restaurants(folder, os.environ)
    except RestaurantErrors as errors:
        fail(str(errors))
    found = next((restaurant for restaurant in restaurants if restaurant.id == restaurant_id), None)
    if found is None:
        fail(
            f"the call is of the restaurant {restaurant_id}, which is not in {folder}; RESTAURANTS_DIR names its folder"
        )
    return found


def _print(story: Story, *, states: bool) -> None:
    call = story.call
    began = f"{story.started:%Y-%m-%d %H:%M:%S} UTC" if story.started else ""
    out.rule(f"{call.call_id} · {call.restaurant.name} · {began}", align="left")
    for moment in story.moments:
        if states or moment.kind != "states":
            out.print(moment_line(story, moment), soft_wrap=True)
    out.rule("order", align="left")
    if call.order is None or not call.order.lines:
        out.print("(empty)")
    else:
        out.print(f"{call.order.id}, {call.order.state.value}")
        out.print(order_table(call.order, call.restaurant))
    legs = f"{call.leg} leg{'' if call.leg == 1 else 's'}"
    out.print(f"[dim]{story.events} events, {legs}, ended as {call.state.value}[/]")
