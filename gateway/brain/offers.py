"""The answers to what the agent has offered besides the order: another dish, a person, a message, a time. Pure."""

import json
import re
from collections.abc import Mapping, Sequence

from gateway.brain.mind import CallTools, Say, Step, ToolRequest
from gateway.brain.phrases import say
from gateway.brain.plan import modifier_arguments, order_calls, said_time
from gateway.brain.seen import SeenUnavailable
from gateway.brain.sentences import Sentences, can_replace
from gateway.brain.view import View
from gateway.orders.intent import KnownLine, OrderIntent
from gateway.orders.menu import Menu

_MESSAGE = re.compile(r"\b(?:messages?|mensaje|recado)\b", re.IGNORECASE)
_RING_BACK = re.compile(r"\b(?:(?:call|ring|phone) (?:me|us) back|llam\w+|devu[eé]lv\w+)\b", re.IGNORECASE)
_LATER = re.compile(r"\b(?:later|order|pedido|m[aá]s tarde|schedule\w*)\b", re.IGNORECASE)
_AGE = re.compile(r"\b(\d{2})\b")
_OFF = re.compile(
    r"\b(?:(?:take|leave) (?:it|that|them) off|leave (?:it|that) out|without|forget|qu[ií]t\w+|sin)\b", re.IGNORECASE
)
_TELL = re.compile(
    r"\b(?:that|saying|says?|tell (?:him|her|them|the \w+)(?: that)?|que|diciendo)\b[ ,:]*(.{8,})$", re.IGNORECASE
)
_SHORT = 3


class OfferAnswers:
    """What follows from the caller's answer to an offer."""

    def __init__(self, view: View, sentences: Sentences) -> None:
        self._view = view
        self._sentences = sentences

    def steps(self, intent: OrderIntent, words: str) -> tuple[Step, ...] | None:
        """What to do; None when nothing was offered, or the words are no answer to it and mean what they mean."""
        view, language = self._view, self._view.language
        yes, no = intent.assent == "yes", intent.assent == "no"
        if view.asked == "time" and intent.time is None and not intent.items and intent.intent == "other":
            return (Say(say("when", language)),)
        match view.offered:
            case "instead" | "take_off":
                return self._run_out(intent, words)
            case "alternative":
                return self._alternative(yes=yes, no=no and not intent.items)
            case "person" if yes:
                return (CallTools((ToolRequest("transfer_to_staff", {"reason": "the caller was offered a person"}),)),)
            case "message" if intent.intent != "transfer":
                return self._message(words, no=no)
            case "shall_message" if _MESSAGE.search(words) or yes:
                return self._go_on(words)
            case "later" if said_time(view, words) is None:
                return self._later(words, yes=yes, no=no)
            case "age":
                return self._age(intent, words)
            case "person" | "shall_message" if no and not intent.items:
                return (Say(self._sentences.question()),)
            case _:
                return None

    def take_message(self, words: str) -> tuple[Step, ...]:
        """The caller wants to leave a message: what they have said of it, or the question for it."""
        told = _TELL.search(words)
        if told is None and not _RING_BACK.search(words):
            return (Say(say("message", self._view.language)),)
        return self._keep(words if told is None else told.group(1).strip())

    def _message(self, words: str, *, no: bool) -> tuple[Step, ...]:
        if no and len(words.split()) <= _SHORT:
            return (Say(self._sentences.question()),)
        return self._keep(words)

    def _keep(self, words: str) -> tuple[Step, ...]:
        back = bool(_RING_BACK.search(" ".join((self._view.earlier_words, words))))
        return (CallTools((ToolRequest("leave_message", {"text": words, "ring_back": back}),)),)

    def _go_on(self, words: str) -> tuple[Step, ...]:
        """ "Shall I take a message, or shall we go on?": a mere yes goes on."""
        if _MESSAGE.search(words):
            return self.take_message(words)
        both = self._view.last_said.endswith(say("go_on", self._view.language))
        return (Say(self._sentences.question() if both else say("message", self._view.language)),)

    def _later(self, words: str, *, yes: bool, no: bool) -> tuple[Step, ...] | None:
        language = self._view.language
        if _MESSAGE.search(words):
            return self.take_message(words)
        if no and len(words.split()) <= _SHORT:
            return (Say(say("leaving", language)), CallTools((ToolRequest("end_call", {"reason": "closed"}),)))
        return (Say(say("when", language)),) if yes or _LATER.search(words) else None

    def _alternative(self, *, yes: bool, no: bool) -> tuple[Step, ...] | None:
        """What was offered when a tool refused: the one dish that it named, in the number that was asked for."""
        refused, menu = self._view.refused, self._view.menu
        if no:
            return (Say(self._sentences.question()),)
        if not yes or refused is None or menu is None or len(refused.result.alternatives) != 1:
            return None
        item = menu.item(refused.result.alternatives[0])
        if item is None:
            return None
        wanted: Mapping[str, object] = json.loads(refused.arguments)
        kept = {name: wanted[name] for name in ("line_id", "quantity") if name in wanted}
        return (CallTools((ToolRequest("set_line", {**kept, "item_id": item.id}),)),)

    def _run_out(self, intent: OrderIntent, words: str) -> tuple[Step, ...] | None:
        """Something in the cart has run out: it goes, and what was chosen comes in its place."""
        view, menu = self._view, self._view.menu
        assert menu is not None, "words are answered once the menu is known"
        gone = [line for line in view.lines if any(entry.line_id == line.line_id for entry in view.unavailable)]
        offs = tuple(_without(line, view.unavailable, menu) for line in gone)
        if intent.items and not all(item.action == "remove" for item in intent.items):
            return (CallTools((*offs, *order_calls(intent, view))),)
        item = can_replace(view.unavailable, menu)
        if intent.assent == "yes" and view.offered == "instead" and item is not None and not _OFF.search(words):
            instead = ToolRequest("set_line", {"item_id": item.id, "quantity": gone[0].quantity})
            return (CallTools((*offs, instead)),)
        return (CallTools(offs),) if offs and (intent.assent != "unclear" or _OFF.search(words)) else None

    def _age(self, intent: OrderIntent, words: str) -> tuple[Step, ...] | None:
        """The caller's age, or what is left of the order without it."""
        view = self._view
        said = _AGE.search(words)
        if intent.intent == "other" and said is None:
            return (Say(self._sentences.question(closing=True)),)
        if intent.assent == "yes" or said is not None:
            age: object = True if said is None else int(said.group(1))
            return (CallTools((ToolRequest("set_customer", {"age_confirmed": age}),)),)
        if intent.assent != "no":
            return None
        menu = view.menu
        assert menu is not None, "words are answered once the menu is known"
        aged = [line.line_id for line in view.lines if (item := menu.item(line.item_id)) and item.min_age]
        return (CallTools(tuple(ToolRequest("remove_line", {"line_id": line_id}) for line_id in aged)),)


def _without(line: KnownLine, unavailable: Sequence[SeenUnavailable], menu: Menu) -> ToolRequest:
    """The call that takes what has run out off its line: the line itself, or the choices that the sentences name."""
    said = " ".join(entry.say for entry in unavailable if entry.line_id == line.line_id)
    item = menu.item(line.item_id)
    groups = () if item is None else menu.groups_of(item)
    chosen = {modifier.id for modifier in line.modifiers}
    named = [
        (group.id, option)
        for group in groups
        for option in group.options
        if option.name in said and (option.id in chosen or option.default)
    ]
    if not named or (item is not None and item.spoken_name in said):
        return ToolRequest("remove_line", {"line_id": line.line_id})
    gone = {option.id for _, option in named}
    kept = [modifier_arguments(modifier) for modifier in line.modifiers if modifier.id not in gone]
    refused = [
        {"option_id": option.id, "group_id": group_id, "action": "no"} for group_id, option in named if option.default
    ]
    return ToolRequest("set_line", {"line_id": line.line_id, "modifiers": [*kept, *refused]})
