"""The resamplers: pass band, images, aliases, delay as measured; exactness and lengths as properties."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio.formats import AudioFormatError
from gateway.audio.resample import DELAY_MS, Resampler

PAIRS = list(permutations((8_000, 16_000, 24_000), 2))
pairs = pytest.mark.parametrize(("source", "target"), PAIRS)


def tone(rate: int, hz: float, seconds: float = 1.0, peak: float = 16_000.0) -> bytes:
    return np.rint(peak * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype("<i2").tobytes()


def level_db(pcm: bytes, rate: int, hz: float, peak: float = 16_000.0) -> float:
    """Level of one frequency against `peak`, over half a second from the middle: hz must be a multiple of 2."""
    samples = np.frombuffer(pcm, "<i2")[rate // 4 : rate // 4 + rate // 2].astype(float)
    bin_ = abs(np.fft.rfft(samples)[round(hz / 2)]) * 2 / len(samples)
    return 20 * np.log10(max(bin_, 1e-9) / peak)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """`data` cut at these places, in order."""
    at = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(at)]


@pairs
@pytest.mark.parametrize("share", [0.005, 0.25, 0.5, 0.75])
def test_gain_in_the_pass_band_is_one(source, target, share):
    hz = 2 * round(share * min(source, target) / 2 / 2)
    out = Resampler(source, target).push(tone(source, hz))
    assert level_db(out, target, hz) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("source", "target"), [(8_000, 24_000), (24_000, 8_000)])
def test_the_telephone_band_passes_up_to_its_edge(source, target):
    assert level_db(Resampler(source, target).push(tone(source, 3_300)), target, 3_300) > -0.5
    assert level_db(Resampler(source, target).push(tone(source, 3_400)), target, 3_400) > -1.0


@pairs
def test_images_and_aliases_lie_below_minus_60_db(source, target):
    """Of a tone anywhere, nothing appears anywhere else: neither its images going up nor its alias going down."""
    low = min(source, target) / 2
    for hz in range(200, source // 2, 200):
        if 0.86 * low < hz < 1.04 * low:
            continue  # the transition band: its images and aliases fall into it again, and not into speech
        out = Resampler(source, target).push(tone(source, hz))
        spectrum = np.frombuffer(out, "<i2")[target // 4 : target // 4 + target // 2].astype(float)
        bins = np.abs(np.fft.rfft(spectrum)) * 2 / len(spectrum)
        if hz < low:
            bins[round(hz / 2)] = 0
        assert bins.max() < 16_000 * 10 ** (-60 / 20), hz


@pairs
def test_the_delay_is_two_milliseconds(source, target):
    impulse = np.zeros(source // 100, "<i2")
    at = source // 200
    impulse[at] = 10_000
    out = np.frombuffer(Resampler(source, target).push(impulse.tobytes()), "<i2")
    assert DELAY_MS == 2
    # Between 16 and 24 kHz only every second, or third, input sample has an output sample at its own time.
    assert (int(out.argmax()) / target - at / source) * 1_000 == pytest.approx(DELAY_MS, abs=500 / target)


@pairs
def test_aligned_output_is_in_step_and_as_long_as_it_must_be(source, target):
    hz = 300
    resampler = Resampler(source, target, aligned=True)
    out = np.frombuffer(resampler.push(tone(source, hz)) + resampler.flush(), "<i2").astype(float)
    ideal = np.frombuffer(tone(target, hz), "<i2").astype(float)
    assert len(out) == len(ideal)
    inside = slice(target // 100, -target // 100)
    assert np.abs(out - ideal)[inside].max() < 16_000 * 10 ** (-55 / 20)


def test_a_telephone_frame_of_20_ms_gives_20_ms():
    up, down = Resampler(8_000, 24_000), Resampler(24_000, 8_000)
    for _ in range(3):
        assert len(up.push(bytes(320))) == 960
        assert len(down.push(bytes(960))) == 320


@given(
    pair=st.sampled_from(PAIRS),
    data=st.binary(max_size=6_000),
    cuts=st.lists(st.integers(0, 6_000)),
    aligned=st.booleans(),
)
def test_the_output_never_depends_on_how_the_input_was_cut(pair, data, cuts, aligned):
    whole, cut = Resampler(*pair, aligned=aligned), Resampler(*pair, aligned=aligned)
    expected = whole.push(data) + whole.flush()
    assert b"".join(cut.push(piece) for piece in pieces(data, cuts)) + cut.flush() == expected
    assert len(expected) // 2 == len(data) // 2 * pair[1] // pair[0] + (0 if aligned else DELAY_MS * pair[1] // 1_000)


@given(pair=st.sampled_from(PAIRS), seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(0, 20_000), max_size=60))
def test_loud_noise_is_sample_exact_under_any_cut_as_well(pair, seed, cuts):
    """Full-scale noise: long products, all row counts, and saturation at once."""
    data = np.random.default_rng(seed).integers(-32_768, 32_768, 10_000).astype("<i2").tobytes()
    whole, cut = Resampler(*pair), Resampler(*pair)
    assert b"".join(cut.push(piece) for piece in pieces(data, cuts)) == whole.push(data)


@pairs
def test_the_loudest_input_saturates_and_never_wraps_round(source, target):
    square = np.repeat(np.where(np.arange(100) % 2, 32_767, -32_768), 40).astype("<i2")
    out = np.frombuffer(Resampler(source, target).push(square.tobytes()), "<i2").astype(int)
    ideal = np.repeat(square.astype(int), max(1, target // source))
    assert out.max() == 32_767
    assert out.min() == -32_768
    if target > source and target % source == 0:
        late = DELAY_MS * target // 1_000
        far = np.abs(out[late:] - ideal[: len(out) - late])
        assert np.median(far) < 5_000  # a wrapped sample would be 65,536 off


@given(pair=st.sampled_from(PAIRS), before=st.binary(max_size=500), data=st.binary(max_size=500))
def test_after_reset_and_after_flush_nothing_of_before_remains(pair, before, data):
    fresh = Resampler(*pair).push(data)
    used = Resampler(*pair)
    used.push(before)
    used.reset()
    assert used.push(data) == fresh
    used.flush()
    assert used.push(data) == fresh


def test_silence_in_silence_out():
    resampler = Resampler(24_000, 16_000)
    assert set(resampler.push(bytes(9_999)) + resampler.flush()) == {0}


@pytest.mark.parametrize(("source", "target"), [(8_000, 8_000), (8_000, 44_100), (11_025, 8_000)])
def test_other_rates_are_refused(source, target):
    with pytest.raises(AudioFormatError, match=f"from {source} to {target} Hz"):
        Resampler(source, target)
