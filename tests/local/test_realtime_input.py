"""Turn detection: what is a voice, what is not, and that the cut of the audio makes no difference."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.audio import g711
from gateway.local import tonecode
from gateway.local.realtime_config import PCM
from gateway.local.realtime_input import Heard, InputBuffer, SpeechAudio, SpeechStarted, SpeechStopped
from gateway.local.realtime_schema import Pcmu, ServerVad

RATE = 24_000
TURNS = ServerVad()


def sound(level_dbfs: float, ms: int, seed: int = 1, *, voice: bool = False) -> bytes:
    """Noise of a level; with `voice` it swells like syllables, four a second, with 100 ms pauses."""
    count = RATE * ms // 1000
    noise = np.random.default_rng(seed).normal(0, 1, count)
    if voice:
        noise *= np.maximum(np.sin(2 * np.pi * 2 * np.arange(count) / RATE) ** 2, 0.001)
    noise *= 32768 * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(noise**2) + 1e-9)
    return np.clip(noise, -32768, 32767).astype("<i2").tobytes()


def feed(buffer: InputBuffer, audio: bytes, piece: int = 960) -> list[Heard]:
    return [heard for start in range(0, len(audio), piece) for heard in buffer.append(audio[start : start + piece])]


def starts(found: list[Heard]) -> list[SpeechStarted]:
    return [heard for heard in found if isinstance(heard, SpeechStarted)]


def stops(found: list[Heard]) -> list[SpeechStopped]:
    return [heard for heard in found if isinstance(heard, SpeechStopped)]


def test_a_turn_holds_its_prefix_and_its_silence() -> None:
    speech = tonecode.encode("hello", RATE, min_ms=600)
    found = feed(InputBuffer(PCM, TURNS), bytes(48 * 1000) + speech + bytes(48 * 1000))
    assert [start.audio_start_ms for start in starts(found)] == [700]
    assert [(stop.audio_end_ms, stop.duration_ms) for stop in stops(found)] == [(2100, 1400)]
    heard = starts(found)[0].audio + b"".join(more.audio for more in found if isinstance(more, SpeechAudio))
    assert len(heard) == 48 * 1400
    assert heard[48 * 300 :][: len(speech)] == speech


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60))
@example([1] * 9 + [3039] + [5000] * 9)
@settings(max_examples=30, deadline=None)
def test_turns_do_not_depend_on_how_the_audio_was_cut(cuts: list[int]) -> None:
    audio = bytes(48 * 200) + tonecode.encode("hello", RATE, min_ms=300) + bytes(48 * 700)
    buffer = InputBuffer(PCM, TURNS)
    found: list[Heard] = []
    at = 0
    for size in cuts:
        found += buffer.append(audio[at : at + size])
        at += size
    found += buffer.append(audio[at:])
    whole = feed(InputBuffer(PCM, TURNS), audio)
    assert [type(heard) for heard in found] == [type(heard) for heard in whole]
    assert found == whole


@pytest.mark.parametrize("level", [-24, -36, -42])
def test_loud_and_quiet_callers_are_heard(level: float) -> None:
    buffer = InputBuffer(PCM, TURNS)
    found = feed(buffer, sound(-70, 1000) + sound(level, 1500, voice=True) + sound(-70, 900))
    assert len(starts(found)) == len(stops(found)) == 1


@pytest.mark.parametrize("noise", [-60, -50, -44, -38])
def test_steady_noise_is_no_turn_and_a_voice_20_db_over_it_is(noise: float) -> None:
    buffer = InputBuffer(PCM, TURNS)
    assert feed(buffer, sound(noise, 5000)) == []
    found = feed(buffer, sound(noise + 20, 1500, voice=True) + sound(noise, 1500, seed=2))
    assert len(starts(found)) == len(stops(found)) == 1


def test_noise_that_begins_in_mid_call_is_learned() -> None:
    buffer = InputBuffer(PCM, TURNS)
    found = feed(buffer, sound(-70, 1000) + sound(-35, 6000))
    assert len(stops(found)) == 1, "the turn that the noise opened ends"
    assert not buffer.speaking
    assert feed(buffer, sound(-35, 3000, seed=3)) == []


def test_a_click_is_no_turn() -> None:
    assert feed(InputBuffer(PCM, TURNS), bytes(48 * 500) + sound(-6, 40) + bytes(48 * 1000)) == []


def test_a_call_may_begin_with_speech() -> None:
    found = feed(InputBuffer(PCM, TURNS), tonecode.encode("hello", RATE, min_ms=900) + bytes(48 * 700))
    assert starts(found)[0].audio_start_ms == 0
    assert len(stops(found)) == 1


def test_the_threshold_makes_it_deaf_or_keen() -> None:
    faint = sound(-70, 500) + sound(-46, 1200, voice=True) + sound(-70, 900)
    assert starts(feed(InputBuffer(PCM, ServerVad(threshold=0.2)), faint))
    assert not starts(feed(InputBuffer(PCM, ServerVad(threshold=1.0)), faint))


def test_mulaw_is_judged_by_its_sound() -> None:
    speech = g711.encode(tonecode.encode("hello", 8000, min_ms=600))
    buffer = InputBuffer(Pcmu(), ServerVad(silence_duration_ms=200, prefix_padding_ms=0))
    found = feed(buffer, g711.silence(500) + speech + g711.silence(500), piece=160)
    assert starts(found)[0].audio_start_ms == 500
    assert stops(found)[0].audio_end_ms == 500 + 600 + 200


def test_a_client_that_never_commits_does_not_fill_the_memory() -> None:
    buffer = InputBuffer(PCM, None)
    for _ in range(130):
        assert buffer.append(bytes(48 * 5000)) == []
    assert 600_000 <= buffer.held_ms <= 605_000
    assert buffer.total_ms == 650_000
    assert 600_000 <= len(buffer.take()) // 48 <= 605_000
    assert buffer.held_ms == 0
