"""Voice detection on synthesised sound: speech, quiet speech, noise, clicks, coughs, echoes of nothing."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio import g711
from gateway.audio.voice import STEP_MS, Signal, VoiceDetector

RATE = 8_000
FULL = 32_768


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def at_level(samples: np.ndarray, dbfs: float) -> np.ndarray:
    return samples / np.sqrt(np.mean(samples**2)) * FULL * 10 ** (dbfs / 20)


def pink(ms: int, dbfs: float, seed: int = 1) -> np.ndarray:
    """Noise falling by 3 dB an octave from 60 Hz."""
    n = RATE * ms // 1_000
    spectrum = np.fft.rfft(random(seed).normal(size=n))
    hz = np.maximum(np.fft.rfftfreq(n, 1 / RATE), 60)
    return at_level(np.fft.irfft(spectrum / np.sqrt(hz), n), dbfs)


def voice(ms: int, dbfs: float, seed: int = 2) -> np.ndarray:
    """Speech-like: a 120 Hz buzz through a low-pass, in syllables of 4 to 5 a second that fall by 20 dB between."""
    n = RATE * ms // 1_000
    t = np.arange(n) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * t + k * k) / k for k in range(1, 25))
    syllables = 0.1 + 0.9 * np.abs(np.sin(2 * np.pi * 2.25 * t + random(seed).uniform(0, np.pi)))
    return at_level(buzz * syllables, dbfs)


def silent(ms: int) -> np.ndarray:
    return np.zeros(RATE * ms // 1_000)


def mulaw(*parts: np.ndarray, over: np.ndarray | None = None) -> bytes:
    samples = np.concatenate(parts)
    if over is not None:
        samples = samples + over[: len(samples)]
    return g711.encode(np.rint(samples.clip(-FULL, FULL - 1)).astype("<i2").tobytes())


def frames(sound: bytes, size: int = 160) -> list[bytes]:
    return [sound[at : at + size] for at in range(0, len(sound), size)]


def signals(detector: VoiceDetector, sound: bytes) -> list[tuple[int, Signal]]:
    """What was signalled while this was heard: (milliseconds from its beginning, signal)."""
    found = ((n * STEP_MS + STEP_MS, detector.feed(frame)) for n, frame in enumerate(frames(sound)))
    return [(at, signal) for at, signal in found if signal is not Signal.NONE]


def kinds(found: list[tuple[int, Signal]]) -> list[Signal]:
    return [signal for _, signal in found]


def listening(background: np.ndarray | None = None) -> VoiceDetector:
    """A detector that has heard two seconds of this and is armed."""
    detector = VoiceDetector()
    signals(detector, mulaw(silent(2_000) if background is None else background[: 2 * RATE]))
    detector.arm()
    return detector


def tone(ms: int, dbfs: float = -20.0) -> np.ndarray:
    return at_level(np.sin(2 * np.pi * 700 * np.arange(RATE * ms // 1_000) / RATE), dbfs)


def test_steady_voice_holds_at_200_ms_and_barges_in_at_500():
    found = signals(listening(), mulaw(tone(3_000)))
    assert found == [(200, Signal.HOLD), (500, Signal.BARGE_IN)]


@pytest.mark.parametrize("dbfs", [-12, -20, -30, -42])
@pytest.mark.parametrize("seed", range(4))
def test_callers_loud_and_quiet_are_heard(dbfs, seed):
    noise = pink(5_000, -62, seed)
    found = signals(listening(noise), mulaw(voice(1_500, dbfs, seed), over=noise))
    assert kinds(found)[0] is Signal.HOLD
    assert kinds(found)[-1] is Signal.BARGE_IN
    assert found[-1][0] <= 1_000


@pytest.mark.parametrize("dbfs", [-12, -42])
def test_a_voice_on_a_digitally_silent_line_is_heard(dbfs):
    assert kinds(signals(listening(), mulaw(voice(1_500, dbfs))))[-1] is Signal.BARGE_IN


@pytest.mark.parametrize("dbfs", [-62, -50, -40, -33])
@pytest.mark.parametrize("seed", range(4))
def test_steady_noise_never_triggers_from_the_first_frame_on(dbfs, seed):
    detector = VoiceDetector()
    detector.arm()
    assert signals(detector, mulaw(silent(200), pink(20_000, dbfs, seed))) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_caller_20_db_above_the_noise_is_heard_and_the_noise_is_not(seed):
    noise = pink(12_000, -42, seed)
    detector = listening(noise)
    assert signals(detector, mulaw(silent(5_000), over=noise)) == []
    assert kinds(signals(detector, mulaw(voice(1_500, -22, seed), over=noise)))[-1] is Signal.BARGE_IN


def test_silence_filled_in_for_lost_packets_does_not_make_noise_a_voice():
    noise = pink(10_000, -40)
    detector = listening(noise)
    holes = noise.copy()
    for at in range(0, len(holes), RATE):
        holes[at : at + RATE // 2] = 0
    assert signals(detector, mulaw(holes)) == []


def test_single_clicks_do_nothing():
    clicks = silent(4_000)
    clicks[:: RATE // 4] = 30_000
    assert signals(listening(), mulaw(clicks)) == []


@pytest.mark.parametrize("ms", [60, 120, 180])
def test_a_short_sound_does_nothing(ms):
    assert signals(listening(), mulaw(tone(ms), silent(1_000))) == []


@pytest.mark.parametrize("ms", [200, 260, 400, 480])
def test_a_cough_or_mm_hm_holds_and_lets_playback_go_on(ms):
    found = signals(listening(), mulaw(tone(ms), silent(1_000)))
    assert found == [(200, Signal.HOLD), (ms + 100, Signal.RESUME)]


def test_a_voice_with_pauses_adds_up_within_800_ms():
    found = signals(listening(), mulaw(tone(260), silent(140), tone(300)))
    assert found == [(200, Signal.HOLD), (360, Signal.RESUME), (600, Signal.HOLD), (640, Signal.BARGE_IN)]


def test_short_sounds_further_apart_do_not_add_up():
    found = signals(listening(), mulaw(*[tone(240), silent(600)] * 4))
    assert kinds(found) == [Signal.HOLD, Signal.RESUME] * 4


def test_a_rattle_does_not_hold_the_agent_for_ever():
    """Neither a voice by the 500 ms rule nor ever quiet for 100 ms: playback goes on after 600 ms."""
    found = signals(listening(), mulaw(tone(200), *[silent(60), tone(40)] * 20))
    assert found[0] == (200, Signal.HOLD)
    assert found[1] == (800, Signal.RESUME)
    assert len(found) == 2


def test_nothing_is_signalled_unless_armed():
    detector = listening()
    detector.disarm()
    assert signals(detector, mulaw(tone(1_000))) == []


def test_barge_in_comes_once_until_armed_again():
    detector = listening()
    loud = mulaw(tone(600), silent(1_000))
    assert kinds(signals(detector, loud)) == [Signal.HOLD, Signal.BARGE_IN]
    detector.arm()
    assert signals(detector, loud) == []
    detector.disarm()
    detector.arm()
    assert kinds(signals(detector, loud)) == [Signal.HOLD, Signal.BARGE_IN]


def test_what_was_said_before_the_agent_began_does_not_count():
    detector = listening()
    detector.disarm()
    signals(detector, mulaw(tone(400)))
    detector.arm()
    assert signals(detector, mulaw(tone(180), silent(500))) == []


def test_arming_again_while_armed_changes_nothing():
    detector = listening()
    assert signals(detector, mulaw(tone(300))) == [(200, Signal.HOLD)]
    detector.arm()
    assert signals(detector, mulaw(tone(300))) == [(200, Signal.BARGE_IN)]


def test_one_long_burst_gives_the_weightiest_or_the_net_signal():
    assert listening().feed(mulaw(tone(2_000))) is Signal.BARGE_IN
    assert listening().feed(mulaw(tone(300))) is Signal.HOLD
    assert listening().feed(mulaw(tone(300), silent(300))) is Signal.NONE
    assert listening().feed(mulaw(tone(300), silent(600), tone(300))) is Signal.HOLD
    detector = listening()
    detector.feed(mulaw(tone(300)))
    assert detector.feed(mulaw(silent(300))) is Signal.RESUME


def test_level_and_threshold_can_be_read():
    detector = VoiceDetector()
    detector.feed(mulaw(tone(20, -20)))
    assert detector.level == pytest.approx(3_277, rel=0.03)
    signals(detector, mulaw(pink(3_000, -40)))
    assert 328 * 2 < detector.threshold < 328 * 5


@given(cuts=st.lists(st.integers(0, 12_000), max_size=40), seed=st.integers(0, 20))
def test_how_sound_is_cut_into_frames_changes_neither_level_nor_state(cuts, seed):
    sound = mulaw(tone(300), silent(200), voice(1_000, -25, seed))
    even, uneven = listening(), listening()
    barged = [even.feed(frame) for frame in frames(sound)].count(Signal.BARGE_IN)
    edges = [0, *sorted(min(cut, len(sound)) for cut in cuts), len(sound)]
    got = [uneven.feed(sound[a:b]) for a, b in pairwise(edges)]
    assert got.count(Signal.BARGE_IN) == barged
    assert (uneven.level, uneven.threshold, uneven._voiced, uneven._held) == (
        even.level,
        even.threshold,
        even._voiced,
        even._held,
    )
