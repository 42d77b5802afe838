"""An order line while it is being understood: what is known of it so far, and what it can still take.

Drafts are private to parsing and mutable; they start as copies of the order's lines or as new ones, and what was
touched is handed out as `IntentItem`. A draft without an item stands for a dish that the menu does not have: it
swallows what is said about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.orders.hearing.vocabulary import Sense
from gateway.orders.intent import Ambiguity, IntentItem, IntentModifier, ItemAction, KnownLine
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
    half_item: Item | None = None
    parts: list["Draft"] = field(default_factory=list)
    slot: str | None = None
    opened: set[str] = field(default_factory=set)
    """Groups that its choices have opened."""

    @classmethod
    def of_line(cls, line: KnownLine, menu: Menu) -> "Draft | None":
        """A line of the order as a draft; None when the menu does not know its item any more."""
        item = menu.item(line.item_id)
        if item is None:
            return None
        draft = cls(item, line.quantity, dict(line.options), list(line.modifiers), line.line_id)
        draft.half_item = None if line.half_item_id is None else menu.item(line.half_item_id)
        draft.parts = [part for said in line.parts if (part := cls._of_part(said, menu)) is not None]
        draft.open_defaults(menu)
        for modifier in draft.modifiers:
            draft._open(modifier, menu)
        return draft

    @classmethod
    def _of_part(cls, part: IntentItem, menu: Menu) -> "Draft | None":
        item = menu.item(part.menu_item_id)
        if item is None:
            return None
        return cls(item, part.quantity, dict(part.options), list(part.modifiers), slot=part.slot)

    def fill_single_slots(self, menu: Menu) -> None:
        """Fills the slots of a combo that take one item only: what is said of that item has a place."""
        for slot in () if self.item is None else self.item.slots:
            item = menu.item(slot.choices[0].item)
            if len(slot.choices) == 1 and item is not None:
                part = Draft(item, start=self.start, end=self.end, slot=slot.id)
                part.open_defaults(menu)
                self.parts.append(part)

    def open_defaults(self, menu: Menu) -> None:
        """Opens the groups of what the dish comes with."""
        for group in () if self.item is None else menu.groups_of(self.item):
            for option in group.defaults:
                self.opened |= set(option.modifier_groups)

    def _open(self, modifier: IntentModifier, menu: Menu) -> None:
        group = menu.group(modifier.group)
        option = None if group is None or modifier.negated else group.option(modifier.id)
        if option is not None:
            self.opened |= set(option.modifier_groups)

    def accepts_option(self, sense: Sense) -> bool:
        """Whether some variation of the item has that size (or volume, container, ...)."""
        return self.item is not None and any(v.options.get(sense.owner) == sense.id for v in self.item.variations)

    def accepts_modifier(self, sense: Sense) -> bool:
        """Whether the item has the group of that choice."""
        return self.item is not None and (sense.owner in self.item.modifier_groups or sense.owner in self.opened)

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
        self._open(modifier, menu)
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
        twin = Draft(self.item, None, options, modifiers, None, True, start=self.start, end=self.end)
        twin.opened = set(self.opened)
        twin.half_item, twin.parts = self.half_item, [part.twin(bare=bare) for part in self.parts]
        twin.slot = self.slot
        return twin

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
            half_item_id=None if self.half_item is None else self.half_item.id,
            parts=tuple(part.intent_item(confidence) for part in self.parts),
            slot=self.slot,
        )
