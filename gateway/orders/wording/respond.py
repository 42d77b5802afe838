"""What to say to an intent: short sentences, one missing thing at a time, English and Spanish.

Rules kept here: what was understood is said first, then the one thing that stands in the way; of several the worst
comes first (what cannot be had, what is not on the menu, what is unclear, what is missing); no answer is longer than
about forty words, except when the order is read out; prices come from the menu and the order alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.orders.hearing.tokens import fold
from gateway.orders.intent import Ambiguity, IntentItem, MissingChoice, OrderIntent, OrderValidation
from gateway.orders.intent_lines import line_of
from gateway.orders.menu import Menu
from gateway.orders.order import Line, Order
from gateway.orders.wording.answers import MOST_WORDS, Answers
from gateway.orders.wording.money import number_words
from gateway.orders.wording.objections import objection
from gateway.orders.wording.read_back import describe_lines
from gateway.orders.wording.sentences import Speaker
from gateway.orders.wording.time_phrases import time_phrase

_MOST_UNKNOWN = 3
_MOST_HEADINGS = 3
_SEVERAL = re.compile(r",| (?:with|con|and|y|e) ")  # with such words in it, things are parted by more than an "and"


def respond(
    intent: OrderIntent,
    validation: OrderValidation,
    menu: Menu,
    language: str = "en",
    *,
    order: Order | None = None,
    emergency_number: str = "911",
) -> str:
    """The answer to a turn.

    Args:
        intent: what was said.
        validation: what the menu says to it.
        menu: the menu of both.
        language: "es" for Spanish; anything else is English.
        order: as it stands now, for its total and to be repeated; None: neither can be told.
        emergency_number: what to dial when somebody is in danger.
    """
    speaker = Speaker(menu, "es" if language == "es" else "en")
    return _Response(intent, validation, speaker, order).said(emergency_number)


@dataclass(frozen=True, slots=True)
class _Response:
    """One answer in the making."""

    intent: OrderIntent
    validation: OrderValidation
    speaker: Speaker
    order: Order | None

    def said(self, emergency_number: str) -> str:
        """The whole answer."""
        answers = Answers(self.speaker)
        match self.intent.intent:
            case "emergency":
                digits = " ".join(number_words(int(digit), self.speaker.language) for digit in emergency_number)
                return self.speaker.text("emergency", number=digits)
            case "transfer":
                return self.speaker.text("person")
            case "cancel":
                return self.speaker.text("cancelled")
            case "message":
                return self.speaker.text("message")
            case "ask_hours":
                return self.speaker.text("hours")
            case "repeat":
                return self._repeated(answers)
            case "ask_total":
                return " ".join((*self._noted_at_most(MOST_WORDS // 2), answers.total(self.order)))
            case "ask_price" | "ask_menu" | "ask_allergen":
                return self._answered(answers)
            case _:
                return self._on_the_order(answers)

    def _answered(self, answers: Answers) -> str:
        """The answer to a question about the menu."""
        if self.intent.allergies and not self.intent.about:
            return self._allergies(short=False)
        if self.validation.faults:
            return objection(self.validation.faults[0], self.speaker)
        if self.validation.unknown and not self.intent.about and self.intent.intent != "ask_allergen":
            return self._unknown(answers)
        if self.intent.intent == "ask_price":
            return answers.prices(self.intent)
        return answers.menu(self.intent) if self.intent.intent == "ask_menu" else answers.allergens(self.intent)

    def _repeated(self, answers: Answers) -> str:
        """The order so far; this may take longer than forty words."""
        if self.order is None:
            return self.speaker.text("repeat")
        if not self.order.lines:
            return self.speaker.text("nothing_yet")
        told = describe_lines(self.order.lines, self.speaker.menu, self.speaker.language)
        return f"{self.speaker.text('so_far', items='; '.join(told))} {answers.total(self.order)}"

    # ------------------------------------------------------------------ ordering
    def _on_the_order(self, answers: Answers) -> str:
        """What was understood, then the first thing that stands in the way, else how it goes on."""
        told = bool(self.intent.items) or bool(self._caller(with_address=True)) or bool(self.intent.allergies)
        question = self._question(answers) or self._closing(told=told)
        allergies = [self._allergies(short=False), self._allergies(short=True)] if self.intent.allergies else [""]
        for short in allergies:
            for caller in (self._caller(with_address=True), self._caller(with_address=False)):
                left = MOST_WORDS - len(f"{caller} {short} {question}".split())
                noted = tuple(self._noted_at_most(left))
                answer = " ".join(part for part in (*noted, caller, short, question) if part)
                if len(answer.split()) <= MOST_WORDS:
                    return answer
        return answer

    def _closing(self, *, told: bool) -> str:
        """What is said when nothing is open."""
        if self.intent.done:
            return self.speaker.text("done")
        if told or self.intent.intent == "confirm":
            return self.speaker.text("else")
        if self.intent.intent == "greeting":
            return self.speaker.text("hello")
        return self.speaker.text("deny" if self.intent.intent == "deny" else "again")

    def _question(self, answers: Answers) -> str | None:
        """What stands in the way, the first of it."""
        if self.validation.faults:
            return objection(self.validation.faults[0], self.speaker)
        if self.validation.unknown:
            return self._unknown(answers)
        if self.validation.ambiguous:
            return self._which(self.validation.ambiguous[0])
        return self._missing(self.validation.missing[0]) if self.validation.missing else None

    def _unknown(self, answers: Answers) -> str:
        """What is not on the menu; then what comes near, what there is, or what is missing from the rest."""
        speaker, unknown = self.speaker, self.validation.unknown
        if unknown[0] in self._choice_names():
            return speaker.text("choice_of", what=unknown[0])  # "mushrooms", and no dish that they could go on
        sorry = speaker.text("unknown", what=speaker.listed(unknown[:_MOST_UNKNOWN], "or"))
        near = next((ids for text in unknown if (ids := self.validation.nearest.get(text))), ())
        names = [item.spoken_name for item_id in near if (item := speaker.menu.item(item_id)) is not None]
        if names:
            key = "near" if len(names) > 1 else "near_one"
            return f"{sorry} {speaker.text(key, names=speaker.listed(names))}"
        if self.intent.items:
            missing = self.validation.missing
            return f"{sorry} {self._missing(missing[0]) if missing else self._closing(told=True)}"
        headings = answers.headings()
        shown = (*headings[:_MOST_HEADINGS], *((speaker.part("more"),) if len(headings) > _MOST_HEADINGS else ()))
        return f"{sorry} {speaker.text('headings', names=speaker.listed(shown))}" if headings else sorry

    def _choice_names(self) -> frozenset[str]:
        """What the choices of the menu are called, as an intent writes unknown things."""
        options = (option for group in self.speaker.menu.modifier_groups for option in group.options)
        return frozenset(fold(name)[0] for option in options for name in (option.name, *option.spoken))

    def _which(self, doubt: Ambiguity) -> str:
        """Which of the things that bear a name is meant."""
        menu = self.speaker.menu
        names = {item.id: item.spoken_name for item in menu.items}
        names |= {option.id: option.name for group in menu.modifier_groups for option in group.options}
        choices = self.speaker.few([names[entry] for entry in doubt.between], "or")
        return self.speaker.text("which", what=doubt.text, choices=choices)

    def _missing(self, gap: MissingChoice) -> str:
        """The question for one gap."""
        speaker, menu = self.speaker, self.speaker.menu
        item, combo = menu.item(gap.item_id), menu.item(gap.item_id)
        name = gap.item_id if item is None else item.spoken_name
        if gap.what == "age":
            age = 0 if item is None or item.min_age is None else item.min_age
            return speaker.text("age", item=name, age=speaker.number(age))
        dimension, group = menu.dimension(gap.what), menu.group(gap.what)
        slot = combo.slot(gap.what) if combo is not None and gap.slot == gap.what else None
        entry = slot or (dimension if dimension is not None and group is None else group or dimension)
        what = gap.what if entry is None else speaker.heading(entry.name)
        sizes = entry is not None and entry is dimension
        choices = speaker.few([speaker.size(choice) if sizes else choice for choice in gap.choices], "or")
        key = "several" if gap.count > 1 else "size"
        return speaker.text(key, what=what, item=name, choices=choices, count=speaker.number(gap.count))

    # ------------------------------------------------------------------ what was understood
    def _noted_at_most(self, words: int) -> Iterable[str]:
        """What was put on the order and taken off it, in as many words as there is room for."""
        faulty = {fault.at for fault in self.validation.faults}
        kept = [i for at, i in enumerate(self.intent.items) if i.action != "remove" and at not in faulty]
        gone = [item for item in self.intent.items if item.action == "remove"]
        bare = [replace(item, modifiers=(), parts=()) for item in kept]
        for items in (kept, bare):
            told = [*self._told("noted", items), *self._told("removed", gone)]
            if len(" ".join(told).split()) <= words:
                break
        else:
            count = len(kept) + len(gone)
            return told if count == 1 else [self.speaker.text("noted_count", count=self.speaker.number(count))]
        return told

    def _told(self, key: str, items: Sequence[IntentItem]) -> list[str]:
        lines = [self._line(item, at) for at, item in enumerate(items)]
        if not lines:
            return []
        told = list(describe_lines(lines, self.speaker.menu, self.speaker.language))
        long = any(_SEVERAL.search(words) for words in told)
        joined = "; ".join(told) if long and len(told) > 1 else self.speaker.listed(told)
        return [self.speaker.text(key, items=joined)]

    def _line(self, item: IntentItem, at: int) -> Line:
        return line_of(item, self.speaker.menu).model_copy(update={"id": str(at)})

    def _caller(self, *, with_address: bool) -> str:
        """Whom it is for, how and when, as far as it was said."""
        intent, speaker = self.intent, self.speaker
        parts = [
            speaker.part("for_name", name=intent.name) if intent.name else "",
            speaker.part(intent.fulfilment) if intent.fulfilment else "",
            speaker.part("to_address", address=intent.address) if intent.address and with_address else "",
            time_phrase(intent.time, speaker.language) if intent.time else "",
        ]
        said = ", ".join(part for part in parts if part)
        return speaker.text("for_caller", what=said) if said else ""

    def _allergies(self, *, short: bool) -> str:
        key = "allergies_short" if short else "allergies"
        return self.speaker.text(key, what=self.speaker.listed(self.intent.allergies))
