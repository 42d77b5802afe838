"""Answers to questions: what there is, what it costs, what is declared to be in it, and what the order comes to.

Rules kept here: an answer is a statement, so that the question that goes on can follow it; it stays below about forty
words; nothing is ever said to be free of an allergen.
"""

from collections.abc import Iterable, Sequence

from gateway.orders.intent import OrderIntent, Subject
from gateway.orders.menu import Item, Menu, ModifierGroup, Variation
from gateway.orders.order import Order
from gateway.orders.pricing import cheapest_price, totals
from gateway.orders.wording.money import WITH_TAX
from gateway.orders.wording.sentences import Speaker, capitalised, is_plural

MOST_WORDS = 40
_MOST_SIZES = 3  # of which each price is told; of more only from where to where
_MOST_ITEMS = 5


class Answers:
    """Answers over one menu in one language."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._menu: Menu = speaker.menu

    def prices(self, intent: OrderIntent) -> str:
        """What the things asked about cost: by size, or in the sizes that were named."""
        sizes = [subject for subject in intent.subjects if subject.kind == "option"]
        told = [self._price(item, sizes) for item in self._items(intent.about)]
        told = [sentence for sentence in told if sentence]
        if not told:
            told = list(self._choice_prices(intent.subjects))
        if not told:
            told = list(self._heading_prices(intent.subjects))
        return fitting(told) or self._speaker.text("which_price")

    def menu(self, intent: OrderIntent) -> str:
        """What there is: of the things, choices or headings asked about, else by heading."""
        told = [sentence for item in self._items(intent.about) for sentence in self._described(item)]
        if not told:
            told = list(self._named(intent.subjects))
        return fitting(told) or self._headings()

    def allergens(self, intent: OrderIntent) -> str:
        """What the dishes asked about are declared to contain; never "free of" anything."""
        told = [sentence for item in self._items(intent.about) for sentence in self._declared(item)]
        return fitting(told) or self._speaker.text("which_allergens")

    def total(self, order: Order | None) -> str:
        """What the order comes to so far."""
        if order is None:
            return self._speaker.text("total_later")
        if not order.lines:
            return self._speaker.text("nothing_yet")
        sums = totals(order, self._menu)
        tax = WITH_TAX[self._speaker.language] if sums.tax else ""
        key = "total_open" if sums.unpriced else "total"
        return self._speaker.text(key, price=self._speaker.price(sums.total), tax=tax)

    def headings(self) -> tuple[str, ...]:
        """The headings of the menu under which there is something."""
        used = {item.category for item in self._menu.items}
        return tuple(self._speaker.category(category.name) for category in self._menu.categories if category.id in used)

    # ------------------------------------------------------------------ prices
    def _price(self, item: Item, sizes: Sequence[Subject]) -> str:
        """The price of a dish: `Pepperoni is ten dollars for small and ...`; nothing where the menu names none."""
        named = {size.owner: size.id for size in sizes}
        wanted = [form for form in item.variations if all(form.options.get(d) == o for d, o in named.items())]
        forms = (wanted if named else []) or list(item.variations)
        prices = self._prices(item, forms)
        name = item.spoken_name
        if prices and len(forms) == 1 and len(item.variations) > 1:
            size = self._size(item, forms[0])
            name = f"{name} {size}" if self._speaker.language == "es" else f"{size} {name}"
        return self._speaker.text("price", item=name, prices=prices, **{"is": self._is(name)}) if prices else ""

    def _prices(self, item: Item, forms: Sequence[Variation]) -> str:
        """The prices of these variations: one, each with its size, or from where to where; "" without any."""
        priced = [(form, form.price) for form in forms if form.price is not None]
        cents = sorted({price for _, price in priced})
        if len(cents) < 2:
            return self._speaker.price(cents[0]) if cents else ""
        if len(priced) > _MOST_SIZES:
            low, high = self._speaker.price(cents[0]), self._speaker.price(cents[-1])
            what = self._speaker.listed([self._speaker.heading(d.name) for d in self._menu.dimensions_of(item)])
            return self._speaker.part("depending", prices=self._speaker.part("between", low=low, high=high), what=what)
        return self._speaker.listed(
            [
                self._speaker.part("price_for", price=self._speaker.price(price), size=self._size(item, form))
                for form, price in priced
            ]
        )

    def _choice_prices(self, subjects: Iterable[Subject]) -> Iterable[str]:
        """What a choice adds, as in `Mushrooms are one dollar and fifty cents extra`."""
        told: set[str] = set()
        for subject in subjects:
            group = self._menu.group(subject.owner) if subject.kind == "modifier" else None
            option = None if group is None else group.option(subject.id)
            if option is None or option.name in told:
                continue
            told.add(option.name)
            cents = [option.price] if isinstance(option.price, int) else sorted(set(option.price.values()))
            words = {"item": option.name, "is": self._is(option.name)}
            if not cents or not cents[-1]:
                yield self._speaker.text("no_extra", **words)
            elif len(cents) == 1:
                yield self._speaker.text("extra_price", price=self._speaker.price(cents[0]), **words)
            else:
                low, high = self._speaker.price(cents[0]), self._speaker.price(cents[-1])
                yield self._speaker.text(
                    "extra_price", price=self._speaker.part("between", low=low, high=high), **words
                )

    def _heading_prices(self, subjects: Iterable[Subject]) -> Iterable[str]:
        for subject in subjects:
            category = self._menu.category(subject.id) if subject.kind == "category" else None
            items = [] if category is None else [item for item in self._menu.items if item.category == category.id]
            prices = [price for item in items if (price := cheapest_price(item)) is not None]
            if category is not None and prices:
                yield self._speaker.text(
                    "from", item=self._speaker.category(category.name), price=self._speaker.price(min(prices))
                )

    def _size(self, item: Item, form: Variation) -> str:
        names = (
            option.name
            for dimension in self._menu.dimensions_of(item)
            if (option := dimension.option(form.options.get(dimension.id, ""))) is not None
        )
        return " ".join(self._speaker.in_size(name) for name in names)

    def _is(self, name: str) -> str:
        return self._speaker.part("are" if is_plural(name) else "is")

    # ------------------------------------------------------------------ what there is
    def _described(self, item: Item) -> Iterable[str]:
        """A dish: its price, what it comes with, what can be chosen."""
        prices = self._prices(item, item.variations)
        key = "described" if prices else "without_price"
        yield self._speaker.text(key, item=item.spoken_name, prices=prices)
        groups = self._menu.groups_of(item)
        defaults = [option.name for group in groups for option in group.defaults]
        if defaults:
            yield self._speaker.text("comes_with", what=self._speaker.few(defaults))
        open_to_choice = [slot.name for slot in item.slots] + [group.name for group in groups if not group.defaults]
        if open_to_choice:
            names = [self._speaker.heading(name) for name in dict.fromkeys(open_to_choice)]
            yield self._speaker.text("choose", what=self._speaker.few(names))

    def _named(self, subjects: Iterable[Subject]) -> Iterable[str]:
        """The things under the headings, and the choices of the groups, that were named."""
        for subject in subjects:
            category = self._menu.category(subject.id) if subject.kind == "category" else None
            group = self._menu.group(subject.id) if subject.kind == "group" else None
            if category is not None:
                names = [item.spoken_name for item in self._menu.items if item.category == category.id]
                if names:
                    yield self._speaker.text(
                        "heading", what=self._speaker.category(category.name), names=self._speaker.few(names)
                    )
            elif group is not None:
                yield self._group(group)

    def _group(self, group: ModifierGroup) -> str:
        names = [option.name for option in group.options]
        return self._speaker.text("group", what=self._speaker.heading(group.name), names=self._speaker.few(names))

    def _headings(self) -> str:
        headings = self.headings()
        if len(headings) > 1 and len(self._menu.items) > _MOST_ITEMS:
            return self._speaker.text("menu", names=self._speaker.few(headings))
        names = [item.spoken_name for item in self._menu.items]
        return self._speaker.text("plain_menu", names=self._speaker.few(names))

    # ------------------------------------------------------------------ allergens
    def _declared(self, item: Item) -> Iterable[str]:
        declared = item.allergens
        parts = () if declared is None else (("has", declared.contains), ("may_have", declared.may_contain))
        has = [
            self._speaker.part(key, what=self._speaker.listed([self._speaker.allergen(name) for name in names]))
            for key, names in parts
            if names
        ]
        if has:
            yield self._speaker.text("contains", item=item.spoken_name, has=self._speaker.listed(has))
            yield self._speaker.text("not_more")
        else:
            yield self._speaker.text("unknown_allergens", item=item.spoken_name)

    def _items(self, ids: Iterable[str]) -> tuple[Item, ...]:
        return tuple(item for item_id in ids if (item := self._menu.item(item_id)) is not None)


def fitting(sentences: Iterable[str], most: int = MOST_WORDS) -> str:
    """As many of the sentences, from the first on, as a caller can listen to; the first one in any case."""
    told: list[str] = []
    for sentence in dict.fromkeys(sentences):
        if told and len(" ".join((*told, sentence)).split()) > most:
            break
        told.append(sentence)
    return capitalised(" ".join(told))
