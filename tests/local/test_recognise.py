"""Real recognition of synthetic speech over a telephone line. What is checked is what must hold for any engine."""

import base64
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.audio import g711
from gateway.brain.spoken_menu import SpokenMenu, Topic, phrases_for
from gateway.local.recognise import OpenedRecogniser, open_recogniser
from gateway.local.recognise_sphinx import read_dictionary
from gateway.local.voices import CALLER, PicoVoice, resample
from gateway.speech.transcription import Recogniser, TranscriptionFailed, TranscriptionService

pytestmark = [
    pytest.mark.speech,
    pytest.mark.skipif(sys.platform != "linux", reason="the synthetic caller is Pico, which has wheels for Linux only"),
]
# A menu of this test alone, with words that the recogniser's list lacks ("calzones", "lemonades", "stromboli").
MENU = SpokenMenu(("calzone", "stromboli", "lemonade", "soup"), ("small", "large"), ("olives", "spinach"))


@pytest.fixture(scope="module")
def vosk() -> OpenedRecogniser:
    return open_recogniser(engine="vosk")


def call(text: str, rate: int = 24_000) -> bytes:
    """What arrives of a caller's words: through mulaw at 8 kHz, at the rate that is wanted; half a second around."""
    pcm = g711.decode(g711.encode(PicoVoice(CALLER).speak(text, sample_rate=8000)))
    padded = bytes(8000) + pcm + bytes(8000)
    return resample(padded, 8000, rate)


def pieces(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


@pytest.mark.parametrize(
    ("topic", "said", "words"),
    [
        (Topic.ORDERING, "can i get two large calzones with olives", ["two", "large", "calzones", "olives"]),
        (Topic.ORDERING, "i'd like one small lemonade please", ["one", "small", "lemonade"]),
        (Topic.PHONE, "five five five two one four seven", ["five", "two", "one", "four", "seven"]),
        (Topic.CONFIRMING, "yes that's right", ["yes", "right"]),
        (Topic.NAME, "my name is maria", ["maria"]),
    ],
)
def test_what_counts_is_heard(vosk: OpenedRecogniser, topic: Topic, said: str, words: list[str]) -> None:
    result = vosk.recogniser.recognise(call(said), phrases_for(topic, MENU), sample_rate=24_000)
    assert set(words) <= set(result.text.split()), result.text
    assert 0.5 < result.confidence <= 1
    times = [(word.start, word.end) for word in result.words]
    assert times == sorted(times)
    assert " ".join(word.text for word in result.words) == result.text


def test_engine_is_named_with_its_model(vosk: OpenedRecogniser) -> None:
    assert vosk.name == "vosk"
    assert "model in" in vosk.why


def test_silence_is_no_text_and_no_confidence(vosk: OpenedRecogniser) -> None:
    result = vosk.recogniser.recognise(bytes(32_000), phrases_for(Topic.ORDERING, MENU))
    assert (result.text, result.confidence, result.words) == ("", 0.0, ())


def test_stream_tells_more_and_more_and_its_cut_does_not_matter(vosk: OpenedRecogniser) -> None:
    pcm, phrases = call("one large calzone", 8000), phrases_for(Topic.ORDERING, MENU)
    session = vosk.recogniser.session(phrases, sample_rate=8000)
    told = []
    for piece in pieces(pcm, 320):
        session.accept(piece)
        told.append(session.partial().text)
    final = session.final()
    assert "calzone" in final.text
    assert told[0] == ""
    assert "calzone" in told[-1]
    rough = vosk.recogniser.session(phrases, sample_rate=8000)
    for piece in pieces(pcm, 5000):
        rough.accept(piece)
    assert rough.final().text == final.text


def test_long_pause_within_an_utterance_loses_nothing(vosk: OpenedRecogniser) -> None:
    pcm = call("large calzone") + bytes(48_000 * 3) + call("no olives")
    session = vosk.recogniser.session(phrases_for(Topic.ORDERING, MENU), sample_rate=24_000)
    for piece in pieces(pcm, 4800):
        session.accept(piece)
    assert session.partial().text.startswith("large calzone")
    words = session.final().text.split()
    assert {"large", "calzone", "olives"} <= set(words)


def test_without_phrases_it_takes_dictation(vosk: OpenedRecogniser) -> None:
    assert "lemonade" in vosk.recogniser.recognise(call("lemonade"), sample_rate=24_000).text


def test_several_calls_are_heard_at_once(vosk: OpenedRecogniser) -> None:
    said = ["one large calzone", "three lemonades"] * 3
    phrases = phrases_for(Topic.ORDERING, MENU)

    def hear(text: str) -> str:
        return vosk.recogniser.recognise(call(text, 8000), phrases, sample_rate=8000).text

    # The engine dithers its input, so small words differ from run to run; the dish must not, nor be another call's.
    with ThreadPoolExecutor(3) as threads:
        heard = [text.split()[-1] for text in threads.map(hear, said)]
    assert [text.rstrip("s") for text in heard] == ["calzone", "lemonade"] * 3


async def test_service_hears_through_the_engine(vosk: OpenedRecogniser) -> None:
    service = TranscriptionService(vosk.recogniser, phrases=phrases_for(Topic.CONFIRMING, MENU))
    assert (await service.transcribe(base64.b64encode(call("yes please")).decode())).text in (
        "yes please",
        "yeah please",
    )


# --- the second engine ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sphinx(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    """What is opened where Vosk has no model."""
    empty = tmp_path_factory.mktemp("nothing")
    opened = open_recogniser(empty)
    assert opened.name == "pocketsphinx"
    assert "holds no Vosk model" in opened.why
    return opened.recogniser


def test_second_engine_hears_menu_words_that_its_dictionary_lacks(sphinx: Recogniser) -> None:
    phrases = ["two calzones please", "a large stromboli", "one soup", "three lemonades"]
    result = sphinx.recognise(call("two calzones please", 8000), phrases, sample_rate=8000)
    assert "calzones" in result.text
    assert result.confidence == 0.0
    assert result.words[-1].end > result.words[0].start


def test_second_engine_streams(sphinx: Recogniser) -> None:
    session = sphinx.session(["yes", "no", "three lemonades"])
    assert session.partial().text == ""
    for piece in pieces(call("three lemonades", 16_000), 3200):
        session.accept(piece)
    assert "lemonades" in session.partial().text
    assert "lemonades" in session.final().text


def test_second_engine_leaves_out_phrases_that_nobody_could_pronounce(sphinx: Recogniser) -> None:
    assert "yes" in sphinx.recognise(call("yes", 16_000), ["yes", "12 soup", "no"]).text
    with pytest.raises(TranscriptionFailed, match="these phrases"):
        sphinx.session(["12"])


def test_second_engine_needs_phrases(sphinx: Recogniser) -> None:
    with pytest.raises(TranscriptionFailed, match="with phrases only"):
        sphinx.recognise(b"", [])


def test_second_engine_can_be_asked_for() -> None:
    opened = open_recogniser(engine="pocketsphinx")
    assert (opened.name, opened.why) == ("pocketsphinx", "it was asked for")


def test_dictionary_keeps_all_ways_to_say_a_word() -> None:
    assert read_dictionary("a AH\na(2) EY\n\nnut N AH T\n") == {"a": ["AH", "EY"], "nut": ["N AH T"]}


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_asked_for_engine_is_not_replaced_by_another(tmp_path: Path) -> None:
    with pytest.raises(TranscriptionFailed, match=r"Vosk cannot be used: .*holds no Vosk model"):
        open_recogniser(tmp_path, engine="vosk")


def test_broken_model_is_an_error_that_names_it(tmp_path: Path) -> None:
    for part in ("am/final.mdl", "conf/mfcc.conf", "ivector/final.ie"):
        (tmp_path / part).parent.mkdir()
        (tmp_path / part).write_bytes(b"")
    with pytest.raises(TranscriptionFailed, match="cannot open the model"):
        open_recogniser(tmp_path, engine="vosk")


def test_machine_without_any_engine_is_told_both_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)  # how Python marks a module that cannot be imported
    monkeypatch.delitem(sys.modules, "gateway.local.recognise_sphinx")
    with pytest.raises(TranscriptionFailed, match=r"PocketSphinx cannot be used: .*Vosk cannot be used"):
        open_recogniser(tmp_path)
