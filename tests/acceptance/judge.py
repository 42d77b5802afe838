"""What every whole call must have been, whatever it was about: judged from the phone's record, the log and the POS."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from gateway.call.log_reader import read_log
from gateway.call.machine import Call
from gateway.call.states import TRANSITIONS, State
from gateway.cli.replay import without_numbers
from gateway.events import AnyEvent, Disclosed, LegStarted
from gateway.local.phone_record import CallRecord
from tests.call.same import differences
from tests.stage import Stage

ARROWS = {(arrow.source, arrow.target) for arrow in TRANSITIONS}


class Ordered(NamedTuple):
    """A line of an order as the POS reads it. `price` in cents, for all of them."""

    quantity: int
    item: str
    variation: str
    modifiers: tuple[str, ...]
    price: int


def lines(order: dict[str, Any]) -> list[Ordered]:
    """The lines of an `order.confirmed`."""
    return [
        Ordered(
            line["quantity"],
            line["item"]["ref"],
            line["variation"]["ref"],
            tuple(modifier["option"]["ref"] for modifier in line["modifiers"]),
            line["price"],
        )
        for line in order["lines"]
    ]


def heard_by_caller(record: CallRecord) -> str:
    """Everything that was said to the caller, as one text."""
    return " ".join(heard.text for heard in record.heard)


async def the_order(stage: Stage, record: CallRecord, timeout_s: float = 5) -> dict[str, Any]:
    """The one order of a call."""
    call = await stage.fold(record.call_sid)
    assert call.order is not None
    assert call.order.state.value == "submitted", (heard_by_caller(record), record.notices, record.requests[-3:])
    async with asyncio.timeout(timeout_s):
        while not (found := [dict(got.data) for got in stage.pos.orders if got.data["order_ref"] == call.order.id]):
            await stage.pos.wait_for(len(stage.pos.orders) + 1, timeout_s)
    assert len(found) == 1
    return found[0]


async def finished_log(stage: Stage, call_id: str, timeout_s: float = 5) -> list[AnyEvent]:
    """A call's log, once its last leg is over: the phone is gone before the gateway has written that down."""
    for _ in range(round(timeout_s / 0.05)):
        events = await stage.events(call_id)
        if Call.fold(call_id, stage.restaurant, events).state is State.DISCONNECTED:
            return events
        await asyncio.sleep(0.05)
    raise AssertionError(f"the last leg has not ended: {events[-1]}")


async def judge_call(stage: Stage, record: CallRecord, *, legs: int = 1, folds: bool = True) -> Call:
    """Check what holds for every call; returns the call as its log tells it.

    Args:
        stage: What the call ran on.
        record: The phone's.
        legs: How many there must have been.
        folds: Without, the log is not compared with the session, where the session cannot know all that the log does.
    """
    assert record.violations == []
    first = record.heard[0]
    assert (first.source, first.text) == ("document", stage.restaurant.disclosure)
    events = await finished_log(stage, record.call_sid)
    kinds = [event.type for event in events]
    assert isinstance(events[1], Disclosed)
    assert kinds.index("call.disclosed") < kinds.index("call.leg_started")
    assert [event.leg for event in events if isinstance(event, LegStarted)] == list(range(1, legs + 1))
    call = Call(record.call_sid, stage.restaurant)
    moves: list[tuple[State, State]] = []
    call.machine.on_state_change(lambda source, target: moves.append((source, target)))
    for event in events:
        call.handle(event)
    if folds:
        await judge_fold(stage, record.call_sid)
    assert set(moves) <= ARROWS
    assert [source for source, _ in moves] == [State.DISCONNECTED, *(target for _, target in moves[:-1])]
    return call


async def judge_fold(stage: Stage, call_id: str) -> None:
    """The log must be sound and, folded, the call as its last session had it, in everything that decides.

    What others have written meanwhile, as Twilio's status, is in the log and in no session's mind. So is a placed order
    whose answer was lost: there the log knows more than the session, which had to say that nothing is sure.
    """
    entries = await stage.entries(call_id)
    log = read_log(entries, call_id)
    assert log.problems == ()
    live = stage.lived.get(call_id)
    if live is None:
        return  # the gateway was a process of its own
    streams = (re.fullmatch(r"([0-9]+)-[0-9]+", event_id) for event_id, _ in entries)  # text-only turns have no session
    fences = [int(found[1]) for found in streams if found is not None]
    last = next(at for at, (event_id, _) in enumerate(entries) if event_id.startswith(f"{max(fences)}-"))
    known = [*entries[:last], *(entry for entry in entries[last:] if entry[0].startswith(f"{max(fences)}-"))]
    unsure = [at for at, (_, text) in enumerate(known) if '"type":"order.error"' in text]
    heard = [entry for at, entry in enumerate(known) if "-order-" not in entry[0] or at > max(unsure, default=-1)]
    found = differences(live, Call.fold(call_id, stage.restaurant, read_log(heard, call_id).events))
    assert found == [], found
    if (folder := os.environ.get("RECORD_CALLS")) is not None:
        lines = (without_numbers(event).to_json() for event in log.events)
        await asyncio.to_thread((Path(folder) / f"{call_id}.jsonl").write_text, "".join(f"{line}\n" for line in lines))


def spoken(record: CallRecord) -> list[tuple[str, str]]:
    """The conversation as it sounded: who said what, in order. The disclosure belongs to the document, not to it."""
    said = [(one.start, "caller", one.text) for one in record.utterances]
    said += [(heard.at, "agent", heard.text) for heard in record.heard if heard.source == "stream"]
    return [(who, text) for _, who, text in sorted(said)]


def written(call: Call) -> list[tuple[str, str]]:
    """The conversation as the transcript has it."""
    return [(turn.speaker, turn.text or "") for turn in call.turns]
