"""Short phrases that need no synthesiser: what a caller hears while a model is away, or when nothing else works.

They are files beside this module, mulaw 8 kHz without a header, as Twilio's media messages carry them, made once by
`python -m infra.make_clips` from the texts below and committed. Each is shorter than four seconds.
"""

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["en", "es"]


class Clip(StrEnum):
    """What a clip is for."""

    HOLD = "hold"
    SORRY_REPEAT = "sorry_repeat"
    STILL_THERE = "still_there"
    APOLOGY_TRANSFER = "apology_transfer"
    GOODBYE = "goodbye"
    TECHNICAL_TROUBLE = "technical_trouble"
    LET_ME_SEE = "let_me_see"


TEXTS: dict[Language, dict[Clip, str]] = {
    "en": {
        Clip.HOLD: "One moment please.",
        Clip.SORRY_REPEAT: "Sorry, could you say that again?",
        Clip.STILL_THERE: "Are you still there?",
        Clip.APOLOGY_TRANSFER: "I'm sorry about that. Let me connect you with someone.",
        Clip.GOODBYE: "Thank you for calling. Goodbye.",
        Clip.TECHNICAL_TROUBLE: "Sorry, we have a technical problem.",
        Clip.LET_ME_SEE: "Let me see.",
    },
    "es": {
        Clip.HOLD: "Un momento, por favor.",
        Clip.SORRY_REPEAT: "Perdón, ¿puede repetirlo?",
        Clip.STILL_THERE: "¿Sigue ahí?",
        Clip.APOLOGY_TRANSFER: "Lo siento. Le comunico con una persona.",
        Clip.GOODBYE: "Gracias por llamar. Adiós.",
        Clip.TECHNICAL_TROUBLE: "Perdón, tenemos un problema técnico.",
        Clip.LET_ME_SEE: "Déjeme ver.",
    },
}


def file_name(clip: Clip, language: Language) -> str:
    """Name of a clip's file, beside this module."""
    return f"{clip.value}.{language}.ulaw"


@cache
def load_clip(clip: Clip, language: Language = "en") -> bytes:
    """A clip as mulaw 8 kHz mono (8 bytes a millisecond). It is read once; the text is in `TEXTS`."""
    return resources.files(__name__).joinpath(file_name(clip, language)).read_bytes()
