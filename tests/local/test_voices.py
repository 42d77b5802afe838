import shutil
import stat
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from gateway.local.voices import (
    AGENT,
    CALLER,
    SPANISH,
    PicoVoice,
    ProgramVoice,
    open_voice,
    read_wav,
    readable,
    resample,
)
from gateway.speech.tts import SynthesisFailed

pico = pytest.mark.skipif(sys.platform != "linux", reason="py-nanotts has wheels for Linux only")


def wav(samples: np.ndarray, rate: int = 22_050, channels: int = 1, bits: int = 16, length: int | None = None) -> bytes:
    data = samples.tobytes()
    size = len(data) if length is None else length
    block = channels * bits // 8
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, bits)
    return (
        b"RIFF"
        + struct.pack("<I", (size + 36) & 0xFFFFFFFF)
        + b"WAVE"
        + head
        + b"data"
        + struct.pack("<I", size)
        + data
    )


RAMP = np.arange(100, dtype="<i2")


@pico
@pytest.mark.parametrize("voice", [AGENT, CALLER, SPANISH])
@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
def test_pico_speaks_audibly_at_any_rate(voice: str, rate: int) -> None:
    samples = np.frombuffer(PicoVoice(voice).speak("pizza", sample_rate=rate), "<i2").astype(float)
    assert 0.3 < len(samples) / rate < 2
    assert np.sqrt(np.mean(samples**2)) > 300


@pico
def test_voices_differ_and_one_can_be_asked_for() -> None:
    voice = PicoVoice(AGENT)
    assert voice.speak("Hello.") != voice.speak("Hello.", CALLER)
    assert (
        voice.speak("Hello.", CALLER) == open_voice(CALLER).speak("Hello.") == open_voice("pico:en-US").speak("Hello.")
    )
    assert open_voice().speak("Hello.") == voice.speak("Hello.")


@pico
def test_speed_makes_speech_shorter() -> None:
    assert len(PicoVoice(speed=1.5).speak("one large pizza")) < len(PicoVoice().speak("one large pizza"))


@pico
@pytest.mark.parametrize("name", ["pico:xx", "xx-XX"])
def test_unknown_voice_of_pico_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(SynthesisFailed, match="en-GB, en-US"):
        open_voice(name)
    with pytest.raises(SynthesisFailed, match="no voice 'nobody'"):
        PicoVoice().speak("Hello.", "nobody")


def test_pico_that_is_not_installed_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_nanotts", None)  # how Python marks a module that cannot be imported
    with pytest.raises(SynthesisFailed, match=r"pip install .*\[local\]"):
        PicoVoice()


def test_unknown_engine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SynthesisFailed, match="only pico, espeak-ng, flite, piper"):
        open_voice("festival")


def test_program_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SynthesisFailed, match="flite is not installed"):
        open_voice("flite:slt")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A synthesiser, as a program on the path: it writes down how it was run, and gives a WAV of 100 samples."""
    (tmp_path / "out.wav").write_bytes(wav(RAMP, 24_000, length=0xFFFFFF00))
    script = tmp_path / "espeak-ng"
    script.write_text(
        f'#!/bin/sh\necho "$@" >{tmp_path}/arguments\n{shutil.which("cat")} >{tmp_path}/text\n'
        f'case "$*" in *broken*) exit 3;; *silent*) exit 0;; esac\n{shutil.which("cat")} {tmp_path}/out.wav\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_program_gets_the_voice_as_argument_and_the_text_on_its_input(program: Path) -> None:
    voice = open_voice("espeak-ng:en-gb")
    assert voice.speak('<b>It\'s $5;\n"ok" --help', sample_rate=24_000) == RAMP.tobytes()
    assert (program / "arguments").read_text().split() == ["--stdin", "--stdout", "-v", "en-gb"]
    assert (program / "text").read_text() == 'b It\'s five dollars; "ok" --help'
    voice.speak("Hola 2", "es")
    assert (program / "arguments").read_text().split()[-1] == "es"


@pytest.mark.parametrize("voice", ["broken", "silent", "-option"])
def test_program_that_fails_is_a_failed_synthesis(program: Path, voice: str) -> None:
    with pytest.raises(SynthesisFailed, match=f"{voice}"):
        ProgramVoice("espeak-ng").speak("Hello.", voice)


def test_text_is_one_line_without_markup_and_english_numbers_are_words() -> None:
    assert readable("<speed level='20'>Two\n for $5", "en-GB") == "speed level='twenty' Two for five dollars"
    assert readable("2 pizzas", "slt") == "two pizzas"
    assert readable("2 pizzas", "es-ES") == "2 pizzas"


def test_resampling_keeps_the_length_in_time() -> None:
    tone = (8000 * np.sin(np.arange(16_000) / 5)).astype("<i2").tobytes()
    assert resample(tone, 16_000, 16_000) is tone
    assert abs(len(resample(tone, 16_000, 8000)) - 16_000) <= 4


def test_wav_is_read_whatever_length_its_header_claims() -> None:
    assert read_wav(wav(RAMP)) == (RAMP.tobytes(), 22_050)
    assert read_wav(wav(RAMP, length=0x7FFFFF00)) == (RAMP.tobytes(), 22_050)


def test_first_channel_of_several_is_taken() -> None:
    assert read_wav(wav(RAMP, channels=2))[0] == RAMP[::2].tobytes()


@pytest.mark.parametrize("data", [b"", b"RIFFxxxxWAVE", b"no wave file at all", wav(RAMP, bits=8)])
def test_what_is_no_wav_of_16_bits_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="WAV"):
        read_wav(data)
