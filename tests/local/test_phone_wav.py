import io
import wave

import numpy as np
import pytest

from gateway.audio import g711
from gateway.local.phone_wav import NotPlayable, place, read_sound, silence, write_recording


def wav(samples: np.ndarray, rate: int, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def test_a_wav_of_the_telephones_rate_is_only_coded():
    samples = np.arange(-8000, 8000, 100, dtype="<i2")
    assert read_sound(wav(samples, 8000), "audio/wav") == g711.encode(samples.tobytes())


def test_another_rate_and_two_channels_are_made_to_fit():
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(24000) / 24000)).astype("<i2")
    sound = read_sound(wav(np.column_stack((tone, tone)), 24000), "")
    assert len(sound) == 8000
    level = g711.rms(g711.decode(sound[800:-800]))
    assert level == pytest.approx(8000 / np.sqrt(2), rel=0.02)


def test_mulaw_is_taken_as_it_is():
    assert read_sound(b"\x10\x20", "audio/basic") == b"\x10\x20"
    assert read_sound(b"\x10\x20", "audio/x-mulaw") == b"\x10\x20"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<html/>", "text/html"),
        (b"ID3", ""),
        (b"RIFF", "audio/wav"),
        (b"RIFF\0\0\0\0AVI ", "audio/wav"),
        (wav(np.zeros(8, np.uint8), 8000, width=1), "audio/wav"),
    ],
)
def test_anything_else_is_refused(data, kind):
    with pytest.raises(NotPlayable):
        read_sound(data, kind)


def test_the_caller_is_on_the_left_and_the_shorter_side_ends_in_silence(tmp_path):
    path = tmp_path / "call.wav"
    write_recording(path, b"\x10" * 4, b"\x20" * 2)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        both = np.frombuffer(file.readframes(9), "<i2").reshape(-1, 2)
    loud, soft = np.frombuffer(g711.decode(b"\x10\x20"), "<i2")
    assert both.tolist() == [[loud, soft], [loud, soft], [loud, 0], [loud, 0]]


def test_sounds_are_laid_on_a_track():
    assert silence(0.001) == b"\xff" * 8
    assert place([(0.0005, b"\x10\x10"), (0.001, b"\x20" * 99)], 0.0015) == (
        b"\xff" * 4 + b"\x10" * 2 + b"\xff" * 2 + b"\x20" * 4
    )
    assert place([(5.0, b"\x10" * 40000)], 0.001) == b"\xff" * 8
