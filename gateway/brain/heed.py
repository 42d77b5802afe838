"""What the local brain says when nobody has spoken: to the notes of the system, as a model would heed them. Pure."""

import re
from typing import NamedTuple

from gateway.brain.notes import closed_reason, greeting, held_summary, rejected
from gateway.brain.phrases import for_caller, say
from gateway.brain.sentences import Sentences
from gateway.brain.view import View
from gateway.orders.restaurant import Language


class Told(NamedTuple):
    """What to say; `leave`: the reason for which the call ends after it."""

    words: str
    leave: str | None = None


def comes_back(notes: str) -> bool:
    """Whether the model has come into a conversation that it does not know, so that it must look at the order."""
    low = notes.lower()
    settled = "the order is placed" in low or rejected(notes) is not None
    return ("call resumed" in low and not settled) or "were away" in low


def heed(notes: str, instructions: str, view: View, sentences: Sentences) -> Told:
    """What follows from the notes; without any, the conversation goes on."""
    return _of_the_kitchen(notes, view.language) or _of_the_call(notes, instructions, view, sentences)


def _of_the_call(notes: str, instructions: str, view: View, sentences: Sentences) -> Told:
    """What follows from what happened to the call."""
    low, language = notes.lower(), view.language

    def then_ask(key: str) -> Told:
        question = say("held_ask", language) if view.asked == "held_order" else sentences.question()
        return Told(f"{say(key, language)} {question}")

    if "held order" in low:
        return Told(say("held", language, summary=held_summary(notes)))
    if "nobody answered:" in low or "pressed 0 for a person" in low:
        return Told(f"{say('returned', language)} {say('go_on', language)}")
    if "by the keys of the telephone" in low:
        return Told(say("keys", language))
    if "the line is too bad" in low:
        return Told(say("bad_line_person" if "putting them through" in low else "bad_line", language))
    if "may ring again when they would like to order" in low:
        return Told(say("no_wish", language))
    if "the time of this call is over" in low:
        return Told(say("too_long_person" if "putting them through" in low else "too_long", language))
    if "stays silent" in low:
        return Told(say("leaving", language), "the caller was silent")
    if "silent" in low:
        return then_ask("still")
    if "could not be understood" in low:
        return then_ask("again")
    if "the order is placed" in low:
        return Told(f"{say('placed', language)} {say('goodbye', language)}", "the order is placed")
    if comes_back(notes):
        return then_ask("resumed" if "call resumed" in low else "back")
    if not view.last_said:
        return Told(_greeting(notes, instructions, view))
    return Told(sentences.question())


def _of_the_kitchen(notes: str, language: Language) -> Told | None:
    """What the kitchen says of the order; None when it says nothing."""
    low = notes.lower()
    if (why := rejected(notes)) is not None:
        offer = "shall_person" if "through to a person" in low else "shall_message"
        return Told(f"{say('rejected', language, why=why)} {say(offer, language)}")
    if "the kitchen has accepted" in low:
        return Told(say("accepted", language))
    return Told(say("ready", language)) if "the order is ready" in low else None


def _greeting(notes: str, instructions: str, view: View) -> str:
    """How a call begins; a caller who rings too late hears why, and what is possible."""
    words, why = greeting(notes, instructions, view.language), closed_reason(notes)
    if why is None:
        return words
    hello = re.split(r"(?<=[.!]) ", words)[0]
    return f"{hello} {for_caller(why)} {say('later', view.language)}"
