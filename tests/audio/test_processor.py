"""AudioProcessor and CallerRing: lengths, capture, both ways, conversion, bad input, bounds."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio import g711
from gateway.audio.formats import AudioFormat, AudioFormatError
from gateway.audio.processor import AudioProcessor, CallerRing, decode_base64

ALL_FORMATS = [AudioFormat(e, r) for e in ("pcm16", "mulaw") for r in (8_000, 16_000, 24_000)]


def pcm_tone(rate: int, ms: int, hz: float = 440.0, peak: float = 8_000.0) -> bytes:
    return np.rint(peak * np.sin(2 * np.pi * hz * np.arange(rate * ms // 1_000) / rate)).astype("<i2").tobytes()


def capturing(model_format="pcm16") -> AudioProcessor:
    processor = AudioProcessor(model_format)
    processor.start_capture()
    return processor


def b64(sound: bytes) -> str:
    return base64.b64encode(sound).decode()


def test_a_frame_of_20_ms_becomes_20_ms_of_pcm16_at_24_khz():
    sound = base64.b64decode(capturing().process_audio_chunk(g711.encode(pcm_tone(8_000, 20))), validate=True)
    assert len(sound) == 960


def test_uplink_is_the_callers_sound_two_ms_late():
    processor = capturing()
    mulaw = g711.encode(pcm_tone(8_000, 400))
    frames = [mulaw[at : at + 160] for at in range(0, len(mulaw), 160)]
    out = np.frombuffer(b"".join(base64.b64decode(processor.encode_chunk(f)) for f in frames), "<i2").astype(float)
    ideal = np.frombuffer(pcm_tone(24_000, 400), "<i2").astype(float)
    error = out[48 + 240 :] - ideal[240:-48]
    assert 10 * np.log10(np.mean(ideal**2) / np.mean(error**2)) > 35  # mu-law's own noise is at 37 dB or so


def test_text_and_bytes_are_the_same():
    frame = g711.encode(pcm_tone(8_000, 20))
    assert capturing().process_audio_chunk(frame).encode() == capturing().encode_chunk(frame)


@pytest.mark.parametrize(("model_format", "silence"), [("pcm16", bytes(960)), ("mulaw", b"\xff" * 160)])
def test_without_capture_there_is_silence_of_the_same_length(model_format, silence):
    processor = AudioProcessor(model_format)
    frame = g711.encode(pcm_tone(8_000, 20))
    assert not processor.capturing
    assert base64.b64decode(processor.process_audio_chunk(frame)) == silence
    processor.start_capture()
    assert processor.capturing
    assert base64.b64decode(processor.process_audio_chunk(frame)) != silence
    processor.stop_capture()
    assert base64.b64decode(processor.process_audio_chunk(frame)) == silence


def test_nothing_said_before_a_stop_leaks_into_what_follows():
    processor = capturing()
    processor.process_audio_chunk(g711.encode(pcm_tone(8_000, 20)))
    processor.stop_capture()
    processor.start_capture()
    assert base64.b64decode(processor.process_audio_chunk(g711.silence(20))) == bytes(960)


def test_passthrough_changes_no_byte():
    processor = capturing("mulaw")
    codes = bytes(range(256))
    assert base64.b64decode(processor.process_audio_chunk(codes)) == codes
    assert processor.model_audio(b64(codes)) == codes
    assert processor.flush_model_audio() == b""


@given(samples=st.integers(0, 3_000), cuts=st.lists(st.integers(0, 6_000), max_size=8))
def test_downlink_gives_the_models_duration_however_it_is_cut_and_never_more(samples, cuts):
    processor = AudioProcessor()
    pcm = pcm_tone(24_000, 1_000)[: 2 * samples]
    got = b""
    at = 0
    for cut in [*sorted(cuts), len(pcm)]:
        got += processor.model_audio(b64(pcm[at:cut]))
        at = max(at, min(cut, len(pcm)))
        assert len(got) <= at // 6
    got += processor.flush_model_audio()
    assert len(got) == samples // 3
    whole = AudioProcessor()
    assert got == whole.model_audio(b64(pcm).encode()) + whole.flush_model_audio()


def test_reset_forgets_the_models_speech():
    processor = AudioProcessor()
    processor.model_audio(b64(pcm_tone(24_000, 100)))
    processor.reset_model_audio()
    assert set(processor.model_audio(b64(bytes(4_800)))) == {0xFF}


def test_a_bad_delta_is_refused_and_the_stream_goes_on():
    one, other = AudioProcessor(), AudioProcessor()
    pcm = pcm_tone(24_000, 200)
    first = one.model_audio(b64(pcm[:4_800]))
    with pytest.raises(AudioFormatError, match="7 characters is not base64"):
        one.model_audio("AAA*AAA")
    rest = one.model_audio(b64(pcm[4_800:]))
    assert first + rest == other.model_audio(b64(pcm))


@pytest.mark.parametrize(
    "payload", ["A", "AAA", "AA AA", "AAAA\n", "grün", "=AAA", b"\xff\xfe\x00\x01", "AAA-", "AAA_"]
)
def test_what_is_not_base64_is_refused_without_being_repeated(payload):
    with pytest.raises(AudioFormatError) as caught:
        decode_base64(payload)
    assert str(len(payload)) in str(caught.value)
    assert str(payload) not in str(caught.value) or len(payload) == 1


@pytest.mark.parametrize("to_format", ALL_FORMATS, ids=str)
@pytest.mark.parametrize("from_format", ALL_FORMATS, ids=str)
def test_every_format_converts_to_every_other(from_format, to_format):
    def make(form: AudioFormat) -> bytes:
        pcm = pcm_tone(form.sample_rate, 100)
        return pcm if form.encoding == "pcm16" else g711.encode(pcm)

    def listen(sound: bytes, form: AudioFormat) -> np.ndarray:
        pcm = sound if form.encoding == "pcm16" else g711.decode(sound)
        return np.frombuffer(pcm, "<i2").astype(float)

    converted = AudioProcessor.convert_format(b64(make(from_format)), from_format, to_format)
    got, ideal = listen(base64.b64decode(converted), to_format), listen(make(to_format), to_format)
    assert len(got) == len(ideal)
    inside = slice(to_format.sample_rate // 200, -to_format.sample_rate // 200)
    assert 10 * np.log10(np.mean(ideal[inside] ** 2) / max(np.mean((got - ideal)[inside] ** 2), 1e-9)) > 30


def test_converting_to_the_same_format_changes_nothing_but_is_checked():
    pcm = AudioFormat("pcm16", 16_000)
    assert AudioProcessor.convert_format("AAAA/w==", pcm, pcm) == "AAAA/w=="
    with pytest.raises(AudioFormatError, match="5 bytes ends in half a sample"):
        AudioProcessor.convert_format(b64(bytes(5)), pcm, pcm)
    with pytest.raises(AudioFormatError, match="not base64"):
        AudioProcessor.convert_format("?", pcm, AudioFormat("mulaw", 8_000))


@given(frames=st.lists(st.binary(max_size=400)), limit_ms=st.integers(0, 60))
def test_the_ring_keeps_exactly_the_latest_sound_and_counts_the_rest(frames, limit_ms):
    ring = CallerRing(limit_ms)
    for frame in frames:
        ring.push(frame)
    everything = b"".join(frames)
    kept = ring.drain()
    assert kept == everything[max(0, len(everything) - limit_ms * 8) :]
    assert ring.dropped_ms == (len(everything) - len(kept)) // 8
    assert ring.drain() == b""


def test_the_ring_cuts_the_oldest_frame_where_needed_and_ignores_empty_ones():
    ring = CallerRing(1)
    for frame in (b"abcdef", b"", b"ghi"):
        ring.push(frame)
    assert len(ring._frames) == 2
    assert ring.drain() == b"bcdefghi"


def test_the_ring_holds_three_seconds():
    ring = CallerRing()
    for _ in range(200):
        ring.push(bytes(160))
    assert len(ring.drain()) == 24_000
    assert ring.dropped_ms == 1_000
