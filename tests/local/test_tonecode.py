import time

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.local import tonecode

RATES = (8000, 16000, 24000)
TEXT = "Two large margheritas, no: one large and one small. Jalapeño?"


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, dtype="<i2")


def through_mulaw(pcm: np.ndarray) -> np.ndarray:
    """G.711's quantisation, from its formula: the codec under test elsewhere is not used to test this one."""
    scaled = pcm / 32768
    compressed = np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log(256)
    coarse = np.round(compressed * 127) / 127
    return np.rint(32768 * np.sign(coarse) * np.expm1(np.abs(coarse) * np.log(256)) / 255).clip(-32768, 32767)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60), rate=st.sampled_from(RATES), lead=st.integers(0, 500), extra=st.integers(0, 3))
def test_any_text_comes_back_wherever_it_starts(text, rate, lead, extra):
    padded = b"\0\0" * lead + tonecode.encode(text, rate) + b"\0" * extra
    assert tonecode.decode(padded, rate) == text


def test_survives_the_telephone_and_the_resampling_on_both_sides():
    model = samples(tonecode.encode(TEXT, 24000, ms_per_char=10))
    wire = through_mulaw(soxr.resample(model, 24000, 8000)).astype(np.int16)
    assert tonecode.decode(wire, 8000) == TEXT
    back = soxr.resample(np.concatenate((np.zeros(333, np.int16), wire)), 8000, 24000)
    assert tonecode.decode(back, 24000) == TEXT


def test_survives_noise_ten_decibels_below_it():
    pcm = samples(tonecode.encode(TEXT, 8000))
    noise = np.random.default_rng(7).normal(0, tonecode.AMPLITUDE / np.sqrt(2) / 10**0.5, pcm.size)
    assert tonecode.decode((pcm + noise).clip(-32768, 32767).astype(np.int16), 8000) == TEXT


def test_a_hundred_characters_take_little_time_to_hear_and_to_make():
    started = time.perf_counter()
    pcm = tonecode.encode("x" * 100, 24000)
    assert tonecode.decode(pcm, 24000) == "x" * 100
    assert time.perf_counter() - started < 0.5
    assert len(pcm) / 2 / 24000 < 0.6


def test_a_code_is_audible_from_its_first_frame_to_its_last():
    pcm = samples(tonecode.encode("hello", 8000, min_ms=3000)).astype(float)
    assert pcm.size == 3 * 8000
    levels = 20 * np.log10(np.sqrt((pcm.reshape(-1, 160) ** 2).mean(axis=1)) / 32768)
    assert levels.min() > -30
    assert levels.max() < -12


def test_the_carrier_has_dips_so_that_no_noise_floor_rises_to_it():
    pcm = samples(tonecode.encode("hello", 8000, min_ms=3000)).astype(float)[8000:]
    levels = 20 * np.log10(np.sqrt((pcm.reshape(-1, 160) ** 2).mean(axis=1)) / 32768)
    assert levels.max() - levels.min() > 9


def test_a_code_lasts_as_long_as_speech_would():
    assert len(tonecode.encode("ab", 8000, ms_per_char=500)) == 2 * 8000
    assert len(tonecode.encode("ab", 8000, min_ms=2000, ms_per_char=500)) == 2 * 16000


def test_a_code_cut_behind_its_text_is_whole_and_tells_how_much_was_played():
    pcm = tonecode.encode("0123456789", 8000, min_ms=2000)
    (message,) = tonecode.scan(pcm[: 2 * 8000], 8000)
    assert message == tonecode.ToneMessage("0123456789", 0, True, 2000, 1000)
    assert message.spoken == "01234"
    assert tonecode.decode(pcm[: 2 * 8000], 8000) == "0123456789"
    (silenced,) = tonecode.scan(pcm[: 2 * 8000] + b"\0\0" * 8000, 8000)
    assert silenced.spoken == "01234"


def test_a_code_cut_inside_its_text_gives_the_characters_that_were_whole():
    pcm = tonecode.encode("0123456789", 8000)
    before_text = (16 + 5 * 4) * 10
    cut = pcm[: 2 * (before_text + 3 * 40 + 25)]
    (message,) = tonecode.scan(cut, 8000)
    assert (message.text, message.whole) == ("012", False)
    assert tonecode.decode(cut, 8000) is None
    (hushed,) = tonecode.scan(cut + b"\0\0" * 4000, 8000)
    assert (hushed.text, hushed.whole) == ("012", False)


def test_a_character_of_two_bytes_is_not_cut_in_half():
    pcm = tonecode.encode("né", 8000)
    before_text = (16 + 5 * 4) * 10
    (message,) = tonecode.scan(pcm[: 2 * (before_text + 2 * 40)], 8000)
    assert message.text == "n"


def test_cut_inside_the_header_nothing_is_found():
    pcm = tonecode.encode("hello", 8000)
    assert tonecode.scan(pcm[: 2 * 300], 8000) == []
    assert tonecode.decode(pcm[: 2 * 300], 8000) is None


@pytest.mark.parametrize("where", [500, 650, 790])
def test_a_damaged_code_is_never_guessed(where):
    pcm = samples(tonecode.encode("0123456789", 8000)).copy()
    pcm[where : where + 40] = pcm[where + 5 : where + 45][::-1]
    lost = np.concatenate((pcm[:400], pcm[560:]))
    assert tonecode.decode(pcm, 8000) is None
    assert tonecode.decode(lost, 8000) is None


def test_several_codes_are_found_in_order():
    gap = b"\0\0" * 1234
    pcm = gap + tonecode.encode("one", 8000, min_ms=300) + gap + tonecode.encode("two", 8000) + gap
    first, second = tonecode.scan(pcm, 8000)
    assert (first.text, first.start, first.played_ms) == ("one", 1234, 300)
    assert (second.text, second.start) == ("two", 2 * 1234 + 2400)
    assert second.spoken == "two"
    assert tonecode.decode(pcm, 8000) == "one two"


def test_one_damaged_code_among_others_spoils_the_recording_but_not_the_scan():
    broken = samples(tonecode.encode("0123456789", 8000)).copy()
    broken[700:760] = broken[700:760][::-1]
    pcm = np.concatenate((broken, samples(tonecode.encode("fine", 8000))))
    assert [message.text for message in tonecode.scan(pcm, 8000)] == ["fine"]
    assert tonecode.decode(pcm, 8000) is None


def test_nothing_is_found_in_silence_noise_or_a_tone():
    noise = np.random.default_rng(3).normal(0, 4000, 5 * 8000).astype(np.int16)
    tone = (8000 * np.sin(2 * np.pi * 1600 / 8000 * np.arange(16000))).astype(np.int16)
    for pcm in (b"", b"\0" * 9, b"\0" * 32000, noise, tone):
        assert tonecode.decode(pcm, 8000) is None
        assert tonecode.scan(pcm, 8000) == []


@pytest.mark.parametrize("heard", [100, 330, 400, 900])
def test_a_code_that_begins_where_another_broke_off_is_found(heard):
    begun = samples(tonecode.encode("Two Lychee Soda. One king size Miso Ramen.", 8000))[:heard]
    pcm = np.concatenate((begun, samples(tonecode.encode("Sorry, I am back.", 8000))))
    (found,) = tonecode.scan(pcm, 8000)
    assert (found.text, found.start, found.whole) == ("Sorry, I am back.", heard, True)


def test_what_a_code_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="not 11025"):
        tonecode.encode("x", 11025)
    with pytest.raises(ValueError, match="not 4000"):
        tonecode.decode(b"", 4000)
    with pytest.raises(ValueError, match="65535 bytes"):
        tonecode.encode("x" * 65536, 8000)
    with pytest.raises(ValueError, match="at most 655350 ms"):
        tonecode.encode("x", 8000, min_ms=700_000)
