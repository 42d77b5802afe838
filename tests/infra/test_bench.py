"""The benchmark: its arithmetic on made-up accounts, its signals through the real codec, and a short run of the whole.

One test module for the package: the run covers the processes, the rest is tested by what must come out.
"""

import json
import subprocess
import sys
from array import array
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio.processor import AudioProcessor
from infra.bench import answers, limits, profile, report
from infra.bench.analysis import Measured, Row, percentile, row
from infra.bench.caller import Caller
from infra.bench.churn import Steady, unsteady
from infra.bench.hearing import Ear
from infra.bench.level_code import (
    FRAME_MS,
    FRAMES,
    RATES,
    Encoding,
    Message,
    first_voice,
    noise_frames,
    read,
    strengths,
    tone,
)
from infra.bench.limits import LimitError, applicable, parse_limit, violations
from infra.bench.plan import BARGE_IN_FRAMES, Plan
from infra.bench.proc import Snapshot, Usage
from infra.bench.records import Answer, CallRecord, Heard, LoadRecord, ModelRecord, Said, SessionRecord
from tests.oracle import SERVER
from tests.oracle import check as accepted

PLAN = Plan()
messages = st.builds(Message, st.integers(0, 8191), st.integers(0, 1023), st.booleans())


def frames_of(message: Message) -> list[bytes]:
    """A message as a caller says it: mu-law frames."""
    return [tone(FRAME_MS, "pcmu", strong=strong) for strong in strengths(message)]


# --- the signal ---


@given(messages)
def test_a_message_is_read_behind_the_gateways_own_transcoder(message: Message) -> None:
    processor = AudioProcessor()
    processor.start_capture()
    quiet = noise_frames(60, seed=1)
    ear = Ear("pcm16", silence_ms=500)
    frames = quiet[:10] + frames_of(message) + quiet[10:]
    signals = [ear.push(b64decode(processor.encode_chunk(frame))) for frame in frames]
    told = [signal for signal in signals if signal is not Ear.Signal.NONE]
    assert told == [Ear.Signal.BEGAN, Ear.Signal.READ, Ear.Signal.ENDED]
    assert ear.message == message
    # The edge is where the first sample lies, at most the filter's 2 ms and half a period later.
    assert 0 <= ear.edge - 10 * FRAME_MS * 24 <= 24 * 2.5


@given(messages, st.sampled_from(["pcm16", "pcmu"]))
def test_a_damaged_message_is_none(message: Message, encoding: Encoding) -> None:
    sound = b"".join(tone(FRAME_MS, encoding, strong=strong) for strong in strengths(message))
    assert read(sound, encoding) == message
    frame = len(sound) // FRAMES
    swapped = tone(FRAME_MS, encoding, strong=not strengths(message)[5])
    assert read(sound[: 5 * frame] + swapped + sound[6 * frame :], encoding) is None
    assert read(sound[: 20 * frame], encoding) is None


def test_line_noise_is_no_voice_and_every_frame_of_a_message_is() -> None:
    assert all(first_voice(frame, "pcmu") == -1 for frame in noise_frames(50, seed=2))
    assert all(first_voice(frame, "pcmu") in range(8) for frame in frames_of(Message(1, 2, interrupts=True)))


# --- who speaks when ---


@given(st.integers(0, 300), st.floats(6, 30), st.integers(0, 5))
def test_nobody_speaks_over_the_end_of_a_cycle(call: int, cycle_s: float, every: int) -> None:
    plan = Plan(cycle_s=round(cycle_s, 1), every=every)
    spoken = [frame for frame in range(plan.first(call) + 3 * plan.cycle) if plan.part(call, frame) is not None]
    assert spoken[0] == plan.first(call)
    over_ms = (plan.interruption + FRAMES) * FRAME_MS + plan.silence_ms + plan.second_answer_ms
    assert over_ms < plan.cycle * FRAME_MS
    assert plan.interruption + BARGE_IN_FRAMES < plan.cycle


def test_a_share_of_the_turns_is_interrupted() -> None:
    plan = Plan(every=3)
    assert sum(plan.interrupts(call, cycle) for call in range(9) for cycle in range(9)) == 27
    assert not any(Plan(every=0).interrupts(call, 1) for call in range(9))


# --- the caller ---


def said_until(caller: Caller, frame: int, now: float) -> float:
    """Send frames up to `frame`, 20 ms apart."""
    while caller.frames < frame:
        caller.frame(now)
        now += 0.02
    return now


def payload(milliseconds: int) -> str:
    """Agent speech as it comes from the gateway."""
    return b64encode(tone(milliseconds, "pcmu")).decode()


def test_marks_are_echoed_when_the_sound_before_them_is_over_and_all_at_once_after_clear() -> None:
    caller = Caller(0, PLAN)
    caller.start(0.0)
    caller.media(payload(100), 1.0)
    caller.mark("a", 1.0)
    caller.media(payload(100), 1.0)
    caller.mark("b", 1.0)
    assert caller.due_marks(1.09) == []
    assert caller.due_marks(1.11) == ["a"]
    assert caller.clear(1.12) == ["b"]
    assert caller.due_marks(9.0) == []
    assert caller.record(dropped=False).stray_clears == 1


def test_a_hole_in_an_answer_is_a_gap_and_the_end_of_one_is_not() -> None:
    caller = Caller(0, PLAN)
    now = said_until(caller, PLAN.first(0) + FRAMES, 0.0)
    caller.media(payload(2_000), now)
    caller.media(payload(PLAN.answer_ms - 2_000), now + 2.5)
    caller.media(payload(100), now + 30)
    [(at, seconds)] = caller.record(dropped=False).gaps
    assert at == pytest.approx(now + 2.5)
    assert seconds == pytest.approx(0.5)


def test_an_interruption_is_timed_from_the_frame_that_completes_half_a_second_of_voice() -> None:
    call = next(call for call in range(9) if PLAN.interrupts(call, 0))
    caller = Caller(call, PLAN)
    begins = PLAN.first(call) + PLAN.interruption
    now = said_until(caller, begins, 0.0)
    caller.media(payload(3_000), now)
    now = said_until(caller, begins + BARGE_IN_FRAMES, now)
    caller.media(payload(100), now)  # still of the old answer
    caller.clear(now + 0.01)
    caller.media(payload(200), now + 2.0)
    turn, interruption = caller.record(dropped=False).said
    assert turn.cut
    assert turn.answer_bytes == 3_100 * 8
    assert interruption.confirmed_at == pytest.approx(now - 0.02)
    assert interruption.cleared_at == pytest.approx(now + 0.01)
    assert interruption.answer_at == pytest.approx(now + 2.0, abs=0.001)


# --- the scripted model's events ---


def test_every_event_of_the_model_has_the_shape_that_the_openai_package_knows() -> None:
    turns: answers.Event = {"type": "server_vad", "create_response": False, "interrupt_response": False}
    created = answers.session("sess_1", "gpt-realtime", "pcmu", turns)
    item: answers.Event = {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "x"}]}
    events = [
        {"type": "session.created", "session": created},
        {"type": "session.updated", "session": answers.session("sess_1", "gpt-realtime", "pcm16", turns)},
        *answers.turn_ended("item_u1", 900),
        *answers.created_item(item, "item_c1"),
        *answers.response_begun("resp_1", "item_a1"),
        *answers.response_ended("resp_1", "item_a1", "completed"),
        *answers.response_ended("resp_2", "item_a2", "cancelled"),
        answers.refusal("response_cancel_not_active", "nothing to cancel", "gw_1"),
    ]
    for number, event in enumerate(events):
        accepted(SERVER, json.dumps(event | {"event_id": f"event_{number}"}))


# --- the figures ---


def snapshot(at: float, cpu: float, rss: int, store_cpu: float = 0.0) -> Snapshot:
    """A gateway's usage at a moment."""
    return Snapshot(at, Usage(cpu, rss, 10, 2), Usage(store_cpu, 0, 0, 0), (1, 2))


def accounts(*, up_s: float = 0.005, down_s: float = 0.007, lost_samples: int = 0) -> tuple[LoadRecord, ModelRecord]:
    """One caller with two turns; each frame arrives `up_s` after it was sent, as an append of its own."""
    first, second = 100, 500
    sent = [frame * 0.02 for frame in range(700)]
    edges = {0: first * 480, 1: second * 480 - lost_samples}
    said, answered = [], []
    for turn, frame in enumerate((first, second)):
        answered.append(Answer(0, turn, sent[frame] + 1.3, 4_000, 4_000))
        said.append(Said(turn, False, frame, sent[frame], answer_at=sent[frame] + 1.3 + down_s, answer_bytes=32_000))
    call = CallRecord(0, 0.0, 0.05, array("d", sent).tobytes(), said, [(5.0, 0.02)], 0, False)
    session = SessionRecord(
        rate=RATES["pcm16"],
        times=array("d", [at + up_s for at in sent]).tobytes(),
        positions=array("q", [frame * 480 for frame in range(700)]).tobytes(),
        samples=700 * 480,
        heard=[Heard(edges[turn], 0, turn, False) for turn in (0, 1)],
        unreadable=0,
        answers=answered,
        events={},
    )
    return LoadRecord([call], [], array("d", [0.0] * 99 + [0.001]).tobytes()), ModelRecord([session])


def measured() -> Measured:
    """A window from 1.5 s to 11.5 s in which the gateway took 50 ms and its store 10 ms of CPU time."""
    before, after = snapshot(1.5, 1.0, 0), snapshot(11.5, 1.05, 50_150_000, 0.01)
    return Measured(snapshot(0.0, 0.0, 50_000_000), before, after, rig_cpu=1.0, core_busy=0.1)


def test_a_row_tells_cpu_delays_memory_and_losses() -> None:
    found = row(*accounts(), measured(), PLAN, 1)
    assert (found.cpu, found.cpu_store, found.cpu_total) == (5.0, 1.0, 6.0)
    assert (found.core_pct, found.others_pct, found.rig_pct) == (0.6, 0.4, 10.0)
    assert (found.up_p50, found.up_p99) == (5.0, 5.0)
    assert (found.down_p50, found.down_p99) == (7.0, 7.0)
    assert (found.start_p50, found.start_p95) == (50.0, 50.0)
    assert found.memory == 150.0
    assert (found.lost, found.missed, found.gaps, found.gap_ms) == (0.0, 0, 1, 20.0)
    assert (found.barges, found.barge_p50) == (0, None)


def test_audio_that_vanishes_on_its_way_is_lost() -> None:
    assert row(*accounts(lost_samples=480), measured(), PLAN, 1).lost == 20.0


def test_what_does_not_arrive_is_missed() -> None:
    load, model = accounts()
    model.sessions[0].heard.pop()
    model.sessions[0].answers.pop(0)
    load.calls[0].said.append(Said(2, True, 300, 6.0, confirmed_at=6.5))
    load.calls[0].dropped = True
    load.failures.append("no stream")
    # Turn 1 unheard, turn 0 unanswered, the interruption unheard, without `clear` and unanswered; a drop, a failure.
    assert row(load, model, measured(), PLAN, 1).missed == 7


def test_an_answer_before_its_time_is_an_old_one() -> None:
    assert row(*accounts(down_s=-0.5), measured(), PLAN, 1).missed == 2


def test_percentiles_of_nothing_are_none() -> None:
    assert percentile([], 0.5) is None
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0


# --- limits ---


@pytest.fixture
def figures() -> Row:
    """A row of one call."""
    return row(*accounts(), measured(), PLAN, 1)


def test_each_violated_limit_is_named(figures: Row) -> None:
    given_limits = [parse_limit(text) for text in ("cpu=4.5@1", "cpu=4.5@2", "up_p99=10", "barge_p99=20", "missed=0")]
    assert violations([figures], given_limits) == [
        "cpu=4.5@1: 5 with 1 calls",
        "barge_p99=20: nothing was measured with 1 calls",
    ]


@pytest.mark.parametrize("text", ["cpu", "speed=1", "calls=1", "cpu=fast", "cpu=1@", "cpu=1@x"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(LimitError):
        parse_limit(text)


def test_limits_without_their_row_are_told_apart() -> None:
    fitting, others = applicable(limits.PRODUCT, [1, 100])
    assert {limit.calls for limit in fitting} == {None, 100}
    assert {limit.calls for limit in others} == {50, 180}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, 0),
        ({"tasks_after": 12}, 1),
        ({"descriptors_after": 31}, 1),
        ({"memory_after": 95_001.0}, 1),
        ({"failed": 1}, 1),
    ],
)
def test_a_process_that_grows_is_unsteady(change: dict[str, float], told: int) -> None:
    same = dict.fromkeys(("tasks_before", "tasks_after"), 11) | dict.fromkeys(("objects_before", "objects_after"), 1)
    same |= dict.fromkeys(("descriptors_before", "descriptors_after"), 30)
    same |= dict.fromkeys(("threads_before", "threads_after"), 3) | {"calls": 1_000, "failed": 0}
    memory = {
        "memory_before": 90_000.0,
        "memory_after": 90_500.0,
        "memory_store_before": 0.0,
        "memory_store_after": 0.0,
    }
    assert len(unsteady(Steady(**(same | memory | change)))) == told  # type: ignore[arg-type]  # numbers, all of them


# --- profile and table ---


def test_c_code_is_counted_with_its_callers_and_the_rest_with_the_loop() -> None:
    audio = ("/x/gateway/audio/resample.py", 1, "push")
    core = ("/x/gateway/call/machine.py", 1, "handle")
    stats: dict[profile.Function, profile.Timing] = {
        audio: (1, 1, 0.3, 0.4, {}),
        core: (1, 1, 0.1, 0.2, {}),
        ("~", 0, "<built-in method builtins.len>"): (
            3,
            3,
            0.2,
            0.2,
            {audio: (2, 2, 0.15, 0.15), core: (1, 1, 0.05, 0.05)},
        ),
        ("~", 0, "<built-in method audioop.ulaw2lin>"): (1, 1, 0.1, 0.1, {core: (1, 1, 0.1, 0.1)}),
    }
    found = profile.shares(stats, spent=1.0)
    sums = {group: round(sum(s.seconds for s in found if s.group == group), 3) for group in {s.group for s in found}}
    assert sums == {"audio": 0.55, "call, orders, events": 0.15, profile.LOOP: 0.3}


def test_a_disturbed_row_says_so(figures: Row) -> None:
    assert not any("Measure again" in note for note in report.notes([figures]))
    figures.others_pct, figures.rig_pct = 30.0, 95.0
    assert len(report.notes([figures])) == 2 + len(report.notes([]))


# --- the whole ---


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Two calls for a few seconds, through every process: what `--json` wrote, status and output."""
    file = tmp_path_factory.mktemp("bench") / "run.json"
    options = ["--calls", "2", "--cycle", "6", "--warm", "0.5", "--seconds", "7", "--limit", "missed=0"]
    command = [sys.executable, "-m", "infra.bench", *options, "--limit", "cpu=0", "--json", str(file)]
    ended = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, timeout=100, cwd=Path(__file__).parents[2], check=False
    )
    assert file.exists(), ended.stderr
    return {"status": ended.returncode, "errors": ended.stderr, **json.loads(file.read_bytes())}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the benchmark reads /proc")
class TestRun:
    """A short run of the whole benchmark."""

    def test_every_figure_is_measured_and_nothing_is_missed(self, run: dict[str, object]) -> None:
        [found] = run["rows"]  # type: ignore[misc]  # from JSON
        assert found["missed"] == 0, found
        assert found["lost"] == 0
        assert found["barges"] >= 1
        assert None not in found.values()
        assert 30 <= found["agent_pct"] <= 65

    def test_a_violated_limit_is_named_and_makes_the_status_1(self, run: dict[str, object]) -> None:
        assert run["status"] == 1
        [broken] = run["violations"]  # type: ignore[misc]  # from JSON
        assert broken.startswith("cpu=0: ")
        assert "cpu=0" in str(run["errors"])
