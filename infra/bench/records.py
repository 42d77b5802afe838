"""What the processes of a run tell each other: jobs as JSON in their arguments, results as MessagePack in files.

Times are CLOCK_MONOTONIC seconds; long series are packed arrays of doubles (times) or 64-bit integers (positions).
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from infra.bench.plan import Plan

T = TypeVar("T")


class LoadJob(msgspec.Struct, frozen=True):
    """What the callers are to do. `rate`: new calls a second; `warm_s`: from the last call's start to the window."""

    voice_url: str
    auth_token: str
    called: str
    out: str
    plan: Plan
    calls: int
    rate: float
    warm_s: float
    window_s: float


class ChurnJob(msgspec.Struct, frozen=True):
    """Many short calls: `calls` of them, `together` at a time, each for `seconds`."""

    voice_url: str
    auth_token: str
    called: str
    out: str
    calls: int
    together: int
    seconds: float


class ModelJob(msgspec.Struct, frozen=True):
    """What the model is to do. `speed`: how much faster than real time its audio comes, in deltas of `delta_ms`."""

    out: str
    plan: Plan
    delta_ms: int = 200
    speed: float = 5.0


class Said(msgspec.Struct):
    """A message of a caller, and what came of it.

    Attributes:
        frame: number of its first frame.
        at: when that was sent.
        confirmed_at: an interruption: when the frame that completes 500 ms of voice was sent.
        cleared_at: an interruption: when the gateway's `clear` arrived.
        answer_at: when the answer's first loud sample was there: arrival of its message, plus its place in it.
        answer_bytes: mu-law bytes of the answer received (up to the interruption, if one follows).
    """

    turn: int
    interrupts: bool
    frame: int
    at: float
    confirmed_at: float | None = None
    cleared_at: float | None = None
    answer_at: float | None = None
    answer_bytes: int = 0
    cut: bool = False


class CallRecord(msgspec.Struct):
    """One caller's account. `gaps`: when the agent's speech had a hole, and for how many seconds."""

    call: int
    started_at: float
    first_media_at: float | None
    sent: bytes
    said: list[Said]
    gaps: list[tuple[float, float]]
    stray_clears: int
    dropped: bool


class LoadRecord(msgspec.Struct):
    """The callers' account. `lateness`: of the rig's own clock in the window, packed seconds."""

    calls: list[CallRecord]
    failures: list[str]
    lateness: bytes


class Heard(msgspec.Struct):
    """A message that reached the model: stream position (samples) of its first sample."""

    edge: int
    call: int
    turn: int
    interrupts: bool


class Answer(msgspec.Struct):
    """A response of the model: whose (-1: the greeting), when its first delta was sent, ms planned and sent."""

    call: int
    turn: int
    at: float
    planned_ms: int
    sent_ms: int = 0


class SessionRecord(msgspec.Struct):
    """One connection to the model: arrival time and stream position (samples) of every append."""

    rate: int
    times: bytes
    positions: bytes
    samples: int
    heard: list[Heard]
    unreadable: int
    answers: list[Answer]
    events: dict[str, int]


class ModelRecord(msgspec.Struct):
    """The model's account."""

    sessions: list[SessionRecord]


class Counts(msgspec.Struct):
    """What only the gateway's process knows: unfinished tasks of its event loop, objects that Python tracks."""

    tasks: int
    objects: int


class Spent(msgspec.Struct):
    """CPU seconds of the event loop's thread while it was profiled, in Python functions or not."""

    seconds: float


def spent_file(profile: Path) -> Path:
    """Where the `Spent` of a profile stands."""
    return profile.with_suffix(".spent")


def write(record: msgspec.Struct, path: str) -> None:
    """Write a result; the file is there whole or not at all."""
    part = Path(path + ".part")
    part.write_bytes(msgspec.msgpack.encode(record))
    part.rename(path)


def read(path: str, kind: type[T]) -> T:
    """Read a result.

    Raises:
        OSError: there is none.
    """
    return msgspec.msgpack.decode(Path(path).read_bytes(), type=kind)
