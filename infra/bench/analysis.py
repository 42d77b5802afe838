"""From the accounts of both sides to one row of the table. Pure.

Up: an append of the model's log is matched, by the stream position that the codes pin down, to the frame whose sound
it carries; the delay is from sending that frame to the moment at which a listener of the appended stream would hear its
first sample (arrival, plus its place in the append). Batching and the filter's delay are in it. Down: from sending the
first delta of a response to the first loud sample at the caller, likewise. Barge-in: from sending the frame that
completes 500 ms of voice to the arrival of `clear`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt

from infra.bench.level_code import FRAME_MS, MESSAGE_MS
from infra.bench.plan import Plan
from infra.bench.proc import Snapshot
from infra.bench.records import Answer, CallRecord, LoadRecord, ModelRecord, Said, SessionRecord

_Series = npt.NDArray[np.float64]
_SLACK_S = 0.5  # an answer that should have ended this long ago is complete or short


class Row(msgspec.Struct, kw_only=True):
    """One row of the table. CPU: ms per second of one call. Delays ms. Memory: KB (1,000 bytes) per call.

    Attributes:
        calls: how many at a time.
        cpu: the gateway's processes, user and system time. `cpu_store`: the embedded store's; `cpu_total`: both.
        core_pct: share of one core that both used.
        up_p50, up_p99, up_max: added delay from the caller to the model.
        down_p50, down_p99, down_max: added delay from the model to the caller.
        memory, memory_store: resident memory beyond that of the idle process, per call.
        lost: ms of audio missing or too much, both ways, in what was measured.
        missed: messages not heard, answers not heard, interruptions without `clear`, calls dropped or never connected.
        gaps, gap_ms: holes in the agent's speech, and their length together.
        dropped, failed: calls that the gateway closed; that never connected (with failed webhooks).
        start_p50, start_p95: from Twilio's `start` to the first outbound media.
        barge_p50, barge_p99: from confirmed voice of an interruption to `clear`; `barges`: how many.
        agent_pct: share of the time in which the agent spoke.
        late_p99, late_max: how late the rig itself was. Delays below that are the rig's, not the gateway's.
        others_pct: share of the gateway's core that others took.
        rig_pct: share of a core that callers and model used.
    """

    calls: int
    cpu: float
    cpu_store: float
    cpu_total: float
    core_pct: float
    up_p50: float | None
    up_p99: float | None
    up_max: float | None
    down_p50: float | None
    down_p99: float | None
    down_max: float | None
    memory: float
    memory_store: float
    lost: float
    missed: int
    gaps: int
    gap_ms: float
    dropped: int
    failed: int
    start_p50: float | None
    start_p95: float | None
    barge_p50: float | None
    barge_p99: float | None
    barges: int
    agent_pct: float
    late_p99: float | None
    late_max: float | None
    others_pct: float
    rig_pct: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Snapshots around the window, of the gateway and of the rig; busy seconds of the gateway's core, if pinned."""

    idle: Snapshot
    before: Snapshot
    after: Snapshot
    rig_cpu: float
    core_busy: float | None


@dataclass(slots=True)
class _Found:
    """What the comparison of the accounts has found so far."""

    up: list[_Series] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    barge: list[float] = field(default_factory=list)
    lost_ms: float = 0.0
    missed: int = 0


def percentile(values: Sequence[float] | _Series, share: float) -> float | None:
    """The value below which `share` of the values lie, interpolated; None of no values."""
    return round(float(np.quantile(np.asarray(values), share)), 2) if len(values) else None


def row(load: LoadRecord, model: ModelRecord, measured: Measured, plan: Plan, calls: int) -> Row:
    """The row of a run."""
    begin, end = measured.before.at, measured.after.at
    found = _compare(load, model, plan, begin, end)
    span, per_call = end - begin, 1_000 / (calls * (end - begin))
    own = measured.after.own.cpu - measured.before.own.cpu
    store = measured.after.store.cpu - measured.before.store.cpu
    gaps = [seconds for call in load.calls for at, seconds in call.gaps if begin <= at < end]
    starts = [(c.first_media_at - c.started_at) * 1_000 for c in load.calls if c.first_media_at is not None]
    spoken = sum(s.answer_bytes for c in load.calls for s in c.said if begin <= s.at < end) / 8_000
    late = _times(load.lateness) * 1_000
    up = np.concatenate(found.up) if found.up else np.array([])
    dropped = sum(call.dropped for call in load.calls)
    others = 0.0 if measured.core_busy is None else max(0.0, measured.core_busy - own - store)
    return Row(
        calls=calls,
        cpu=round(own * per_call, 3),
        cpu_store=round(store * per_call, 3),
        cpu_total=round((own + store) * per_call, 3),
        core_pct=round((own + store) / span * 100, 1),
        up_p50=percentile(up, 0.5),
        up_p99=percentile(up, 0.99),
        up_max=percentile(up, 1),
        down_p50=percentile(found.down, 0.5),
        down_p99=percentile(found.down, 0.99),
        down_max=percentile(found.down, 1),
        memory=round((measured.after.own.rss - measured.idle.own.rss) / calls / 1_000, 1),
        memory_store=round((measured.after.store.rss - measured.idle.store.rss) / calls / 1_000, 1),
        lost=round(found.lost_ms, 1),
        missed=found.missed + dropped + len(load.failures),
        gaps=len(gaps),
        gap_ms=round(sum(gaps) * 1_000, 1),
        dropped=dropped,
        failed=len(load.failures),
        start_p50=percentile(starts, 0.5),
        start_p95=percentile(starts, 0.95),
        barge_p50=percentile(found.barge, 0.5),
        barge_p99=percentile(found.barge, 0.99),
        barges=len(found.barge),
        agent_pct=round(spoken / (calls * span) * 100, 1),
        late_p99=percentile(late, 0.99),
        late_max=percentile(late, 1),
        others_pct=round(others / span * 100, 1),
        rig_pct=round(measured.rig_cpu / span * 100, 1),
    )


def _compare(load: LoadRecord, model: ModelRecord, plan: Plan, begin: float, end: float) -> _Found:
    found = _Found()
    sessions = {s.heard[0].call: s for s in model.sessions if s.heard and len({h.call for h in s.heard}) == 1}
    for call in load.calls:
        session = sessions.get(call.call)
        _up(call, session, begin, end, found)
        _down(call, session, plan, begin, end, found)
    return found


def _up(call: CallRecord, session: SessionRecord | None, begin: float, end: float, found: _Found) -> None:
    """The caller's sound: every frame from a message that was heard up to the next one."""
    heard = {} if session is None else {h.turn: h.edge for h in session.heard}
    found.missed += sum(begin <= said.at < end and said.turn not in heard for said in call.said)
    if session is None:
        return
    sent = _times(call.sent)
    times = _times(session.times)
    positions = np.frombuffer(session.positions, np.int64)
    per_frame = session.rate * FRAME_MS // 1_000
    for said, following in _pairs([said for said in call.said if said.turn in heard]):
        edge = heard[said.turn]
        last = len(sent)
        if following is not None:
            last = following.frame
            if begin <= said.at < end:
                arrived = (heard[following.turn] - edge) / session.rate * 1_000
                found.lost_ms += _beyond_rounding(arrived - (following.frame - said.frame) * FRAME_MS)
        frames = np.arange(said.frame, last)
        frames = frames[(sent[frames] >= begin) & (sent[frames] < end)]
        place = edge + (frames - said.frame) * per_frame
        frames, place = frames[place < session.samples], place[place < session.samples]
        append = np.searchsorted(positions, place, "right") - 1
        found.up.append((times[append] + (place - positions[append]) / session.rate - sent[frames]) * 1_000)


def _pairs(said: Sequence[Said]) -> Iterator[tuple[Said, Said | None]]:
    """Each message with the one after it."""
    following: list[Said | None] = [*said[1:], None]
    return zip(said, following, strict=False)


def _down(call: CallRecord, session: SessionRecord | None, plan: Plan, begin: float, end: float, found: _Found) -> None:
    """The agent's sound, answer by answer, and interruptions."""
    answers: dict[int, Answer] = {} if session is None else {a.turn: a for a in session.answers if a.call >= 0}
    sent = _times(call.sent)
    over = float(sent[-1]) if len(sent) else end
    for said in call.said:
        if not begin <= said.at < end:
            continue
        if said.interrupts and said.cleared_at is not None and said.confirmed_at is not None:
            found.barge.append((said.cleared_at - said.confirmed_at) * 1_000)
        elif said.interrupts:
            found.missed += 1
        answer = answers.get(said.turn)
        # An answer that was there before it was sent is an old one that `clear` should have ended.
        if answer is None or said.answer_at is None or said.answer_at < answer.at:
            found.missed += 1
            continue
        found.down.append((said.answer_at - answer.at) * 1_000)
        ended = said.at + (MESSAGE_MS + plan.silence_ms + answer.planned_ms) / 1_000 + _SLACK_S < over
        if ended and not said.cut:
            found.lost_ms += _beyond_rounding(answer.planned_ms - said.answer_bytes / 8)


def _times(packed: bytes) -> _Series:
    return np.frombuffer(packed, np.float64)


def _beyond_rounding(milliseconds: float) -> float:
    """What is not explained by where within a period of the tone its edge was found."""
    return abs(milliseconds) if abs(milliseconds) >= 1 else 0.0
