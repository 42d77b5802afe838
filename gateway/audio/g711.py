"""G.711 mu-law, the sound of the telephone: 8 kHz, mono, one byte a sample (ITU-T G.711; Twilio: audio/x-mulaw).

The one place that imports audioop: the standard library's up to Python 3.12, the package audioop-lts (same name, same C
code) from 3.13 on. Linear samples are PCM16: signed 16 bit, little-endian.
"""

import sys
import warnings
from typing import Final

with warnings.catch_warnings():
    # PEP 594 warns on import up to 3.12. The successor package exists from 3.13 only, so there is nothing to change to.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

assert sys.byteorder == "little", "audioop works in the machine's byte order, and PCM16 on the wire is little-endian"

RATE: Final = 8_000
BYTES_PER_MS: Final = RATE // 1_000
SILENCE: Final = b"\xff"
"""The code of +0. 0x7F (-0) decodes to 0 as well; encoders, and Twilio, send 0xFF."""

CLIPPED: Final = (b"\x80", b"\x00")
"""The codes of the largest positive and negative sample (+-32124): a voice that reaches them has been clipped."""


def decode(mulaw: bytes) -> bytes:
    """Turns mu-law into PCM16 little-endian of the same rate; any length, twice as many bytes."""
    return audioop.ulaw2lin(mulaw, 2)


def encode(pcm: bytes) -> bytes:
    """Turns PCM16 little-endian into mu-law of the same rate, half as many bytes.

    Raises:
        audioop.error: The length is odd. Whoever takes PCM16 from outside checks that first.
    """
    return audioop.lin2ulaw(pcm, 2)


def silence(ms: int) -> bytes:
    """Mu-law silence at 8 kHz, `ms` milliseconds long."""
    return SILENCE * (ms * BYTES_PER_MS)


def rms(pcm: bytes) -> int:
    """Root mean square of PCM16 samples, 0 to 32768; 0 for no samples. Full-scale square wave = 0 dBFS = 32768."""
    return audioop.rms(pcm, 2)


def peak(pcm: bytes) -> int:
    """Largest absolute value among PCM16 samples, 0 to 32768; 0 for no samples."""
    return audioop.max(pcm, 2)
