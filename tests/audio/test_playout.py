"""Playout against a phone that plays: pacing, marks, holds, interruptions, and the invariants as a state machine."""

from collections import deque

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.audio.playout import Cut, Playout

MS = 8  # bytes a millisecond


def speech(ms: float, code: int = 0x21) -> bytes:
    return bytes([code]) * round(ms * MS)


def lengths(messages: list[tuple[bytes, str]]) -> list[int]:
    return [len(payload) // MS for payload, _ in messages]


def run(playout: Playout, start: float, end: float, delay: float = 0.0) -> list[tuple[float, bytes]]:
    """Keeps one timer as the owner does, echoes each mark when played; gives what was sent, with times, until `end`."""
    sent: list[tuple[float, bytes]] = []
    marks: deque[tuple[float, str]] = deque()
    plays_until = now = start
    while now <= end:
        for payload, mark in playout.due(now):
            sent.append((now, payload))
            plays_until = max(plays_until, now) + len(payload) / 8_000
            marks.append((plays_until + delay, mark))
        while marks and marks[0][0] <= now:
            assert playout.mark_echoed(marks.popleft()[1], now)
        due = playout.next_due(now)
        soonest = [at for at in (due, marks[0][0] if marks else None) if at is not None]
        if not soonest:
            break
        now = max(min(soonest), now)
    return sent


def test_a_burst_is_sent_lead_first_then_in_real_time():
    playout = Playout()
    for _ in range(5):
        assert playout.push("a", 0, speech(200))
    playout.end_item("a", 0)
    sent = run(playout, 50.0, 60.0)
    assert [round(at - 50.0, 3) for at, _ in sent] == [0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert {len(payload) for _, payload in sent} == {800}
    assert playout.finished(60.0)
    assert playout.underruns == 0


def test_names_carry_generation_and_sequence():
    playout = Playout()
    playout.push("a", 0, speech(200))
    assert [mark for _, mark in playout.due(1.0)] == ["0.1", "0.2"]
    playout.interrupt(1.0)
    playout.push("b", 0, speech(100))
    assert [mark for _, mark in playout.due(1.0)] == ["1.3"]
    assert playout.generation == 1


def test_messages_are_whole_but_the_last_of_an_item():
    playout = Playout()
    for ms in (20, 70, 45):
        playout.push("a", 0, speech(ms))
    assert lengths(playout.due(1.0)) == [100]
    assert playout.next_due(1.0) == pytest.approx(3.1)  # nothing to send: only the mark is waited for
    playout.end_item("a", 0)
    assert playout.next_due(1.0) == 1.0
    assert lengths(playout.due(1.0)) == [35]


def test_the_first_short_delta_is_played_at_once():
    """A delta of 100 ms leaves the resampler 2 ms short; the caller does not wait for the next one."""
    playout = Playout()
    playout.push("a", 0, speech(30))
    assert playout.due(1.0) == []
    playout.push("a", 0, speech(68))
    assert lengths(playout.due(1.0)) == [98]


def test_growing_speech_is_sent_short_rather_than_let_the_caller_run_dry():
    playout = Playout()
    playout.push("a", 0, speech(260))
    assert lengths(playout.due(1.0)) == [100, 100]
    assert playout.next_due(1.0) == pytest.approx(1.1)
    assert playout.due(1.05) == []
    assert lengths(playout.due(1.1)) == [60]


def test_another_item_behind_it_lets_a_short_message_out_in_order():
    playout = Playout()
    playout.push("a", 0, speech(130, 1))
    playout.push("a", 1, speech(100, 2))
    playout.push("a", 0, speech(10, 3))
    playout.end_all()
    assert [(payload[0], len(payload) // MS) for payload, _ in playout.due(1.0)] == [
        (1, 100),
        (1, 30),
        (2, 100),
        (3, 10),
    ]


def test_pieces_are_joined_and_cut_without_losing_a_byte():
    playout = Playout(limit_s=10)
    everything = bytes(range(256)) * 100
    at = 0
    for n in [1, 7, 799, 800, 801, 3_000, 20_192]:
        playout.push("a", 0, everything[at : at + n])
        at += n
    playout.end_item("a", 0)
    assert at == len(everything)
    assert b"".join(payload for _, payload in run(playout, 0.0, 20.0)) == everything


def test_late_timers_do_not_shift_the_stream():
    """After 150 ms too late, more is sent at once, and the last message ends when it would have ended."""
    playout = Playout()
    playout.push("a", 0, speech(1_000))
    playout.end_item("a", 0)
    assert lengths(playout.due(1.0)) == [100, 100, 100]
    assert lengths(playout.due(1.25)) == [100, 100]
    assert playout.next_due(1.25) == pytest.approx(1.3)
    assert playout.underruns == 0


def test_running_dry_in_mid_speech_is_an_underrun_and_between_utterances_is_not():
    playout = Playout()
    playout.push("a", 0, speech(100))
    playout.due(1.0)
    playout.push("a", 0, speech(100))
    playout.due(1.5)
    assert playout.underruns == 1
    playout.end_item("a", 0)
    playout.push("b", 0, speech(100))
    playout.due(5.0)
    assert playout.underruns == 1
    playout.end_all()
    playout.push("c", 0, speech(100))
    playout.due(9.0)
    assert playout.underruns == 1


def test_a_hold_within_the_lead_leaves_no_gap():
    playout = Playout()
    playout.push("a", 0, speech(600))
    playout.due(1.0)
    playout.hold()
    assert playout.due(1.2) == []
    assert playout.next_due(1.2) == pytest.approx(3.3)
    playout.resume()
    assert playout.next_due(1.25) == 1.25
    assert lengths(playout.due(1.25)) == [100, 100]
    assert playout.underruns == 0


def test_a_hold_beyond_the_lead_starts_the_clock_anew_and_counts():
    playout = Playout()
    playout.push("a", 0, speech(600))
    playout.end_item("a", 0)
    playout.due(1.0)
    playout.hold()
    playout.resume()
    assert lengths(playout.due(1.8)) == [100, 100, 100]
    assert playout.underruns == 1


def test_finished_comes_exactly_once_after_the_last_mark():
    playout = Playout()
    assert not playout.finished(0.0)
    playout.push("a", 0, speech(130))
    assert playout.playing(1.0)
    marks = [mark for _, mark in playout.due(1.0)]
    assert not playout.finished(1.0)
    assert playout.mark_echoed(marks[0], 1.1)
    assert not playout.finished(1.5)
    playout.end_item("a", 0)
    ((_, last),) = playout.due(1.5)
    assert not playout.finished(1.5)
    assert playout.mark_echoed(last, 1.6)
    assert not playout.playing(1.6)
    assert playout.finished(1.6)
    assert not playout.finished(1.7)
    assert playout.next_due(1.7) is None


def test_an_item_still_growing_is_not_finished_even_when_the_ear_waits():
    playout = Playout()
    playout.push("a", 0, speech(100))
    ((_, mark),) = playout.due(1.0)
    assert playout.mark_echoed(mark, 1.1)
    assert not playout.playing(1.1)
    assert not playout.finished(1.1)
    playout.end_item("a", 0)
    assert playout.finished(1.2)


def test_it_runs_dry_only_when_all_was_heard_and_more_is_to_come():
    playout = Playout()
    assert not playout.ran_dry(0)
    playout.push("item", 0, speech(100))
    assert not playout.ran_dry(0)
    ((_, mark),) = playout.due(0)
    assert not playout.ran_dry(0.1), "the mark is not back"
    playout.mark_echoed(mark, 0.1)
    assert playout.ran_dry(0.1)
    playout.end_item("item", 0)
    assert not playout.ran_dry(0.1)
    assert playout.finished(0.1)


def test_lost_marks_do_not_hang_the_call():
    playout = Playout()
    playout.push("a", 0, speech(100))
    playout.end_item("a", 0)
    playout.due(1.0)
    at = playout.next_due(1.0)
    assert at == pytest.approx(3.1)
    assert not playout.finished(at - 0.01)
    assert playout.due(at) == []
    assert playout.finished(at)
    assert playout.lost_marks == 1
    assert playout.heard_ms("a", 0, at) == 100


def test_an_interruption_says_what_was_heard_and_nothing_old_goes_out():
    playout = Playout()
    playout.push("a", 0, speech(250))
    playout.end_item("a", 0)
    playout.push("b", 0, speech(1_000))
    marks = [mark for _, mark in playout.due(1.0)]
    assert len(marks) == 3
    assert playout.mark_echoed(marks[0], 1.14)
    assert playout.interrupt(1.2) == (Cut("a", 0, 160, 250), Cut("b", 0, 0, 1_000))
    assert playout.queued_ms == 0
    assert not playout.playing(1.2)
    assert not playout.finished(1.2)
    assert not any(playout.mark_echoed(mark, 1.21) for mark in marks)
    assert playout.push("b", 0, speech(500))
    assert playout.due(1.3) == []
    assert playout.dropped_ms == 500
    playout.push("c", 0, speech(100, 7))
    assert playout.due(1.3) == [(speech(100, 7), "1.4")]
    assert playout.heard_ms("a", 0, 1.3) == 160


def test_an_interruption_ends_a_hold_and_empties_the_clock():
    playout = Playout()
    playout.push("a", 0, speech(500))
    playout.due(1.0)
    playout.hold()
    playout.interrupt(1.1)
    playout.push("b", 0, speech(500))
    assert lengths(playout.due(1.1)) == [100, 100, 100]
    assert playout.underruns == 0


def test_two_minutes_fit_and_no_more():
    playout = Playout()
    assert playout.push("a", 0, speech(119_990))
    assert not playout.push("a", 0, speech(20))
    assert not playout.push("a", 0, speech(20))
    assert playout.push("a", 0, b"")
    assert (playout.queued_ms, playout.dropped_ms, playout.produced_ms("a", 0)) == (120_000, 30, 120_030)


def test_an_item_without_sound_finishes():
    playout = Playout()
    playout.push("a", 0, b"")
    assert playout.next_due(1.0) is None
    playout.end_item("a", 0)
    assert playout.finished(1.0)


def test_the_round_trip_is_what_marks_come_late_by():
    playout = Playout()
    playout.push("a", 0, speech(2_000))
    playout.end_item("a", 0)
    run(playout, 1.0, 9.0, delay=0.08)
    assert playout.mark_round_trip_ms == pytest.approx(80, abs=1)
    assert playout.lead_ms == 300


def test_the_lead_grows_with_loop_lag():
    playout = Playout()
    playout.adapt(100.0)
    assert playout.lead_ms == 500
    playout.push("a", 0, speech(1_000))
    assert len(playout.due(1.0)) == 5


def test_a_long_item_pushed_at_once_is_not_copied_again_and_again():
    playout = Playout()
    playout.push("a", 0, bytes(960_000))
    playout.end_item("a", 0)
    assert sum(len(payload) for _, payload in run(playout, 0.0, 200.0)) == 960_000


class Telephone(RuleBasedStateMachine):
    """Any order of events, with a phone that plays in real time, loses marks, and gives garbage back."""

    def __init__(self) -> None:
        super().__init__()
        self.playout = Playout(limit_s=2)
        self.now = 100.0
        self.buffer: deque[tuple[str, float]] = deque()  # marks, and when what is before them will have been played
        self.lost: set[str] = set()
        self.cleared: list[str] = []
        self.plays_until = self.now
        self.delay = 0.0
        self.pushed_by_generation: dict[int, set[int]] = {}
        self.code = 0
        self.cut: set[tuple[str, int]] = set()
        self.finished = 0
        self.speaking = False

    @rule(item=st.sampled_from("abc"), content=st.integers(0, 1), size=st.integers(0, 4_000))
    def model_speaks(self, item: str, content: int, size: int) -> None:
        self.code = (self.code + 1) % 256
        if (item, content) not in self.cut:
            self.pushed_by_generation.setdefault(self.playout.generation, set()).add(self.code)
            self.speaking = True
        self.playout.push(item, content, bytes([self.code]) * size)

    @rule(item=st.sampled_from("abc"), content=st.integers(0, 1))
    def model_finishes(self, item: str, content: int) -> None:
        self.playout.end_item(item, content)

    @rule(after=st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.31, 1.0, 2.5]))
    def time_passes(self, after: float) -> None:
        self.now += after

    @rule()
    def timer_fires(self) -> None:
        before = self.playout.next_due(self.now)
        messages = self.playout.due(self.now)
        assert not messages or before == self.now
        for payload, mark in messages:
            assert 0 < len(payload) <= 800
            assert set(payload) <= self.pushed_by_generation.get(self.playout.generation, set()), "old generation"
            self.plays_until = max(self.plays_until, self.now) + len(payload) / 8_000
            self.buffer.append((mark, self.plays_until))
        assert self.plays_until - self.now <= self.playout.lead_ms / 1_000 + 1e-3 or not messages

    @rule(name=st.text(max_size=5) | st.sampled_from(["0.1", "1.1", "0.99"]))
    def garbage_comes_back(self, name: str) -> None:
        if name not in self.lost and all(mark != name for mark, _ in self.buffer):
            assert not self.playout.mark_echoed(name, self.now)

    @precondition(lambda self: self.buffer)
    @rule(lost=st.booleans())
    def mark_comes_back(self, lost: bool) -> None:
        if self.buffer[0][1] <= self.now:
            mark, played = self.buffer.popleft()
            self.lost |= {mark} if lost else set()
            if not lost:
                known = self.playout.mark_echoed(mark, self.now)
                assert known or self.now >= played + 1.5

    @rule(held=st.booleans())
    def caller_makes_a_sound(self, held: bool) -> None:
        (self.playout.hold if held else self.playout.resume)()

    @rule(lag=st.floats(0, 500))
    def second_passes(self, lag: float) -> None:
        self.playout.adapt(lag)

    @rule()
    def caller_interrupts(self) -> None:
        generation = self.playout.generation
        for cut in self.playout.interrupt(self.now):
            assert 0 <= cut.heard_ms <= cut.produced_ms
            self.cut.add((cut.item_id, cut.content_index))
        assert self.playout.generation == generation + 1
        assert not self.playout.playing(self.now)
        assert not self.playout.finished(self.now)
        self.speaking = False
        for mark, _ in self.buffer:  # Twilio answers `clear` with every pending mark
            assert not self.playout.mark_echoed(mark, self.now)
        self.buffer.clear()
        self.plays_until = self.now

    @rule()
    def owner_asks(self) -> None:
        if self.playout.finished(self.now):
            assert self.speaking
            self.speaking = False
            assert not self.playout.playing(self.now)

    @invariant()
    def heard_sent_produced(self) -> None:
        ledger = self.playout._ledger
        for key, item in (ledger._open | ledger._closed).items():
            assert 0 <= item.heard <= item.sent <= item.accepted <= item.produced
            assert 0 <= self.playout.heard_ms(*key, self.now) <= item.sent // 8
            assert self.playout.heard_ms(*key, self.now) <= self.playout.produced_ms(*key)
        assert self.playout._queued == sum(segment.size for segment in self.playout._queue) <= 16_000

    def teardown(self) -> None:
        """Left alone, with or without marks, the playout comes to its end."""
        self.playout.resume()
        self.playout.end_all()
        for _ in range(200):
            due = self.playout.next_due(self.now)
            if due is None:
                break
            self.now = due
            self.playout.due(self.now)
        assert not self.playout.playing(self.now)
        assert self.playout.finished(self.now) == self.speaking


TestTelephone = Telephone.TestCase
