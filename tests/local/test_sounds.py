"""How local parties sound: the level of a telephone, no silent end."""

import numpy as np
import pytest

from gateway.audio import g711
from gateway.local import tonecode
from gateway.local.phone_wav import silence
from gateway.local.sounds import SPEECH_DBOV, as_on_the_telephone, phone_voice, speech_sounds, tone_sounds
from gateway.speech.tts import SynthesisFailed

RATE = g711.RATE


def sine(seconds: float, peak: float) -> bytes:
    wave = peak * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE)
    return bytes(wave.astype("<i2").tobytes())


def level(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) / 32768))


@pytest.mark.parametrize("peak", [32_000, 300])
def test_speech_has_the_level_of_a_telephone_network(peak: float) -> None:
    assert level(as_on_the_telephone(sine(1, peak))) == pytest.approx(SPEECH_DBOV, abs=0.3)


def test_the_level_is_that_of_the_words_and_not_of_the_pauses() -> None:
    spoken = sine(0.5, 20_000) + bytes(2 * RATE) + sine(0.5, 20_000)
    assert level(as_on_the_telephone(spoken)[: RATE // 2]) == pytest.approx(SPEECH_DBOV, abs=0.3)


def test_a_silent_end_is_cut_off() -> None:
    heard = as_on_the_telephone(sine(0.5, 20_000) + bytes(2 * RATE))
    assert 0.5 <= len(heard) / 2 / RATE <= 0.55


@pytest.mark.parametrize("pcm", [b"", bytes(320), bytes(2 * RATE)])
def test_silence_stays_as_it_is(pcm: bytes) -> None:
    assert as_on_the_telephone(pcm) == pcm


def test_a_voice_for_the_phone_is_mulaw() -> None:
    class Voice:
        def speak(self, text: str, voice: str | None = None, *, sample_rate: int = 24_000) -> bytes:
            assert sample_rate == RATE
            return sine(0.2, 20_000)

    assert len(phone_voice(Voice())("hello")) == RATE // 5
    assert silence(1) != phone_voice(Voice())("hello")


def test_tones_are_understood_both_ways() -> None:
    sounds = tone_sounds()
    assert [m.text for m in tonecode.scan(g711.decode(sounds.caller("A coke.")), RATE)] == ["A coke."]
    assert sounds.ears.recognise(sounds.agent.speak("Anything else?"), sample_rate=24_000).text == "Anything else?"
    assert sounds.threads == 0


def test_a_voice_that_does_not_exist_is_named() -> None:
    with pytest.raises(SynthesisFailed, match="klatt"):
        speech_sounds("klatt:perfect-paul", "pico:en-GB")
