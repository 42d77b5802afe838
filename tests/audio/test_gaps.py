"""Holes are filled once and boundedly; late and double frames are dropped; the caller is never lost for good."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.audio.gaps import LONGEST_FILL_MS, STALE, GapFinder


def test_a_stream_without_holes_needs_nothing():
    gaps = GapFinder()
    assert {gaps.place(20 * n + 340, 160) for n in range(500)} == {0}
    assert (gaps.missing_ms, gaps.stale, gaps.resets) == (0, 0, 0)


def test_lost_frames_are_filled_once():
    gaps = GapFinder()
    assert [gaps.place(at, 160) for at in (0, 20, 80, 100)] == [0, 0, 320, 0]
    assert gaps.missing_ms == 40


def test_odd_lengths_count_by_their_samples():
    gaps = GapFinder()
    assert [gaps.place(at, length) for at, length in ((0, 1), (0, 159), (20, 800), (120, 160))] == [0, 0, 0, 0]


def test_jitter_of_the_timestamps_is_no_hole_but_small_steps_add_up_to_one():
    gaps = GapFinder()
    assert [gaps.place(20 * n + n % 2 * 3, 160) for n in range(50)] == [0] * 50
    slow = GapFinder()
    assert [slow.place(21 * n, 160) for n in range(11)] == [0] * 10 + [80]
    assert slow.missing_ms == 10


def test_late_and_double_frames_are_dropped_and_counted():
    gaps = GapFinder()
    assert [gaps.place(at, 160) for at in (0, 20, 20, 60, 40, 80)] == [0, 0, STALE, 160, STALE, 0]
    assert gaps.stale == 2


def test_a_long_hole_is_filled_to_ten_seconds_and_counted_whole():
    gaps = GapFinder()
    gaps.place(0, 160)
    assert gaps.place(60_020, 160) == LONGEST_FILL_MS * 8
    assert gaps.missing_ms == 60_000
    assert gaps.place(60_040, 160) == 0


def test_a_clock_set_back_makes_the_caller_deaf_for_half_a_second_only():
    gaps = GapFinder()
    gaps.place(10**15, 160)
    answers = [gaps.place(20 * n, 160) for n in range(30)]
    assert answers == [STALE] * 24 + [0] * 6
    assert (gaps.stale, gaps.resets, gaps.missing_ms) == (24, 1, 0)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 20_000))))
def test_every_answer_is_bounded(frames):
    gaps = GapFinder()
    answers = [gaps.place(*frame) for frame in frames]
    assert all(STALE <= answer <= LONGEST_FILL_MS * 8 for answer in answers)
    assert answers.count(STALE) == gaps.stale


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_whatever_is_lost_time_stays_whole(arrives):
    """What arrives and what is filled in together last as long as the caller's time from first to last frame."""
    gaps = GapFinder()
    came = [n for n, arrived in enumerate(arrives) if arrived]
    total = sum(gaps.place(20 * n, 160) + 160 for n in came)
    assert total == (160 * (came[-1] - came[0] + 1) if came else 0)
