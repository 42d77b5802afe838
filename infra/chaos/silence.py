"""What a caller had to wait for: silences, and the time until the agent is heard again after something broke. Pure.

Rules: everything is measured at the caller's ear. A wait is a stretch in which neither the agent nor the caller is
audible, from the answer to the end of the call; a wait that the harness itself was late in is shortened by that.
Times are seconds: of a record from the first ring, of lags from the event loop's clock.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.local.phone_record import CallRecord
from infra.chaos.customer import is_disclosure


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end`."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Lag:
    """The harness's event loop woke up so late: `seconds`, at `at`."""

    at: float
    seconds: float


def waits(record: CallRecord) -> list[Stretch]:
    """The stretches in which the caller waits, in order; while a person's telephone rings a caller hears that."""
    if record.answered_s is None:
        return []
    dialled = (request.at for request in record.requests if urlsplit(request.url).path.endswith("/whisper"))
    over = min(next(dialled, record.duration_s), record.duration_s)
    sounds = [(span.start, span.end) for span in record.spoken]
    sounds += [(said.start, said.end) for said in record.utterances]
    found, quiet_from = [], record.answered_s
    for start, end in sorted(sounds):
        if min(start, over) > quiet_from:
            found.append(Stretch(quiet_from, min(start, over)))
        quiet_from = max(quiet_from, end)
    if over > quiet_from:
        found.append(Stretch(quiet_from, over))
    return found


def longest(record: CallRecord, began: float, lags: Sequence[Lag]) -> tuple[float, float]:
    """The longest wait of a call: as it was, and without the time in which the harness itself was late.

    Args:
        record: of the call.
        began: its first ring, on the event loop's clock.
        lags: of the harness.
    """
    found = waits(record)
    raw = max((wait.length for wait in found), default=0.0)
    return raw, max((_without(wait, began, lags) for wait in found), default=0.0)


def _without(wait: Stretch, began: float, lags: Sequence[Lag]) -> float:
    late = sum(lag.seconds for lag in lags if wait.start <= lag.at - began <= wait.end)
    return max(wait.length - late, 0.0)


def next_word(record: CallRecord, since: float) -> float | None:
    """When the agent becomes audible next, or begins to say something else; None if never again."""
    starts = [span.start for span in record.spoken] + [heard.at for heard in record.heard]
    return min((start for start in starts if start >= since), default=None)


def after_lost_streams(record: CallRecord) -> list[float]:
    """For every stream that was lost, or was moved, how long it took until the agent was heard again.

    A stream that ended with the call's business (a goodbye, a person) is none of those. Of one that nothing follows,
    the time to the end of the call counts.
    """
    found = []
    for place, stream in enumerate(record.streams):
        last = place + 1 == len(record.streams)
        in_order = stream.ended_by == "caller" or (stream.ended_by == "gateway" and stream.close_code is not None)
        if last and in_order:
            continue
        heard = next_word(record, stream.ended)
        found.append((record.duration_s if heard is None else heard) - stream.ended)
    return found


def after_model_loss(record: CallRecord, at: float) -> float:
    """How long after the loss of the model's connection, at `at`, the caller waited for the agent.

    What the caller hears or says at that moment goes on to its end; the wait begins with that.
    """
    sounds = [(span.start, span.end) for span in record.spoken]
    sounds += [(said.start, said.end) for said in record.utterances]
    begin = at
    for start, end in sorted(sounds):
        if start <= begin < end:
            begin = end
    heard = next_word(record, begin)
    while heard is not None:
        said = [one.end for one in record.utterances if begin <= one.start < heard]
        if not said:
            break
        begin = max(said)  # the caller spoke first: the agent's turn begins with the end of that
        heard = next_word(record, begin)
    return (record.duration_s if heard is None else heard) - begin


def after_redial(record: CallRecord) -> float:
    """The silence of a second call until the agent itself speaks; the disclosure is none, the time to dial neither."""
    first = next((heard.at for heard in record.heard if not is_disclosure(heard.text)), record.duration_s)
    covered = sum(min(span.end, first) - span.start for span in record.spoken if span.start < first)
    return first - covered


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share of all lies (nearest rank); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
