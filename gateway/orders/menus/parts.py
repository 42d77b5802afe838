"""The parts of a menu: items with their sizes and prices, groups of choices, combos and their slots, taxes.

Frozen models, without knowledge of each other beyond ids; the whole that they make up is `menu.py`. Rules kept here:
prices are integer cents; a misspelt field is a mistake; an item without declared allergens is *unknown*, which is not
the same as free of them.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StrictBool, Tag

from gateway.orders.availability import Availability

MAX_CENTS = 1_000_000
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:.&'+%-]*$", max_length=80)]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^\S(.*\S)?$")]
Cents = Annotated[int, Field(strict=True, ge=0, le=MAX_CENTS)]
Count = Annotated[int, Field(strict=True, ge=0, le=100)]
Spoken = Annotated[tuple[Name, ...], Field(max_length=400)]
PosIds = Mapping[Id, Name]
"""What a POS calls an entry, by the POS's name ("square", "toast", "clover", or the house's own)."""

HalvesRule = Literal["dearer", "average", "sum"]
"""How two halves are priced: as the dearer of them, as their average (half a cent counts up), or both in full."""


class MenuPart(BaseModel):
    """One frozen part of a menu. A misspelt field is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DimensionOption(MenuPart):
    """One point on a dimension: `small`, `12 pieces`. `spoken` lists further ways callers say it."""

    id: Id
    name: Name
    spoken: Spoken = ()


class Dimension(MenuPart):
    """What variations of an item differ in: size, volume, container, number of pieces.

    `name` is the word the agent asks with ("which size?").
    """

    id: Id
    name: Name
    options: Annotated[tuple[DimensionOption, ...], Field(min_length=1)]

    def option(self, option_id: str) -> DimensionOption | None:
        """The option with that id, or None."""
        return next((option for option in self.options if option.id == option_id), None)


class Category(MenuPart):
    """A heading of the menu. `spoken` lists further ways callers say it; `availability` holds for all its items."""

    id: Id
    name: Name
    spoken: Spoken = ()
    availability: Availability | None = None


class Variation(MenuPart):
    """One sellable form of an item: a price, and where it stands on each dimension ({} for the only form).

    `price` is in integer cents; None only in listings that name no prices at all.
    """

    id: Id
    options: Mapping[Id, Id] = {}
    price: Cents | None
    pos_ids: PosIds = {}


class Allergens(MenuPart):
    """What an item is declared to contain, and may contain. Anything not named is unknown, never "free of"."""

    contains: tuple[Name, ...] = ()
    may_contain: tuple[Name, ...] = ()


def _price_form(value: object) -> str:
    """Which form of price a value is, so that only that form's mistakes are reported."""
    return "by_variation" if isinstance(value, Mapping) else "cents"


ModifierPrice = Annotated[
    Annotated[Cents, Tag("cents")] | Annotated[Mapping[Id, Cents], Tag("by_variation")],
    Discriminator(_price_form),
]


class SlotChoice(MenuPart):
    """An item that can fill a slot of a combo, in any of `variations` (ids; none named: in all of them).

    `upcharge` is in cents beyond the combo's price, or cents by variation id.
    """

    item: Id
    variations: tuple[Id, ...] = ()
    upcharge: ModifierPrice = 0

    def upcharge_for(self, variation_id: str) -> int:
        """Cents beyond the combo's price in that variation; 0 where an upcharge by variation does not name it."""
        return self.upcharge if isinstance(self.upcharge, int) else self.upcharge.get(variation_id, 0)


class Slot(MenuPart):
    """One place of a combo, to be filled with one of `choices`: the drink of a burger meal."""

    id: Id
    name: Name
    choices: Annotated[tuple[SlotChoice, ...], Field(min_length=1)]

    def choice(self, item_id: str) -> SlotChoice | None:
        """The choice that is that item, or None."""
        return next((choice for choice in self.choices if choice.item == item_id), None)


class Item(MenuPart):
    """One thing that can be ordered.

    Attributes:
        say: how the name is spoken, when its spelling misleads a voice.
        kitchen_name: what the ticket says.
        allergens: None when the restaurant declared nothing: unknown.
        max_quantity: of one line.
        slots: makes it a combo: its price covers one choice for each slot.
        halves: it can be one half of a dish whose other half is another item of its category with `halves`.
        min_age: the age in years that the caller must have to be sold it.
    """

    id: Id
    category: Id
    name: Name
    spoken: Spoken = ()
    say: Name | None = None
    kitchen_name: Name | None = None
    variations: Annotated[tuple[Variation, ...], Field(min_length=1)]
    modifier_groups: tuple[Id, ...] = ()
    tax: Id
    allergens: Allergens | None = None
    max_quantity: Annotated[int, Field(strict=True, ge=1, le=1000)] = 20
    slots: tuple[Slot, ...] = ()
    halves: HalvesRule | None = None
    availability: Availability | None = None
    min_age: Annotated[int, Field(strict=True, ge=1, le=120)] | None = None
    pos_ids: PosIds = {}

    def slot(self, slot_id: str) -> Slot | None:
        """The slot with that id, or None."""
        return next((slot for slot in self.slots if slot.id == slot_id), None)

    def variation(self, variation_id: str) -> Variation | None:
        """The variation with that id, or None."""
        return next((variation for variation in self.variations if variation.id == variation_id), None)

    def matching(self, options: Mapping[str, str]) -> tuple[Variation, ...]:
        """The variations that agree with every given {dimension id: option id}, in menu order."""
        return tuple(v for v in self.variations if all(v.options.get(d) == o for d, o in options.items()))

    @property
    def spoken_name(self) -> str:
        """The name as a voice should say it."""
        return self.say or self.name


class ModifierOption(MenuPart):
    """One choice of a group.

    `price`: cents per portion, or cents by variation id. `default`: there unless refused. `modifier_groups`: ids of
    groups that open once this is chosen ("a salad" asks for its dressing).
    """

    id: Id
    name: Name
    spoken: Spoken = ()
    price: ModifierPrice = 0
    default: StrictBool = False
    kitchen_name: Name | None = None
    modifier_groups: tuple[Id, ...] = ()
    pos_ids: PosIds = {}

    def price_for(self, variation_id: str) -> int:
        """Cents for one portion on that variation; 0 where a price by variation does not name it."""
        return self.price if isinstance(self.price, int) else self.price.get(variation_id, 0)


class ModifierGroup(MenuPart):
    """A set of choices: toppings, sauces, how it is cooked.

    `min` and `max` count portions (max None: no bound; 1: a single choice), `max_per_option` portions of one option,
    and the `free` cheapest portions cost nothing. `negatable`: "no onions" makes sense here; `qualifiable`: so do
    "extra", "light" and "on the side"; `swappable`: a default can be swapped for another option, for the difference in
    price where that is more. `halves`: choices can lie on the left or the right half only, and are priced so.
    """

    id: Id
    name: Name
    min: Count = 0
    max: Count | None = None
    max_per_option: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    free: Count = 0
    options: Annotated[tuple[ModifierOption, ...], Field(min_length=1)]
    negatable: StrictBool = True
    qualifiable: StrictBool = True
    swappable: StrictBool = False
    halves: HalvesRule | None = None
    pos_ids: PosIds = {}

    def option(self, option_id: str) -> ModifierOption | None:
        """The option with that id, or None."""
        return next((option for option in self.options if option.id == option_id), None)

    @property
    def defaults(self) -> tuple[ModifierOption, ...]:
        """The options an item comes with."""
        return tuple(option for option in self.options if option.default)


class Tax(MenuPart):
    """A tax category. The rate is in thousandths of a percent: 8250 is 8.25 %."""

    id: Id
    name: Name
    rate_millipercent: Annotated[int, Field(strict=True, ge=0, le=100_000)]
