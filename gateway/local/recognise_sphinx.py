"""Speech recognition by PocketSphinx: the recogniser for a machine on which Vosk or its model cannot be had.

Its acoustic model and a pronouncing dictionary come in its wheel. It hears only the words of the phrases it expects,
with a trigram model made from them (`ngram`); a word that the dictionary lacks is pronounced like the words that sound
alike (`soundalike`). It says nothing useful about confidence, so that is 0 (unknown).
"""

import re
import tempfile
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import pocketsphinx  # type: ignore[import-untyped]  # has no type information
import structlog

from gateway.local.intake import RATE, Intake
from gateway.local.ngram import arpa
from gateway.local.soundalike import SoundIndex
from gateway.speech.transcription import PartialTranscription, TranscriptionFailed, TranscriptionResult, Word

_FRAMES = 100  # a second, the decoder's own clock
_ENTRY = re.compile(r"(\S+?)(\(\d+\))? +(.+)")  # "tomato(2) T AH M AA T OW"
_VARIANT = re.compile(r"\(\d+\)$")
_log = structlog.get_logger(__name__)


class SphinxRecogniser:
    """A `gateway.speech.transcription.Recogniser`. Without phrases it hears nothing: it has no model for dictation.

    Raises:
        TranscriptionFailed: If the wheel does not hold the dictionary.
    """

    def __init__(self) -> None:
        folder = Path(pocketsphinx.get_model_path()) / "en-us"
        try:
            self._dictionary = read_dictionary((folder / "cmudict-en-us.dict").read_text("utf-8"))
        except OSError as error:
            raise TranscriptionFailed("the dictionary of PocketSphinx cannot be read") from error
        self._acoustic = str(folder / "en-us")
        self._sounds: SoundIndex | None = None
        self._lock = threading.Lock()
        self._language = lru_cache(maxsize=64)(self._build_language)

    def recognise(self, pcm: bytes, phrases: Sequence[str] = (), *, sample_rate: int = RATE) -> TranscriptionResult:
        """Recognise one whole utterance; see `Recogniser.recognise`."""
        session = self.session(phrases, sample_rate=sample_rate)
        session.accept(pcm)
        return session.final()

    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = RATE) -> "SphinxSession":
        """Begin an utterance; see `Recogniser.session`."""
        if not phrases:
            raise TranscriptionFailed("PocketSphinx is used with phrases only")
        return SphinxSession(self._make_engine(tuple(phrases)), sample_rate)

    def _build_language(self, phrases: tuple[str, ...]) -> tuple[str, str]:
        """Texts of the language model and of a dictionary of its words only: a small one is searched faster."""
        said: dict[str, list[str]] = {}
        for word in sorted({word for phrase in phrases for word in phrase.split()}):
            if sounds := self._dictionary.get(word) or self._pronounce(word):
                said[word] = sounds
            else:
                _log.warning("recogniser.word_missing", word=word)
        heard = (phrase for phrase in phrases if all(word in said for word in phrase.split()))
        return arpa(heard), "".join(_entries(said))

    def _pronounce(self, word: str) -> list[str]:
        if self._sounds is None:
            self._sounds = SoundIndex(self._dictionary)
        alike = self._sounds.nearest(word)
        return list(dict.fromkeys(" ".join(self._dictionary[part][0] for part in text.split()) for text in alike))

    def _make_engine(self, phrases: tuple[str, ...]) -> "pocketsphinx.Decoder":
        try:
            with self._lock:  # two threads need not make the same index
                texts = self._language(phrases)
            # A new decoder each time: one that is used again has adapted to the voice before. It takes files only,
            # and has read them when it is made.
            with tempfile.TemporaryDirectory(prefix="voice-ordering-") as scratch:
                model, dictionary = (Path(scratch) / name for name in ("model.arpa", "words.dict"))
                for path, text in zip((model, dictionary), texts, strict=True):
                    path.write_text(text, "utf-8")
                return pocketsphinx.Decoder(
                    hmm=self._acoustic, lm=str(model), dict=str(dictionary), samprate=RATE, loglevel="FATAL"
                )
        except (RuntimeError, ValueError, OSError) as error:
            raise TranscriptionFailed("PocketSphinx cannot make a decoder for these phrases") from error


class SphinxSession:
    """One utterance; a `gateway.speech.transcription.RecognitionSession`, opened by `SphinxRecogniser.session`."""

    def __init__(self, engine: "pocketsphinx.Decoder", sample_rate: int) -> None:
        self._engine = engine
        self._intake = Intake(sample_rate)
        self._engine.start_utt()

    def accept(self, pcm: bytes) -> None:
        """Hear more; see `RecognitionSession.accept`."""
        self._feed(self._intake.push(pcm))

    def partial(self) -> PartialTranscription:
        """What is understood so far."""
        guess = self._engine.hyp()
        return PartialTranscription(guess.hypstr if guess is not None else "")

    def final(self) -> TranscriptionResult:
        """End the utterance; see `RecognitionSession.final`."""
        self._feed(self._intake.flush())
        self._engine.end_utt()
        segments = self._engine.seg() or ()
        words = tuple(
            Word(_VARIANT.sub("", part.word), part.start_frame / _FRAMES, (part.end_frame + 1) / _FRAMES, 0.0)
            for part in segments
            if part.word[0] not in "<[+"  # silence, noises and the ends of a sentence
        )
        return TranscriptionResult(" ".join(word.text for word in words), words=words)

    def _feed(self, pcm: bytes) -> None:
        if not pcm:
            return
        try:
            self._engine.process_raw(pcm)
        except (RuntimeError, ValueError) as error:
            raise TranscriptionFailed("PocketSphinx cannot process this audio") from error


def read_dictionary(text: str) -> dict[str, list[str]]:
    """Pronunciations by word, of a dictionary in the format of CMUdict; variants of a word follow its first."""
    said: dict[str, list[str]] = {}
    for entry in map(_ENTRY.fullmatch, text.splitlines()):
        if entry:
            said.setdefault(entry[1], []).append(entry[3])
    return said


def _entries(said: dict[str, list[str]]) -> Iterable[str]:
    for word, sounds in said.items():
        for number, sound in enumerate(sounds, start=1):
            yield f"{word}{f'({number})' if number > 1 else ''} {sound}\n"
