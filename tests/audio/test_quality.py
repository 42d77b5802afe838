"""Audio quality: every figure against a call whose quality is known."""

import numpy as np
import pytest

from gateway.audio import g711
from gateway.audio.quality import SILENCE_DBFS, AudioQuality, AudioQualityMetrics


def test_a_call_without_a_frame():
    assert AudioQuality().snapshot() == AudioQualityMetrics(0, 0, 0, 0.0, 0.0, SILENCE_DBFS, 0.0, 0)


def test_level_is_that_of_the_voice_not_of_the_pauses():
    quality = AudioQuality()
    loud = np.rint(3_276.8 * np.sqrt(2) * np.sin(2 * np.pi * np.arange(160) * 0.05)).astype("<i2").tobytes()
    for n in range(100):
        frame = g711.encode(loud) if n % 2 else g711.silence(20)
        quality.received(frame, 20 * n, n * 0.02, g711.rms(g711.decode(frame)))
    assert quality.snapshot().level_dbfs == pytest.approx(-20, abs=0.1)


def test_loss_is_missing_time_over_all_time():
    quality = AudioQuality()
    for n in range(95):
        quality.received(g711.silence(20), 20 * n, n * 0.02, 0)
    quality.missing(100)
    metrics = quality.snapshot(underruns=3)
    assert (metrics.frames, metrics.received_ms, metrics.missing_ms, metrics.underruns) == (95, 1_900, 100, 3)
    assert metrics.loss == pytest.approx(0.05)


def test_steady_arrival_has_no_jitter_and_a_constant_deviation_is_found():
    steady, uneven = AudioQuality(), AudioQuality()
    for n in range(500):
        steady.received(b"\xff" * 160, 20 * n, 7.0 + n * 0.02, 0)
        uneven.received(b"\xff" * 160, 20 * n, 7.0 + n * 0.02 + n % 2 * 0.012, 0)
    assert steady.snapshot().jitter_ms == pytest.approx(0, abs=1e-6)
    assert uneven.snapshot().jitter_ms == pytest.approx(12, abs=0.01)


def test_a_new_streams_timestamps_are_no_jitter():
    quality = AudioQuality()
    quality.received(b"\xff" * 160, 90_000, 100.0, 0)
    quality.new_stream()
    quality.received(b"\xff" * 160, 0, 105.0, 0)
    assert quality.snapshot().jitter_ms == 0


def test_clipping_is_the_share_of_extreme_samples():
    quality = AudioQuality()
    quality.received(b"\x80\x00" + b"\xff" * 158, 0, 0.0, 0)
    assert quality.snapshot().clipping == pytest.approx(2 / 160)
