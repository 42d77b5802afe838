import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.local.intake import Intake
from gateway.local.upper_band import RATE, UpperBand


def tone(level_db: float, seconds: float = 1.0, hertz: float = 600.0, rate: int = RATE) -> bytes:
    at = np.arange(int(seconds * rate)) / rate
    return (32_768 * 10 ** (level_db / 20) * np.sqrt(2) * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes()


def band_db(pcm: bytes, low: float, high: float) -> float:
    samples = np.frombuffer(pcm, "<i2").astype(float)[RATE // 2 :]
    power = np.abs(np.fft.rfft(samples)) ** 2 / len(samples) ** 2 * 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / 32_768**2 + 1e-12))


def fill(pcm: bytes) -> bytes:
    band = UpperBand()
    return band.push(pcm) + band.flush()


def test_loud_and_quiet_speech_come_to_the_same_level() -> None:
    assert abs(band_db(fill(tone(-12)), 0, 4000) + 24) < 1
    assert abs(band_db(fill(tone(-40)), 0, 4000) + 24) < 1


def test_very_quiet_sound_is_not_lifted_to_speech() -> None:
    assert band_db(fill(tone(-65)), 0, 4000) < -45


def test_quiet_line_gets_faint_filling_and_noisy_line_as_much_as_its_noise() -> None:
    noise = np.random.default_rng(5).standard_normal(RATE) * 32_768 * 10 ** (-48 / 20)
    speech = np.frombuffer(tone(-24), "<i2") * (np.arange(RATE) % 8000 > 4000)
    clean, noisy = (fill((speech + extra).astype("<i2").tobytes()) for extra in (np.zeros(RATE), noise))
    assert -64 < band_db(clean, 4200, 8000) < -56
    assert -52 < band_db(noisy, 4200, 8000) < -40


def test_filling_stays_faint_on_the_noisiest_line() -> None:
    noise = np.random.default_rng(5).standard_normal(RATE) * 3000
    in_band = Intake(8000)
    loud = in_band.push(noise.astype("<i2").tobytes()) + in_band.flush()
    assert band_db(loud, 4500, 8000) < -38


def test_loudest_samples_do_not_wrap() -> None:
    square = np.where(np.arange(RATE) % 40 < 20, 32_767, -32_768).astype("<i2").tobytes()
    filled = np.frombuffer(fill(square), "<i2").astype(int)
    assert (np.sign(filled[::5]) == np.sign(np.frombuffer(square, "<i2")[::5])).mean() > 0.99


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 900), max_size=12), st.sampled_from([8000, 16_000, 24_000]))
def test_output_does_not_depend_on_how_the_input_was_cut(cuts: list[int], rate: int) -> None:
    pcm = tone(-30, 0.3, rate=rate)
    whole, pieces = Intake(rate), Intake(rate)
    expected = whole.push(pcm) + whole.flush()
    got, at = b"", 0
    for cut in cuts:
        got += pieces.push(pcm[at : at + 2 * cut])
        at += 2 * cut
    got += pieces.push(pcm[at:]) + pieces.flush()
    assert got == expected
    assert abs(len(got) / 2 / RATE - 0.3) < 0.002
