"""`gateway replay CALL`: folds a recorded call and prints it: who said what when, the states, the order, the totals."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from gateway.call.log_reader import DAMAGE, ReadLog, read_log
from gateway.cli.houses import Folder, RedisUrl, all_houses
from gateway.cli.story import Story
from gateway.cli.story_view import moment_line, order_table
from gateway.cli.terminal import fail, out
from gateway.events import AnyEvent, CallStarted, MessageLeft
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED
from gateway.store import EmbeddedServerError, StoreError, StoreUrlError, open_store


def replay(
    call: Annotated[str, typer.Argument(help="A call's id (CA...), or a file with one event in JSON on each line.")],
    redis_url: RedisUrl = None,
    data_dir: Annotated[
        Path | None, typer.Option(envvar="DATA_DIR", help="Folder of the embedded store; a running one is asked.")
    ] = None,
    restaurants: Folder = None,
    states: Annotated[bool, typer.Option(help="Print the states that the call went through.")] = True,
    export: Annotated[
        Path | None, typer.Option(help="Write what is sound of the log to a file, without telephone numbers.")
    ] = None,
) -> None:
    """Print a recorded call: the transcript in spoken order, the changes of state, the order and its totals."""
    file = Path(call)
    at: str | None = None
    if file.is_file():
        entries: Iterable[tuple[str, str]] = (("", line) for line in file.read_text(encoding="utf-8").splitlines())
    else:
        at, entries = asyncio.run(_stored(call, redis_url, data_dir))
    log = read_log((event_id, text) for event_id, text in entries if text.strip())
    _tell_problems(log)
    first = log.events[0] if log.events else None
    restaurant_id = first.restaurant_id if isinstance(first, CallStarted) else at
    if first is None or restaurant_id is None:
        fail(f"{call} does not begin as a call does (call.started)")
    story = Story(first.session_id, _restaurant(restaurant_id, restaurants or SHIPPED))
    for event in log.events:
        story.take(event)
    story.end()
    _print(story, states=states)
    if export is not None:
        export.write_text("".join(f"{without_numbers(event).to_json()}\n" for event in log.events), encoding="utf-8")


def without_numbers(event: AnyEvent) -> AnyEvent:
    """The event as it may be kept for good: the caller's number is a made-up one, and nothing leads to it."""
    match event:
        case CallStarted(caller_key=str()):
            return event.model_copy(update={"caller_key": "caller", "caller_last_two": "00"})
        case MessageLeft(number=str()):
            return event.model_copy(update={"number": "+15555550100"})
        case _:
            return event


async def _stored(call: str, redis_url: str | None, data_dir: Path | None) -> tuple[str, list[tuple[str, str]]]:
    """The restaurant and the log of a call of any restaurant, from the store."""
    try:
        async with await open_store(redis_url, data_dir) as store:
            found = await store.find_call(call)
            if found is None:
                fail(
                    f"no call {call} in the store (and no such file); logs expire, and REDIS_URL or DATA_DIR say where"
                )
            log = await store.read_log(found.restaurant_id, call)
            return found.restaurant_id, [(entry.event_id, entry.event) for entry in log]
    except (StoreError, StoreUrlError, EmbeddedServerError) as error:
        fail(f"the store cannot be read: {error}")


def _tell_problems(log: ReadLog) -> None:
    """What in the log is not sound: passed over, or put right, as the gateway does."""
    for problem in log.problems:
        what = f"entry {problem.entry}: {problem.kind.replace('_', ' ')}"
        out.print(f"[dim]{escape(' '.join(filter(None, [what, problem.detail])))}[/]", soft_wrap=True)
    if any(problem.kind in DAMAGE for problem in log.problems):
        out.print("[dim]the log is damaged: the order may be another than it says[/]", soft_wrap=True)


def _restaurant(restaurant_id: str, folder: Path) -> Restaurant:
    found = next((restaurant for restaurant in all_houses(folder) if restaurant.id == restaurant_id), None)
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
