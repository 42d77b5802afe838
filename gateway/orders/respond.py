"""What to say to an intent in the text-only mode: short sentences, one missing thing at a time, English and Spanish."""

from collections.abc import Sequence

from gateway.orders.intent import Ambiguity, IntentItem, OrderIntent, OrderValidation
from gateway.orders.menu import Menu
from gateway.orders.money import number_words, price_words
from gateway.orders.restaurant import Language

_WORDS_BELOW = 1000  # larger counts are refused anyway, and nobody wants to hear them in words

_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "or": " or ", "and": " and ", "unknown": "Sorry, we do not have {what}.", "which": "Which {what}: {choices}?",
        "open": "Which {what} for the {item}: {choices}?", "too_much": "Sorry, {what}.", "noted": "{items}.",
        "removed": "{items} off.", "else": "Anything else?", "done": "All right.",
        "again": "Sorry, what would you like?",
        "person": "One moment, I will put you through.", "price": "{item} is {price}.", "menu": "We have {items}.",
        "unknown_allergens": "I cannot say for sure what is in the {item}; please ask our staff.",
        "contains": "The {item} contains {what}.", "may_contain": "The {item} may contain {what}.",
        "cancelled": "All right, I have dropped the order.",
    },
    "es": {
        "or": " o ", "and": " y ", "unknown": "Lo siento, no tenemos {what}.", "which": "¿Cuál {what}: {choices}?",
        "open": "¿Qué {what} para {item}: {choices}?", "too_much": "Lo siento: {what}.", "noted": "{items}.",
        "removed": "Quitado: {items}.", "else": "¿Algo más?", "done": "De acuerdo.",
        "again": "Perdón, ¿qué desea?",
        "person": "Un momento, le comunico.", "price": "{item} cuesta {price}.", "menu": "Tenemos {items}.",
        "unknown_allergens": "No puedo asegurar qué contiene {item}; pregunte a nuestro personal, por favor.",
        "contains": "{item} contiene {what}.", "may_contain": "{item} puede contener {what}.",
        "cancelled": "De acuerdo, he anulado el pedido.",
    },
}  # fmt: skip


def respond(intent: OrderIntent, validation: OrderValidation, menu: Menu, language: str = "en") -> str:
    """The answer to a turn; see `OrderProcessor.generate_response`."""
    voice = _Voice(menu, "es" if language == "es" else "en")
    match intent.intent:
        case "transfer":
            return voice.text("person")
        case "cancel":
            return voice.text("cancelled")
        case "ask_price":
            return voice.prices(intent.about)
        case "ask_menu":
            return voice.text("menu", items=voice.listed([item.spoken_name for item in menu.items]))
        case "ask_allergen":
            return voice.allergens(intent.about)
        case _:
            return voice.order(intent, validation)


class _Voice:
    """Sentences over one menu in one language."""

    def __init__(self, menu: Menu, language: Language) -> None:
        self._menu = menu
        self._language: Language = language

    def text(self, key: str, **words: str) -> str:
        return _TEXTS[self._language][key].format(**words)

    def listed(self, names: Sequence[str], joint: str = "and") -> str:
        *head, last = names
        return ", ".join(head) + self.text(joint) + last if head else last

    def order(self, intent: OrderIntent, validation: OrderValidation) -> str:
        said = [self._noted(intent.items)] if intent.items else []
        question = self._question(validation)
        if question is None and intent.done and not intent.items:
            question = self.text("done")
        elif question is None:
            heard = intent.items or intent.intent in {"confirm", "deny", "done"}
            question = self.text("else") if heard else self.text("again")
        return " ".join((*said, question))

    def _question(self, validation: OrderValidation) -> str | None:
        """What stands in the way, the first of it."""
        if validation.problems:
            return self.text("too_much", what=validation.problems[0])
        if validation.unknown:
            return self.text("unknown", what=self.listed(validation.unknown, "or"))
        if validation.ambiguous:
            return self._which(validation.ambiguous[0])
        if validation.missing:
            gap = validation.missing[0]
            item, dimension, group = (
                self._menu.item(gap.item_id), self._menu.dimension(gap.what), self._menu.group(gap.what)
            )  # fmt: skip
            what = dimension.name if dimension is not None else group.name if group is not None else gap.what
            name = item.spoken_name if item is not None else gap.item_id
            return self.text("open", what=what, item=name, choices=self.listed(gap.choices, "or"))
        return None

    def _which(self, doubt: Ambiguity) -> str:
        names = {item.id: item.spoken_name for item in self._menu.items}
        names |= {option.id: option.name for group in self._menu.modifier_groups for option in group.options}
        return self.text("which", what=doubt.text, choices=self.listed([names[i] for i in doubt.between], "or"))

    def _noted(self, items: Sequence[IntentItem]) -> str:
        kept = [self._item(item) for item in items if item.action != "remove"]
        gone = [self._item(item) for item in items if item.action == "remove"]
        parts = [self.text("noted", items=self.listed(kept))] if kept else []
        parts += [self.text("removed", items=self.listed(gone))] if gone else []
        sentence = " ".join(parts)
        return sentence[:1].upper() + sentence[1:]

    def _item(self, said: IntentItem) -> str:
        item = self._menu.item(said.menu_item_id)
        assert item is not None
        sizes = [
            option.name
            for dimension in self._menu.dimensions_of(item)
            if (option := dimension.option(said.options.get(dimension.id, ""))) is not None
        ]
        count = number_words(said.quantity, self._language) if said.quantity < _WORDS_BELOW else str(said.quantity)
        return " ".join((count, *sizes, item.spoken_name))

    def prices(self, about: Sequence[str]) -> str:
        """The price of each dish asked about, by size where there are several."""
        told: list[str] = []
        for item_id in about:
            item = self._menu.item(item_id)
            if item is None:
                continue
            for variation in item.variations:
                if variation.price is not None:
                    sizes = [
                        option.name
                        for dimension in self._menu.dimensions_of(item)
                        if (option := dimension.option(variation.options.get(dimension.id, ""))) is not None
                    ]
                    name = " ".join((*sizes, item.spoken_name))
                    price = price_words(variation.price, self._menu.currency, self._language)
                    told.append(self.text("price", item=name[:1].upper() + name[1:], price=price))
        return " ".join(told) if told else self.text("again")

    def allergens(self, about: Sequence[str]) -> str:
        """What the dishes asked about are declared to contain; never "free of" anything."""
        told: list[str] = []
        for item_id in about:
            item = self._menu.item(item_id)
            if item is None:
                continue
            declared = item.allergens
            named = () if declared is None else (("contains", declared.contains), ("may_contain", declared.may_contain))
            known = [self.text(key, item=item.spoken_name, what=self.listed(what)) for key, what in named if what]
            told += known or [self.text("unknown_allergens", item=item.spoken_name)]
        return " ".join(told) if told else self.text("again")
