import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audio import g711
from gateway.local import tonecode
from gateway.local.phone_ear import Ear, Span

LOUD = b"\x10"
SECOND = LOUD * 8000


def speech(text: str, **length: float) -> bytes:
    return g711.encode(tonecode.encode(text, 8000, **length))


def test_what_arrives_in_a_burst_is_played_in_real_time():
    ear = Ear()
    for _ in range(4):
        assert ear.play(SECOND, 10.0)
    assert ear.buffered(10.0) == 4
    assert ear.buffered(12.5) == 1.5
    assert ear.buffered(99) == 0
    assert len(ear.runs) == 1
    assert ear.spans == [Span(10.0, 14.0)]


def test_a_mark_is_due_when_all_before_it_was_played_and_only_once():
    ear = Ear()
    ear.mark("at once", 1.0)
    assert ear.next_mark() == 1.0
    assert ear.due_marks(1.0) == ["at once"]
    ear.play(SECOND, 2.0)
    ear.mark("a", 2.0)
    ear.mark("b", 2.5)
    assert ear.next_mark() == 3.0
    assert ear.due_marks(2.99) == []
    assert ear.due_marks(3.0) == ["a", "b"]
    assert ear.due_marks(4.0) == []
    assert ear.next_mark() is None


def test_clear_forgets_the_rest_and_gives_the_pending_marks():
    ear = Ear()
    ear.play(SECOND, 0.0)
    ear.mark("a", 0.0)
    ear.play(b"\x20" * 8000, 0.1, "document", "later")
    ear.mark("b", 0.1)
    assert ear.clear(0.25) == ["a", "b"]
    assert [bytes(run.audio) for run in ear.runs] == [LOUD * 2000]
    assert ear.clears == [(0.25, 1.75)]
    assert ear.spans == [Span(0.0, 0.25)]
    assert ear.next_mark() is None
    assert ear.texts(1.0) == []
    assert ear.clear(0.5) == []
    assert len(ear.clears) == 1


def test_a_clear_of_what_has_not_begun_leaves_nothing():
    ear = Ear()
    ear.play(SECOND, 5.0)
    ear.clear(5.0)
    assert (ear.runs, ear.spans) == ([], [])
    assert ear.clear(6.0) == []


def test_more_than_ten_minutes_are_refused():
    ear = Ear()
    assert ear.play(g711.silence(600_000), 0.0)
    assert not ear.play(LOUD, 0.0)
    assert ear.play(LOUD, 1.0)


def test_speaking_and_quiet_are_told_apart():
    ear = Ear()
    assert (ear.speaking_for(0), ear.quiet_since(0), ear.audible(0)) == (None, None, False)
    ear.play(g711.silence(1000) + SECOND + g711.silence(1000), 0.0)
    assert (ear.speaking_for(0.5), ear.quiet_since(0.5)) == (None, None)
    assert (ear.speaking_for(1.5), ear.quiet_since(1.5)) == (0.5, None)
    assert (ear.speaking_for(2.5), ear.quiet_since(2.5)) == (None, 2.0)


def test_a_short_pause_is_inside_an_utterance_and_a_long_one_is_not():
    ear = Ear()
    ear.play(SECOND + g711.silence(200) + SECOND + g711.silence(400) + SECOND, 0.0)
    assert [(round(span.start, 3), round(span.end, 3)) for span in ear.spans] == [(0.0, 2.2), (2.6, 3.6)]


def test_an_underrun_is_a_short_gap_and_not_a_clear():
    ear = Ear()
    ear.play(LOUD * 800, 0.0)
    ear.play(LOUD * 800, 0.2)
    assert ear.underruns == 1
    ear.play(LOUD * 800, 2.0)
    assert ear.underruns == 1
    ear.clear(2.05)
    ear.play(LOUD * 800, 2.15)
    assert ear.underruns == 1
    assert len(ear.spans) == 3


def test_texts_are_known_of_documents_and_of_tone_codes():
    ear = Ear()
    ear.play(SECOND, 0.0, "document", "12345678")
    code = speech("hello", min_ms=1000)
    for start in range(0, len(code), 800):
        ear.play(code[start : start + 800], 1.0)
    assert [(heard.at, heard.text, heard.spoken, heard.source) for heard in ear.texts(9.0)] == [
        (0.0, "12345678", "12345678", "document"),
        (1.0, "hello", "hello", "stream"),
    ]
    assert [heard.spoken for heard in ear.texts(0.5)] == ["1234"]
    assert [heard.spoken for heard in ear.texts(1.8)] == ["12345678", "hell"]
    assert [heard.text for heard in ear.texts(9.0, since=1.5)] == ["hello"]
    assert ear.texts(9.0, since=5.0) == []


def test_a_sound_of_a_document_without_a_text_says_nothing():
    ear = Ear()
    ear.play(SECOND, 0.0, "document")
    assert ear.texts(9.0) == []


def test_a_hiccup_of_the_stream_loses_no_word_but_a_clear_ends_one():
    code = speech("margherita")
    ear = Ear()
    ear.play(code[:800], 0.0)
    ear.play(code[800:], 0.15)
    assert [heard.text for heard in ear.texts(9.0)] == ["margherita"]
    assert [heard.at for heard in ear.texts(9.0)] == [0.0]
    ear.play(speech("sprite"), 2.0)
    ear.play(speech("coke"), 2.0 + len(speech("sprite")) / 8000 + 0.2)
    assert [round(heard.at, 3) for heard in ear.texts(9.0)] == [0.0, 2.0, round(2.2 + len(speech("sprite")) / 8000, 3)]
    cut = Ear()
    cut.play(speech("0123456789", min_ms=2000), 0.0)
    cut.clear(1.0)
    cut.play(speech("next"), 1.05)
    assert [heard.spoken for heard in cut.texts(9.0)] == ["01234", "next"]


@given(st.lists(st.tuples(st.sampled_from(["play", "mark", "clear", "wait"]), st.integers(1, 2000)), max_size=40))
def test_every_mark_comes_back_once_in_order_and_no_more_is_played_than_time_allows(steps):
    ear, now, sent, back = Ear(), 0.0, [], []
    for number, (step, amount) in enumerate(steps):
        if step == "play":
            ear.play(LOUD * amount, now)
        elif step == "mark":
            ear.mark(str(number), now)
            sent.append(str(number))
        elif step == "clear":
            back += ear.due_marks(now) + ear.clear(now)
            assert ear.buffered(now) < 1 / 8000
        else:
            now += amount / 8000
            back += ear.due_marks(now)
    assert sent[: len(back)] == back
    assert back + ear.clear(now) == sent
    assert sum(len(run.audio) for run in ear.runs) <= now * 8000 + len(ear.runs)
    assert all(first.end <= second.start + 1e-9 for first, second in zip(ear.runs, ear.runs[1:], strict=False))


def test_rounding_never_makes_a_span_longer_than_its_sound():
    ear = Ear()
    ear.play(SECOND, 1 / 3)
    ear.clear(1 / 3 + 0.1)
    assert ear.spans[0].end - ear.spans[0].start == pytest.approx(0.1)
    assert len(ear.runs[0].audio) == 800
