"""What comes after a stream has ended: read from the call's log, by whichever process Twilio asks (`/twiml/next`).

Rules: the answer depends on the folded call and on the time alone, so that every process gives the same; after three
reconnects within a minute the ladder goes one step down (media stream, text-only turns, a person), so that a broken
gateway never loops; the caller never meets silence: with nothing better there is an apology and, where the restaurant
has a number, a person.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.call.machine import Call

RECONNECTS = 3
RECONNECT_WINDOW = 60.0
"""Seconds (design.md section 5)."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Connect a new media stream: leg number `leg`."""

    leg: int


@dataclass(frozen=True, slots=True)
class TextOnly:
    """Go on without a media stream, turn by turn: leg number `leg`."""

    leg: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Dial the restaurant's staff, `number` in E.164."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Hang up; `said`: the caller has heard a goodbye, or is gone."""

    said: bool = True


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that it does not work just now; dial `number` when the restaurant has one, else ask to ring again."""

    number: str | None


NextStep = Reconnect | TextOnly | Transfer | Goodbye | Apologise


def next_step(call: Call, now: datetime, asked_leg: int, *, dialled: bool = False) -> NextStep:
    """What Twilio is to do with a call whose stream, or whose dialling of staff, has ended.

    Args:
        call: folded from the log.
        now: aware UTC.
        asked_leg: the leg that the last document asked for; higher than the call's own when its handshake failed.
        dialled: the staff's telephone was rung since that document. What became of it stands in the log.
    """
    if dialled:
        return _after_dial(call, now, asked_leg)
    if call.hung_up:
        return Goodbye()
    ended = call.ended
    if ended is None or ended.next == "reconnect":
        return _reconnect(call, now, asked_leg, textual=call.textual and ended is None)
    if ended.next == "text_only":
        return _reconnect(call, now, asked_leg, textual=True)
    if ended.next == "goodbye":
        return Goodbye(said=not call.staff.ended)
    if ended.next == "transfer" and call.restaurant.transfer_to is not None:
        return Transfer(call.restaurant.transfer_to, ended.reason)  # whether it may ring was decided with it
    return Apologise(call.staff_line.number(now))


def _after_dial(call: Call, now: datetime, asked_leg: int) -> NextStep:
    """Somebody spoke to the caller: done. Nobody did: back to the agent, with the order as it was."""
    if call.hung_up or call.staff_line.spoke(asked_leg + 1):
        return Goodbye()
    if call.staff.ended:
        return Goodbye(said=False)
    return _reconnect(call, now, asked_leg, textual=call.textual)


def _reconnect(call: Call, now: datetime, asked_leg: int, *, textual: bool) -> NextStep:
    """The next leg, of the same kind, or the step below: of the kind that was tried too often, none is tried again."""
    leg = max(call.leg, asked_leg) + 1
    lost = call.turns_lost if textual else call.legs_lost
    recent = sum((now - at).total_seconds() < RECONNECT_WINDOW for at in lost)
    never_started = max(0, asked_leg - call.leg)
    if recent + never_started <= RECONNECTS:
        return TextOnly(leg) if textual else Reconnect(leg)
    if textual or recent + never_started > 2 * RECONNECTS:
        return Apologise(call.staff_line.number(now))
    return TextOnly(leg)
