"""Reads a call's log: the events that are sound, and what is not. One reading for whoever folds a log.

Rules: an entry that cannot be read, or that this version does not know, is passed over, and so is one that comes
twice, is of another call, or was written by an older leg after a newer one; an entry of a leg that stands behind a
later one of that leg is put back into its place. A leg numbers its entries (`fence-number`) without gaps, so one that
is gone is seen.
Whatever may have changed the order and is not known counts as damage: the caller must then be asked.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gateway.events import EVENT_TYPES, VOCABULARY, AnyEvent, CallStarted, InvalidEventError, LogDamaged, read_event

ProblemKind = Literal[
    "unreadable", "unknown", "invalid", "missing", "no_beginning",
    "repeated", "out_of_order", "older_leg", "other_call", "newer_version",
]  # fmt: skip
DAMAGE = frozenset({"unreadable", "unknown", "invalid", "missing", "no_beginning"})
"""Problems after which the order may be another than the log says."""
_OF_A_LEG = re.compile(r"([0-9]+)-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a log that is not as it should be. `entry` is its id, or its place counted from 1."""

    entry: str
    kind: ProblemKind
    detail: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class ReadLog:
    """What a log says, and what is wrong with it."""

    events: tuple[AnyEvent, ...]
    problems: tuple[Problem, ...]

    @property
    def damage(self) -> int:
        """How many entries are lost that may have changed the order."""
        return sum(problem.count for problem in self.problems if problem.kind in DAMAGE)


@dataclass(frozen=True, slots=True)
class _Place:
    """The leg that wrote an entry, and the number that it gave it; (0, 0): it was no leg."""

    fence: int = 0
    number: int = 0


def read_log(entries: Iterable[tuple[str, str]], call_id: str | None = None) -> ReadLog:
    """Read the entries of a log: (event id, JSON), in their order; the id may be empty, as in a file.

    Args:
        entries: oldest first.
        call_id: whose log it is; None: the call of its first event.
    """
    reader = _Reader(call_id)
    for count, (event_id, text) in enumerate(entries, 1):
        reader.take(event_id or str(count), event_id, text)
    return reader.done()


def log_damaged(log: ReadLog, known: int, call_id: str, timestamp: float) -> LogDamaged | None:
    """The event that tells a call that its log has lost entries; None when it knows (`known` of them were told)."""
    if log.damage <= known:
        return None
    return LogDamaged(session_id=call_id, timestamp=timestamp, entries=log.damage)


class _Reader:
    def __init__(self, call_id: str | None) -> None:
        self._call_id = call_id
        self._seen: set[str] = set()
        self._events: list[tuple[_Place, AnyEvent]] = []
        self._problems: list[Problem] = []
        self._fence = 0
        self._number = 0

    def take(self, name: str, event_id: str, text: str) -> None:
        """One entry."""
        if (event_id or text) in self._seen:
            self._problems.append(Problem(name, "repeated"))
            return
        self._seen.add(event_id or text)
        place = self._place(name, event_id)
        event = None if place is None else self._event(name, text)
        if place is None or event is None:
            return
        at = len(self._events)
        if place.fence and place.number < self._number:
            later = (where for where, (other, _) in enumerate(self._events) if _follows(other, place))
            at = next(later, at)
        self._events.insert(at, (place, event))
        self._number = max(self._number, place.number)

    def done(self) -> ReadLog:
        """Everything is read."""
        events = tuple(event for _, event in self._events)
        first = events[0] if events else None
        problems = [*self._problems, *self._gaps()]
        if not isinstance(first, CallStarted):
            problems.append(Problem("1", "no_beginning"))
        elif first.vocabulary > VOCABULARY:
            problems.append(Problem("1", "newer_version", f"{first.vocabulary}, this gateway knows {VOCABULARY}"))
        return ReadLog(events, tuple(problems))

    def _place(self, name: str, event_id: str) -> _Place | None:
        """Where the entry belongs; None: to a leg that had lost the call when it wrote it."""
        found = _OF_A_LEG.fullmatch(event_id)
        if found is None:
            return _Place()
        place = _Place(int(found[1]), int(found[2]))
        if place.fence < self._fence:
            self._problems.append(Problem(name, "older_leg"))
            return None
        if place.fence > self._fence:
            self._fence, self._number = place.fence, 0
        elif place.number < self._number:
            self._problems.append(Problem(name, "out_of_order"))
        return place

    def _event(self, name: str, text: str) -> AnyEvent | None:
        try:
            event = read_event(text)
        except InvalidEventError as error:
            self._problems.append(Problem(name, _why(text), str(error)))
            return None
        self._call_id = self._call_id or event.session_id
        if event.session_id != self._call_id:
            self._problems.append(Problem(name, "other_call"))
            return None
        return event

    def _gaps(self) -> list[Problem]:
        """Numbers that a leg gave and that no entry has, whether it could be read or not."""
        numbers: dict[int, list[int]] = {}
        for event_id in self._seen:
            if (found := _OF_A_LEG.fullmatch(event_id)) is not None:
                numbers.setdefault(int(found[1]), []).append(int(found[2]))
        gone = ((fence, max(held) - len(held)) for fence, held in sorted(numbers.items()))
        return [Problem(f"{fence}-*", "missing", f"{count} entries", count) for fence, count in gone if count > 0]


def _follows(one: _Place, other: _Place) -> bool:
    return one.fence == other.fence and one.number > other.number


def _why(text: str) -> ProblemKind:
    """What is wrong with an entry that is no event of this version."""
    try:
        entry = json.loads(text)
    except ValueError:
        return "unreadable"
    return "invalid" if isinstance(entry, dict) and entry.get("type") in EVENT_TYPES else "unknown"
