"""What an order is made of: choices, parts of a combo, lines, how the food reaches the caller, and the states it is in.

Frozen records. Orders travel as JSON (Redis, event log), so unknown fields are passed over: a newer process may have
written them. `order.py` says how an order changes.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.orders.availability import FulfilmentKind

EVIDENCE_KEPT = 16

ModifierAction = Literal["add", "no", "extra", "light", "side", "swap"]
Placement = Literal["whole", "left", "right"]


class OrderState(StrEnum):
    """Where an order is: being taken, read back, said yes to, stored for the POS, and what the POS answered."""

    DRAFT = "draft"
    READ_BACK = "read_back"
    CONFIRMED = "confirmed"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


# From here on the restaurant has the order, or is about to: callers change it through a person only.
PLACED = frozenset({OrderState.CONFIRMED, OrderState.SUBMITTED, OrderState.ACCEPTED, OrderState.REJECTED})
OPEN = frozenset({OrderState.DRAFT, OrderState.READ_BACK})


class Record(BaseModel):
    """One frozen part of an order."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Modifier(Record):
    """One choice made for a line.

    `action` "no" takes something off, "extra" is one portion more than "add", "light" and "side" are told to the
    kitchen and cost as "add"; "swap" takes the place of the default option `instead_of`. `quantity` counts portions,
    `placement` says on which half they lie.
    """

    group: str
    option: str
    action: ModifierAction = "add"
    quantity: Annotated[int, Field(ge=1)] = 1
    placement: Placement = "whole"
    instead_of: str | None = None

    @property
    def portions(self) -> int:
        """Portions that are paid for if nothing is included or free: none for "no", one more for "extra"."""
        return 0 if self.action == "no" else self.quantity + (self.action == "extra")


class Part(Record):
    """What fills one slot of a combo, made one way. `variation_id` and `options` as of a line."""

    slot: str
    item_id: str
    variation_id: str | None = None
    options: Mapping[str, str] = {}
    modifiers: tuple[Modifier, ...] = ()

    def same_thing(self, other: "Part") -> bool:
        """Whether both fill the same slot with the same thing made the same way."""
        bare = {"modifiers": ()}
        same_item = self.model_copy(update=bare) == other.model_copy(update=bare)
        return same_item and frozenset(self.modifiers) == frozenset(other.modifiers)


class Line(Record):
    """So many of one thing, made one way.

    `variation_id` is None while the caller has not settled it; `options` then keeps the {dimension id: option id}
    settled so far. `half_item_id` is the item of the right half, when it is another; `parts` fill the slots of a combo.
    `quoted_cents` is the price of the whole line when it was last told. `evidence` names the turns in
    which it was said, `confidence` is 0..1 and 0 means unknown.
    """

    id: str
    item_id: str
    variation_id: str | None = None
    options: Mapping[str, str] = {}
    quantity: Annotated[int, Field(ge=1)] = 1
    modifiers: tuple[Modifier, ...] = ()
    half_item_id: str | None = None
    parts: tuple[Part, ...] = ()
    notes: str | None = None
    quoted_cents: int | None = None
    evidence: tuple[str, ...] = ()
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0

    def same_thing(self, other: "Line") -> bool:
        """Whether both lines are the same thing made the same way, in whatever number."""
        return (
            self.item_id == other.item_id
            and self.variation_id == other.variation_id
            and self.options == other.options
            and frozenset(self.modifiers) == frozenset(other.modifiers)
            and self.half_item_id == other.half_item_id
            and len(self.parts) == len(other.parts)
            and all(any(part.same_thing(there) for there in other.parts) for part in self.parts)
            and self.notes == other.notes
        )


class Fulfilment(Record):
    """How and when the food reaches the caller.

    `address` is as it was said, for deliveries only; `at` the time that was scheduled, aware UTC, None: as soon as it
    is ready.
    """

    kind: FulfilmentKind
    address: str | None = None
    at: AwareDatetime | None = None


def with_evidence(line: Line, turn_ids: Iterable[str]) -> tuple[str, ...]:
    """The turns a line rests on, those before and these, each once, the last 16."""
    return tuple(dict.fromkeys((*line.evidence, *turn_ids)))[-EVIDENCE_KEPT:]


def with_allergies(known: Iterable[str], told: Iterable[str]) -> tuple[str, ...]:
    """Those known and those told now, each once, in the words in which it came first."""
    found: dict[str, str] = {}
    for words in (*known, *told):
        if words.strip():
            found.setdefault(_folded(words), words.strip())
    return tuple(found.values())


def without_allergy(known: Iterable[str], allergy: str) -> tuple[str, ...]:
    """Those known but one; case and spaces do not count."""
    return tuple(words for words in known if _folded(words) != _folded(allergy))


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())
