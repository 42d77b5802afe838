"""What sound can look like here, and the one error for sound that does not look like what it was said to be."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Encoding = Literal["pcm16", "mulaw"]
SampleRate = Literal[8_000, 16_000, 24_000]

ENCODINGS: Final = frozenset(get_args(Encoding))
SAMPLE_RATES: Final = frozenset(get_args(SampleRate))


class AudioFormatError(ValueError):
    """Sound from outside is not what it should be. The message says why and never holds any of the sound."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Encoding and rate of mono sound.

    Attributes:
        encoding: `pcm16` (signed, little-endian, two bytes a sample) or `mulaw` (G.711, one byte a sample).
        sample_rate: 8000, 16000 or 24000 samples a second, for either encoding.

    Raises:
        AudioFormatError: Encoding or rate is none of these.
    """

    encoding: Encoding
    sample_rate: SampleRate

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise AudioFormatError(f"encoding {self.encoding!r} is not one of {sorted(ENCODINGS)}")
        if self.sample_rate not in SAMPLE_RATES:
            raise AudioFormatError(f"sample rate {self.sample_rate!r} is not one of {sorted(SAMPLE_RATES)}")

    @property
    def sample_bytes(self) -> int:
        """Bytes a sample takes: 2 for PCM16, 1 for mu-law."""
        return 2 if self.encoding == "pcm16" else 1


TELEPHONE: Final = AudioFormat("mulaw", 8_000)
"""What Twilio sends and plays: audio/x-mulaw, 8 kHz (Media Streams, `start.mediaFormat`)."""

MODEL_PCM16: Final = AudioFormat("pcm16", 24_000)
"""What the Realtime API calls `audio/pcm` with rate 24000."""
