"""Makes the clips of `gateway.speech.clips`: `python -m infra.make_clips`. Run it after a text has changed."""

from pathlib import Path

import numpy as np

from gateway.audio import g711
from gateway.local.voices import AGENT, SPANISH, PicoVoice
from gateway.speech import clips

_RATE = 8_000  # Hz
_LEVEL = 32_768 * 10 ** (-20 / 20)  # RMS of what is spoken, as loud as the model's own speech
_LOUDEST = 32_768 * 10 ** (-3 / 20)
_FRAME = _RATE // 100
_QUIET = 60  # RMS below which a frame is silence
_MARGIN = 8  # frames of 10 ms that are left before and after
_LONGEST = 4.0  # s
_VOICES: dict[clips.Language, str] = {"en": AGENT, "es": SPANISH}


def make(text: str, voice: str) -> bytes:
    """A text as mulaw 8 kHz, without long silence around it and at a usual level."""
    pcm = np.frombuffer(PicoVoice(voice).speak(text, sample_rate=_RATE), dtype="<i2").astype(np.float64)
    frames = pcm[: len(pcm) // _FRAME * _FRAME].reshape(-1, _FRAME)
    levels = np.sqrt(np.mean(frames**2, axis=1))
    heard = np.flatnonzero(levels > _QUIET)
    first, last = max(0, heard[0] - _MARGIN), heard[-1] + 1 + _MARGIN
    speech = frames[first:last]
    gain = min(_LEVEL / np.sqrt(np.mean(frames[heard] ** 2)), _LOUDEST / np.abs(speech).max())
    return g711.encode((speech * gain).round().astype("<i2").tobytes())


def main() -> None:
    """Write all clips into the package's folder and say how long they are."""
    folder = Path(clips.__file__).parent
    for language, texts in clips.TEXTS.items():
        for clip, text in texts.items():
            mulaw = make(text, _VOICES[language])
            seconds = len(mulaw) / _RATE
            assert seconds < _LONGEST, f"{clip} in {language} takes {seconds:.1f} s"
            (folder / clips.file_name(clip, language)).write_bytes(mulaw)
            print(f"{seconds:4.1f} s  {language}  {text}")


if __name__ == "__main__":
    main()
