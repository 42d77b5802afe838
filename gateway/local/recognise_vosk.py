"""Speech recognition by Vosk, led by the phrases that are likely now.

The phrases become a small language model over words (a bigram, in Vosk's own code), not a closed list: parts of them
may come in any order, and what is none of them is heard as unknown and left out. One model serves all utterances and
threads.
"""

import json
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import structlog
import vosk  # type: ignore[import-untyped]  # has no type information

from gateway.local.grammar import UNKNOWN, Grammar, build_grammar
from gateway.local.intake import RATE, Intake
from gateway.local.soundalike import SoundIndex
from gateway.local.vosk_model import read_vocabulary
from gateway.speech.transcription import PartialTranscription, TranscriptionFailed, TranscriptionResult, Word

# Silence that is heard after the last sample: without it the last word has no end and is often dropped.
_TAIL = 0.2  # s
_log = structlog.get_logger(__name__)


class _HeardWord(TypedDict):
    word: str
    start: float
    end: float
    conf: float


class VoskRecogniser:
    """A `gateway.speech.transcription.Recogniser`.

    Opening reads the model: about half a second, and 100 to 200 MB of memory.

    Args:
        model: Folder of the model, from `gateway.local.vosk_model.find_model`.

    Raises:
        TranscriptionFailed: If Vosk does not open the model.
    """

    def __init__(self, model: Path) -> None:
        vosk.SetLogLevel(-1)  # Kaldi writes to standard error otherwise, some lines for each utterance
        try:
            self._model = vosk.Model(str(model))
        except Exception as error:  # Vosk raises Exception itself
            raise TranscriptionFailed(f"Vosk cannot open the model in {model}") from error
        self._path = model
        self._sounds: SoundIndex | None = None
        self._sounds_lock = threading.Lock()
        self._grammar = lru_cache(maxsize=64)(self._build_grammar)
        self._expectation = lru_cache(maxsize=64)(self._write_expectation)

    def recognise(self, pcm: bytes, phrases: Sequence[str] = (), *, sample_rate: int = RATE) -> TranscriptionResult:
        """Recognise one whole utterance; see `Recogniser.recognise`."""
        session = self.session(phrases, sample_rate=sample_rate)
        session.accept(pcm)
        return session.final()

    def session(self, phrases: Sequence[str] = (), *, sample_rate: int = RATE) -> "VoskSession":
        """Begin an utterance; see `Recogniser.session`."""
        expected = tuple(phrases)
        return VoskSession(self._make_engine(expected), self._grammar(expected), sample_rate)

    def _build_grammar(self, phrases: tuple[str, ...]) -> Grammar:
        grammar = build_grammar(phrases, self._knows, self._stand_ins)
        if grammar.missing:
            _log.warning("recogniser.words_missing", words=grammar.missing)
        if grammar.meanings:
            _log.info("recogniser.stand_ins", stand_ins={" ".join(k): v for k, v in grammar.meanings.items()})
        return grammar

    def _write_expectation(self, phrases: tuple[str, ...]) -> str:
        return json.dumps([*self._grammar(phrases).phrases, UNKNOWN])

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _stand_ins(self, word: str) -> tuple[str, ...]:
        with self._sounds_lock:
            if self._sounds is None:
                self._sounds = SoundIndex(read_vocabulary(self._path))
        return self._sounds.nearest(word)

    def _make_engine(self, phrases: tuple[str, ...]) -> vosk.KaldiRecognizer:
        # A new one each time, some tens of milliseconds while the caller already speaks: an engine that is used again
        # has adapted to the voice before, which may be another caller's.
        try:
            expectation = (self._expectation(phrases),) if phrases else ()
            engine = vosk.KaldiRecognizer(self._model, RATE, *expectation)
        except Exception as error:  # Vosk raises Exception itself
            raise TranscriptionFailed("Vosk cannot make a recogniser for these phrases") from error
        engine.SetWords(True)
        return engine


class VoskSession:
    """One utterance; a `gateway.speech.transcription.RecognitionSession`, opened by `VoskRecogniser.session`."""

    def __init__(
        self,
        engine: vosk.KaldiRecognizer,
        grammar: Grammar,
        sample_rate: int,
    ) -> None:
        self._engine = engine
        self._grammar = grammar
        self._intake = Intake(sample_rate)
        self._tail = bytes(2 * round(_TAIL * sample_rate))
        self._finished: list[Word] = []  # parts that Vosk has ended by itself, at a long pause

    def accept(self, pcm: bytes) -> None:
        """Hear more; see `RecognitionSession.accept`."""
        self._feed(self._intake.push(pcm))

    def partial(self) -> PartialTranscription:
        """What is understood so far, without confidence: Vosk gives it for finished parts only."""
        running = str(json.loads(self._engine.PartialResult()).get("partial", "")).split()
        words = self._grammar.restore([*self._finished, *(Word(text, 0.0, 0.0, 0.0) for text in running)])
        return PartialTranscription(" ".join(word.text for word in words))

    def final(self) -> TranscriptionResult:
        """End the utterance; see `RecognitionSession.final`."""
        self._feed(self._intake.push(self._tail) + self._intake.flush())
        heard = [*self._finished, *_words(self._engine.FinalResult())]
        words = self._grammar.restore(heard)
        confidence = 0.0
        if words:
            # What was heard and not understood lowers the confidence, by its share of the time.
            understood = sum(word.confidence * (word.end - word.start) for word in words)
            confidence = min(1.0, understood / max(sum(word.end - word.start for word in heard), 0.01))
        return TranscriptionResult(" ".join(word.text for word in words), confidence, words=words)

    def _feed(self, pcm: bytes) -> None:
        try:
            ended = self._engine.AcceptWaveform(pcm)
        except Exception as error:  # Vosk raises Exception itself
            raise TranscriptionFailed("Vosk cannot process this audio") from error
        if ended:
            self._finished += _words(self._engine.Result())


def _words(result: str) -> list[Word]:
    found: list[_HeardWord] = json.loads(result).get("result", [])
    return [Word(word["word"], word["start"], word["end"], word["conf"]) for word in found]
