"""AudioFormat takes the two encodings at the three rates and nothing else."""

from typing import get_args

import pytest

from gateway.audio.formats import TELEPHONE, AudioFormat, AudioFormatError, Encoding, SampleRate


def test_every_encoding_at_every_rate():
    formats = {AudioFormat(e, r) for e in get_args(Encoding) for r in get_args(SampleRate)}
    assert len(formats) == 6
    assert TELEPHONE in formats
    assert {f.sample_bytes for f in formats if f.encoding == "mulaw"} == {1}
    assert {f.sample_bytes for f in formats if f.encoding == "pcm16"} == {2}


@pytest.mark.parametrize(("encoding", "rate", "said"), [("opus", 8000, "'opus'"), ("pcm16", 44100, "44100")])
def test_anything_else_is_refused(encoding, rate, said):
    with pytest.raises(AudioFormatError, match=said):
        AudioFormat(encoding, rate)
