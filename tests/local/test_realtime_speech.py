import base64
import itertools

from hypothesis import given
from hypothesis import strategies as st

from gateway.audio import g711
from gateway.local import tonecode
from gateway.local.realtime_config import PCM
from gateway.local.realtime_items import heard_part
from gateway.local.realtime_schema import Pcmu
from gateway.local.realtime_speech import cut, share_words


@given(st.text(alphabet="ab ,.", max_size=60), st.integers(1, 12))
def test_shared_words_are_whole_and_joined_they_are_the_text(text: str, parts: int) -> None:
    shares = share_words(text, parts)
    assert len(shares) == parts
    assert "".join(shares) == text
    for left, right in itertools.pairwise(shares):
        assert not (left and right) or left[-1].isspace()


@given(st.text(alphabet="ab ,.", max_size=60), st.integers(0, 5000), st.integers(1, 5000))
def test_what_was_heard_is_a_beginning_of_whole_words(text: str, end_ms: int, all_ms: int) -> None:
    heard = heard_part(text, end_ms, all_ms)
    assert text.startswith(heard)
    assert end_ms < all_ms or heard == text
    rest = text[len(heard) :]
    assert not heard or not rest or rest[0].isspace() or end_ms >= all_ms


def test_speech_is_cut_into_200_ms_and_survives_the_telephone() -> None:
    pcm = tonecode.encode("extra cheese", 24_000, min_ms=950)
    speech = cut("extra cheese", pcm, PCM)
    assert [delta.ms for delta in speech.deltas] == [200, 200, 200, 200, 150]
    assert b"".join(base64.b64decode(delta.audio) for delta in speech.deltas) == pcm
    narrow = cut("extra cheese", pcm, Pcmu())
    assert speech.ms == narrow.ms == 950
    sound = g711.decode(b"".join(base64.b64decode(delta.audio) for delta in narrow.deltas))
    assert tonecode.decode(sound, 8_000) == "extra cheese"


def test_nothing_said_has_no_deltas() -> None:
    assert cut("", b"", PCM).deltas == ()
