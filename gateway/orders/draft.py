"""An order line while it is being understood: what is known of it so far, and what it can still take.

Drafts are private to parsing and mutable; they start as copies of the order's lines or as new ones, and what was
touched is handed out as `IntentItem`. A draft without an item stands for a dish that the menu does not have: it
swallows what is said about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.orders.intent import Ambiguity, IntentItem, IntentModifier, ItemAction, KnownLine
from gateway.orders.vocabulary import Sense
from gateway.orders.menu import Item, Menu


@dataclass(slots=True, eq=False)
class Draft:
    """One line in the making. `quantity` None: not said (one is meant)."""

    item: Item | None
    quantity: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    modifiers: list[IntentModifier] = field(default_factory=list)
    line_id: str | None = None
    touched: bool = False
    removed: bool = False
    start: int = 0
    end: int = 0
    likeness: float = 1.0
    heading: Ambiguity | None = None

    @classmethod
    def of_line(cls, line: KnownLine, menu: Menu) -> "Draft | None":
        """A line of the order as a draft; None when the menu does not know its item any more."""
        item = menu.item(line.item_id)
        if item is None:
            return None
        return cls(item, line.quantity, dict(line.options), list(line.modifiers), line.line_id)

    def accepts_option(self, sense: Sense) -> bool:
        """Whether some variation of the item has that size (or volume, container, ...)."""
        return self.item is not None and any(v.options.get(sense.owner) == sense.id for v in self.item.variations)

    def accepts_modifier(self, sense: Sense) -> bool:
        """Whether the item has the group of that choice."""
        return self.item is not None and sense.owner in self.item.modifier_groups

    def modifier(self, group: str, option: str) -> IntentModifier | None:
        """That choice, when the draft has it."""
        return next((m for m in self.modifiers if m.group == group and option in (m.id, *m.between)), None)

    def drop(self, modifier: IntentModifier) -> None:
        """Takes a choice out."""
        self.modifiers = [m for m in self.modifiers if m is not modifier]
        self.touched = True

    def put(self, modifier: IntentModifier, menu: Menu) -> IntentModifier:
        """Adds a choice, in the place of the same one said before, or of the only one that the group allows."""
        group = menu.group(modifier.group)
        single = group is not None and group.max == 1
        self.modifiers = [
            m for m in self.modifiers if m.group != modifier.group or (m.id != modifier.id and not single)
        ]
        self.modifiers.append(modifier)
        self.touched = True
        return modifier

    def set_options(self, options: dict[str, str]) -> None:
        """Sets what was said of size and the like, as far as the item comes in it."""
        valid = {d: o for d, o in options.items() if self.accepts_option(Sense("option", o, d))}
        if valid:
            self.options |= valid
            self.touched = True

    def become(self, item: Item) -> None:
        """Another item in the same place: what does not fit it any more goes."""
        self.item = item
        self.options = {d: o for d, o in self.options.items() if self.accepts_option(Sense("option", o, d))}
        self.modifiers = [m for m in self.modifiers if m.group in item.modifier_groups]
        self.touched = True

    def twin(self, *, bare: bool = False) -> "Draft":
        """A new line of the same kind; `bare` leaves sizes and choices to be said."""
        options = {} if bare else dict(self.options)
        modifiers = [] if bare else [replace(m) for m in self.modifiers]
        return Draft(self.item, None, options, modifiers, None, True, start=self.start, end=self.end)

    @property
    def settled(self) -> bool:
        """Whether something has been said about it beyond its name."""
        return self.quantity is not None or bool(self.options) or bool(self.modifiers)

    def lacks(self, menu: Menu) -> tuple[str, ...]:
        """Ids of dimensions that are open and of groups whose least number is not reached."""
        if self.item is None:
            return ()
        left = self.item.matching(self.options)
        open_dimensions = [
            d.id for d in menu.dimensions_of(self.item)
            if d.id not in self.options and len({v.options.get(d.id) for v in left}) > 1
        ]  # fmt: skip
        open_groups = [
            g.id for g in menu.groups_of(self.item)
            if sum(m.count for m in self.modifiers if m.group == g.id and not m.negated) + len(g.defaults) < g.min
        ]  # fmt: skip
        return (*open_dimensions, *open_groups)

    def intent_item(self, confidence: float) -> IntentItem:
        """The draft as the record that leaves parsing. The item must be known."""
        assert self.item is not None
        action: ItemAction = "remove" if self.removed else "change" if self.line_id is not None else "add"
        exact: Sequence[str] = [v.id for v in self.item.matching(self.options)]
        return IntentItem(
            menu_item_id=self.item.id,
            quantity=1 if self.quantity is None else self.quantity,
            options=dict(self.options),
            variation_id=exact[0] if len(exact) == 1 else None,
            modifiers=tuple(self.modifiers),
            action=action,
            target_line=self.line_id,
            confidence=confidence,
            span=(self.start, self.end),
        )
