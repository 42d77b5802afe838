"""G.711: all 256 codes against the formula of the recommendation, silence, levels."""

import audioop
import struct

import pytest

from gateway.audio import g711


def expand(code: int) -> int:
    """ITU-T G.711 mu-law expansion, written out: sign, exponent, mantissa, bias 33, in 16-bit units."""
    code = ~code & 0xFF
    magnitude = ((((code & 0x0F) << 1) + 33) << (code >> 4 & 7)) - 33
    return (-magnitude if code & 0x80 else magnitude) * 4


def test_all_codes_decode_as_the_recommendation_says():
    decoded = struct.unpack("<256h", g711.decode(bytes(range(256))))
    assert list(decoded) == [expand(code) for code in range(256)]


def test_all_codes_but_minus_zero_survive_the_way_there_and_back():
    codes = bytes(range(256))
    assert g711.encode(g711.decode(codes)) == codes.replace(b"\x7f", b"\xff")


def test_silence_is_0xff_and_encodes_zero():
    assert g711.silence(20) == b"\xff" * 160
    assert g711.encode(bytes(2)) == g711.SILENCE
    assert g711.decode(g711.SILENCE) == bytes(2)


def test_clipped_codes_are_the_extremes():
    assert g711.encode(struct.pack("<2h", 32767, -32768)) == b"".join(g711.CLIPPED)


def test_levels():
    square = struct.pack("<4h", 1000, -1000, 1000, -1000)
    assert g711.rms(square) == g711.peak(square) == 1000
    assert g711.rms(b"") == g711.peak(b"") == 0


def test_half_a_sample_is_the_callers_mistake():
    with pytest.raises(audioop.error):
        g711.encode(b"\x00")
