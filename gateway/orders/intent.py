"""What the words of one turn mean: the records that parsing hands over, and the context it reads them in.

Frozen, plain, without behaviour. Ids are the menu's; spans are offsets into the transcript; confidence is 0..1, where
0 stands for unknown. A changed line is given whole, as it shall be afterwards (set and replace, never append).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.orders.availability import Weekday
from gateway.orders.menu import Menu
from gateway.orders.order import Placement

IntentName = Literal[
    "add", "change", "remove", "replace", "repeat", "confirm", "deny", "ask_price", "ask_menu", "ask_hours",
    "ask_allergen", "ask_total", "cancel", "transfer", "emergency", "message", "done", "greeting", "other",
]  # fmt: skip
Assent = Literal["yes", "no", "unclear"]
ItemAction = Literal["add", "change", "remove"]
Qualifier = Literal["extra", "light", "side"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IntentModifier:
    """One choice said with an item. `between` names the options that the words could mean, when they are several.

    `placement` is the half it lies on; `instead_of` the default option that it takes the place of ("swap").
    """

    id: str
    group: str
    qualifier: Qualifier | None = None
    negated: bool = False
    count: int = 1
    between: tuple[str, ...] = ()
    placement: Placement = "whole"
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class IntentItem:
    """One item said, or one line of the order touched (`target_line`), as it shall be afterwards.

    `options` is {dimension id: option id} as far as said; `variation_id` only when that leaves exactly one. With
    action "remove" the rest describes the line as it was. `half_item_id` is the item of the other half; `parts` fill
    the slots of a combo, each with its `slot`.
    """

    menu_item_id: str
    quantity: int = 1
    options: Mapping[str, str] = field(default_factory=dict)
    variation_id: str | None = None
    modifiers: tuple[IntentModifier, ...] = ()
    action: ItemAction = "add"
    target_line: str | None = None
    confidence: float = 0.0
    span: Span = (0, 0)
    half_item_id: str | None = None
    parts: tuple["IntentItem", ...] = ()
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Words that fit several entries of the menu: item ids, or option ids of one group."""

    text: str
    between: tuple[str, ...]
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of the menu, other than an item, that the words name.

    kind "category" or "group": `id`; "option": a size or the like, `owner` its dimension; "modifier": a choice, `owner`
    its group.
    """

    kind: str
    id: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A time of day as it was said; see `hearing/times.py`.

    Attributes:
        hour: 0..23 when `half_known`, else 1..12 with the half of the day open; None when `in_minutes` says it all.
        minute: 0..59.
        half_known: whether morning or evening was said, or needs no saying ("noon", "18:30").
        day: days from today: 0 "tonight", 1 "tomorrow", 2 "the day after"; None: not said.
        weekday: when one was named ("friday at six"); the next such day, today included.
        in_minutes: from now, for "in an hour".
        spans: where the words stand in the text.
    """

    hour: int | None = None
    minute: int = 0
    half_known: bool = False
    day: int | None = None
    weekday: Weekday | None = None
    in_minutes: int | None = None
    spans: tuple[Span, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class OrderIntent:
    """The meaning of one turn.

    `intent` is the main act; `assent` stands beside it because "yes, and a Coke" is both. `unknown` lists what was
    asked for and is not on the menu. `name`, `fulfilment` ("pickup" or "delivery"), `address` and `time` are what the
    caller said about themselves, `allergies` what they must not eat. `about` lists the items asked about, `subjects`
    whatever else of the menu was named. `done`: the caller wants nothing more.
    """

    intent: IntentName
    items: tuple[IntentItem, ...] = ()
    assent: Assent = "unclear"
    done: bool = False
    name: str | None = None
    fulfilment: Literal["pickup", "delivery"] | None = None
    address: str | None = None
    language: str | None = None
    confidence: float = 0.0
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[Ambiguity, ...] = ()
    about: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    time: SaidTime | None = None
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line already in the order, as far as parsing needs it: what "the second one" may point at.

    `options` is {dimension id: option id} as settled so far.
    """

    line_id: str
    item_id: str
    quantity: int = 1
    options: Mapping[str, str] = field(default_factory=dict)
    modifiers: tuple[IntentModifier, ...] = ()
    half_item_id: str | None = None
    parts: tuple[IntentItem, ...] = ()


Topic = Literal["line", "name", "fulfilment", "address", "read_back", "held_order", "anything_else", "time"]


@dataclass(frozen=True, slots=True)
class OrderContext:
    """What the caller's words are an answer to.

    `lines` is the order so far; `asked` what the agent asked last, with `asked_line` when it was about a line.
    """

    menu: Menu
    lines: tuple[KnownLine, ...] = ()
    asked: Topic | None = None
    asked_line: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class MissingChoice:
    """Something that an item still needs, with the names to choose from (none where any words do).

    `what` is a dimension, a group or a slot of the menu, or "age". `slot` is the slot of a combo that it is about:
    `what` itself while nothing fills it. `count` tells how many choices are lacking.
    """

    item_id: str
    what: str
    choices: tuple[str, ...]
    slot: str | None = None
    count: int = 1


FaultKind = Literal[
    "too_many", "no_such_size", "too_many_choices", "too_many_of_one", "not_for_item", "not_negatable",
    "not_qualifiable", "no_halves", "no_half_item", "not_swappable", "not_in_slot", "not_on_offer",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that was said and cannot be had.

    Attributes:
        kind: what is wrong with it.
        item_id: the item it is about.
        text: the fault in a few English words, for logs.
        at: the place of the item among the intent's; None when it was only asked about.
        what: the name of the choice, group, slot or item that is at fault, in the menu's words.
        most: how many there can be, where that is the fault.
        choices: names of what can be had instead.
        reason: why it cannot be had now: "sold_out", "daypart", "weekday", "date", "fulfilment".
        say: that in an English sentence for the caller.
    """

    kind: FaultKind
    item_id: str
    text: str
    at: int | None = None
    what: str = ""
    most: int = 0
    choices: tuple[str, ...] = ()
    reason: str = ""
    say: str = ""


@dataclass(frozen=True, slots=True)
class OrderValidation:
    """What the menu says to an intent. `ok` when every item could be ordered as it was said.

    `nearest` holds, for each unknown thing that something on the menu comes near, the ids of up to three such items.
    """

    ok: bool
    missing: tuple[MissingChoice, ...] = ()
    faults: tuple[Fault, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[Ambiguity, ...] = ()
    nearest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[str, ...]:
        """The faults in a few English words each."""
        return tuple(fault.text for fault in self.faults)
