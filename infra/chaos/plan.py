"""Who rings when, what each wants, and what breaks when. Pure, and the same for the same seed.

Rules: every kind of fault has an equal share of the calls; the moment of a fault is drawn within the usual length of a
call; faults that strike everybody do not overlap, so each of them has a slot of its own, and the call that it belongs
to is dialled so that its moment falls into the slot. Calls while the POS is down share a few outages.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infra.chaos.faults import Kind, Times, lasts
from infra.chaos.orders import NAMES, WANTED, Wanted

USUAL_S: Final = 11.0
"""A call without a fault lasts about so long from the answer on."""
EARLIEST_S: Final = 0.5
OUTAGES: Final = 3
"""Of the POS, in a run."""
OUTAGES_BY: Final = 0.6
"""The share of a run in which they fall: an order that was refused late must have the time for its next attempt."""
STRUCK: Final = tuple(kind for kind in Kind if kind is not Kind.NONE)
SPREAD: Final = (
    Kind.LINE_DROP,
    Kind.KILL,
    Kind.MODEL_DROP,
    Kind.STORE_RESTART,
    Kind.LINE_LOST,
    Kind.SERVER_ERROR,
    Kind.WORKER_RESTART,
    Kind.MODEL_STALL,
    Kind.POS_DOWN,
    Kind.HALF_OPEN,
    Kind.DUPLICATES,
    Kind.SESSION_EXPIRED,
    Kind.STORE_AWAY,
)
"""What a short run takes, the most telling first; its deploy is the rolling restart."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One caller.

    Attributes:
        number: of the call, from 1.
        starts: seconds from the begin of the run.
        wanted: the order.
        name: whom it is for.
        caller: the telephone number, E.164.
        fault: what goes wrong.
        moment: seconds from the answer to the fault; sooner if the call would be over.
        late: seconds from the caller's yes to the fault, should the yes come before the moment.
    """

    number: int
    starts: float
    wanted: Wanted
    name: str
    caller: str
    fault: Kind
    moment: float
    late: float


def plan_calls(calls: int, seed: int, times: Times, at_once: int, kinds: Sequence[Kind] = STRUCK) -> list[Planned]:
    """The calls of a run, by their starts.

    Args:
        calls: how many.
        seed: of everything that is drawn.
        times: how long faults last.
        at_once: about so many calls are on at a time, at most.
        kinds: the faults, each for an equal share of the calls.
    """
    draw = random.Random(seed)  # noqa: S311 - a plan, not a secret
    faults = [kinds[number % len(kinds)] for number in range(calls)]
    draw.shuffle(faults)
    moments = [draw.uniform(EARLIEST_S, USUAL_S) for _ in faults]
    least = USUAL_S / at_once  # between two starts, on average
    starts = _starts(faults, moments, times, least)
    order = sorted(range(calls), key=lambda number: starts[number])
    return [
        Planned(
            number=place + 1,
            starts=starts[which],
            wanted=WANTED[place % len(WANTED)],
            name=draw.choice(NAMES),
            caller=f"+1555{7_000_000 + place:07}",
            fault=faults[which],
            moment=moments[which],
            late=draw.uniform(0.0, 1.0),
        )
        for place, which in enumerate(order)
    ]


def length(calls: int, times: Times, at_once: int, kinds: Sequence[Kind] = STRUCK) -> float:
    """About how many seconds it takes until the last call begins."""
    faults = [kinds[number % len(kinds)] for number in range(calls)]
    return max(sum(lasts(fault, times) for fault in faults), calls * USUAL_S / at_once)


def _starts(faults: Sequence[Kind], moments: Sequence[float], times: Times, least: float) -> list[float]:
    """When each call begins, from 0 on."""
    starts = [0.0] * len(faults)
    slot, whole = USUAL_S, len(faults) * least
    for number, fault in enumerate(faults):
        if taken := lasts(fault, times):
            starts[number] = slot - moments[number]
            slot += taken
    whole = max(whole, slot - USUAL_S)
    dark = [number for number, fault in enumerate(faults) if fault is Kind.POS_DOWN]
    for place, number in enumerate(dark):
        # They share outages with long times between them, as a POS has them: an order is tried again when it is back.
        outage, within = place % OUTAGES, place // OUTAGES
        apart = times.pos_down * OUTAGES / (2 * len(dark))
        starts[number] = OUTAGES_BY * whole * (2 * outage + 1) / (2 * OUTAGES) - moments[number] + within * apart
    others = [n for n, fault in enumerate(faults) if not lasts(fault, times) and fault is not Kind.POS_DOWN]
    for place, number in enumerate(others):
        starts[number] = whole * place / max(len(others), 1)
    first = min(starts)
    return [start - first for start in starts]
