"""Opens the best speech recogniser that this machine can have, and says which one and why.

Vosk, if it and its model can be had; else PocketSphinx, whose model comes with it. Both belong to the extra `local`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gateway.local.vosk_model import ModelNotFoundError, find_model
from gateway.speech.transcription import Recogniser, TranscriptionFailed


@dataclass(frozen=True, slots=True)
class OpenedRecogniser:
    """A recogniser that is ready.

    Attributes:
        recogniser: The engine.
        name: "vosk" or "pocketsphinx".
        why: One line for people: which model, or why not the better engine.
    """

    recogniser: Recogniser
    name: Literal["vosk", "pocketsphinx"]
    why: str


def open_recogniser(
    model: Path | None = None, *, engine: Literal["auto", "vosk", "pocketsphinx"] = "auto", fetch: bool = True
) -> OpenedRecogniser:
    """Open a recogniser. Blocks for about a second, and for a download the first time: call it in a thread.

    Args:
        model: Folder of Vosk's model; by default it is looked for, see `gateway.local.vosk_model.find_model`.
        engine: Which one to open; "auto" is Vosk, else PocketSphinx.
        fetch: Whether Vosk's model may be downloaded.

    Raises:
        TranscriptionFailed: If none can be opened; the message says why for each that was tried.
    """
    problem = ""
    if engine != "pocketsphinx":
        try:
            return _open_vosk(model, fetch=fetch)
        except (ImportError, OSError, ModelNotFoundError, TranscriptionFailed) as error:
            problem = f"Vosk cannot be used: {error}"
            if engine == "vosk":
                raise TranscriptionFailed(problem) from error
    try:
        # Heavy, and not on every system: imported when it is wanted.
        from gateway.local.recognise_sphinx import SphinxRecogniser  # noqa: PLC0415 - see above

        return OpenedRecogniser(SphinxRecogniser(), "pocketsphinx", problem or "it was asked for")
    except (ImportError, OSError, TranscriptionFailed) as error:
        raise TranscriptionFailed(f"PocketSphinx cannot be used: {error}. {problem}".rstrip(". ")) from error


def _open_vosk(model: Path | None, *, fetch: bool) -> OpenedRecogniser:
    from gateway.local.recognise_vosk import VoskRecogniser  # noqa: PLC0415 - heavy, and not on every system

    folder = find_model(model, fetch=fetch)
    return OpenedRecogniser(VoskRecogniser(folder), "vosk", f"model in {folder}")
