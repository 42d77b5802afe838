"""The questions and excuses of the local brain, worded from what it can see. Pure."""

import json
import re
from collections.abc import Sequence

from gateway.brain.phrases import for_caller, gap_question, joined, say
from gateway.brain.seen import SeenGap, SeenUnavailable
from gateway.brain.view import Outcome, View
from gateway.orders.intent import OrderIntent
from gateway.orders.menu import Item, Menu

_NUMBER = re.compile(r"\d+")


class Sentences:
    """What can be said in one response."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._language = view.language

    def question(self, *, closing: bool = False) -> str:
        """The one thing to ask next. `closing`: the caller wants nothing more, so it is who it is for."""
        view, language = self._view, self._language
        gaps = view.line_gaps
        if gaps and view.menu is not None:
            return self._gap(gaps, view.menu)
        missing = view.customer_gaps
        state = view.latest.state if view.latest is not None else "draft"
        asks_customer = closing or state == "read_back" or view.asked in {"name", "fulfilment", "address"}
        if asks_customer and "age" in missing:
            return self._age()
        if asks_customer and missing:
            return self._who_for(missing)
        if state == "read_back":
            return say("sure", language)
        return say("else" if view.lines else "what", language)

    def troubles(self, intent: OrderIntent) -> str:
        """What is not on the menu, or could be several things; then the question that goes on."""
        if intent.ambiguous:
            doubt = intent.ambiguous[0]
            assert self._view.menu is not None
            names = {item.id: item.spoken_name for item in self._view.menu.items}
            names |= {option.id: option.name for group in self._view.menu.modifier_groups for option in group.options}
            choices = joined([names[entry] for entry in doubt.between], self._language)
            return say("which", self._language, what=doubt.text, choices=choices)
        return f"{self.unknown(intent)} {self.question()}"

    def unknown(self, intent: OrderIntent) -> str:
        """What is not on the menu, and some of what is."""
        assert self._view.menu is not None
        have = joined([item.spoken_name for item in self._view.menu.items][:8], self._language, "and")
        return say("unknown", self._language, what=joined(intent.unknown, self._language), have=have)

    def refused(self, outcome: Outcome) -> str:
        """Why a tool did not do it, as far as that is for the caller; with a person or a message where it needs one."""
        error, language = outcome.result.error, self._language
        told = for_caller(error)
        if outcome.result.approval or "offer transfer_to_staff" in error:
            return f"{told} {say('shall_person', language)}".strip()
        if "to take a message" in error:
            return f"{told} {say('later', language)}".strip()
        if "offer leave_message" in error:
            return f"{told} {say('shall_message', language)}".strip()
        return told or say("failed", language)

    def run_out(self, gone: Sequence[SeenUnavailable]) -> str:
        """What of the cart cannot be had, and what there is in its place: that is offered once."""
        language = self._language
        told = " ".join(dict.fromkeys(entry.say for entry in gone if entry.say))
        item = None if self._view.menu is None else can_replace(gone, self._view.menu)
        offer = "" if item is None else say("instead", language, what=item.spoken_name)
        if not offer or any(offer in said for said in self._view.agent_words):
            offer = say("take_off", language)
        return f"{told} {offer}"

    def noted_allergies(self, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
        """What the tool says to allergies that were told just now."""
        told = (o for o in outcomes if o.name == "set_customer" and "allergies" in json.loads(o.arguments))
        return tuple(for_caller(outcome.result.say) for outcome in told if outcome.result.ok)

    def _who_for(self, missing: Sequence[str]) -> str:
        both, only_way = {"name", "fulfilment"} <= set(missing), self._view.only_way
        if only_way is None:
            return say("name_and_fulfilment" if both else missing[0], self._language)
        return say("name_one_way" if both else "one_way", self._language, kind=say(only_way, self._language))

    def _age(self) -> str:
        """The tool's own question names the age."""
        gaps = self._view.latest.missing if self._view.latest is not None else ()
        asked = next((found.group() for gap in gaps if (found := _NUMBER.search(gap.say)) and gap.what == "age"), "18")
        return say("age", self._language, age=asked)

    def _gap(self, gaps: Sequence[SeenGap], menu: Menu) -> str:
        line = next((line for line in self._view.lines if line.line_id == gaps[0].line_id), None)
        item = menu.item(line.item_id) if line is not None else None
        same = [gap for gap in gaps if gap.line_id == gaps[0].line_id and gap.slot == gaps[0].slot]
        if gaps[0].slot is not None and gaps[0].slot != gaps[0].what and line is not None:
            item = next((menu.item(part.menu_item_id) for part in line.parts if part.slot == gaps[0].slot), item)
        return gap_question(menu, item, [(gap.what, gap.choices) for gap in same], self._language)


def only_allergies(outcomes: Sequence[Outcome]) -> bool:
    """Whether the caller has told of an allergy and of nothing else."""
    asked = [set(json.loads(outcome.arguments)) for outcome in outcomes if outcome.name == "set_customer"]
    return len(asked) == len(outcomes) == 1 and asked[0] == {"allergies"} and outcomes[0].result.ok


def pickup_or_delivery(outcomes: Sequence[Outcome]) -> str | None:
    """The question that a time raises when it is not known how the food reaches the caller."""
    refused = (o.result.error for o in outcomes if o.name == "set_fulfilment" and not o.result.ok)
    return "fulfilment" if any(error.startswith("Ask whether it is for") for error in refused) else None


def can_replace(gone: Sequence[SeenUnavailable], menu: Menu) -> Item | None:
    """The one dish that is offered in place of what has run out; None where it is a choice that has, or nothing is."""
    first = next((entry.instead[0] for entry in gone if entry.instead), "")
    return menu.item(first)
