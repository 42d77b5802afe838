"""What callers order, in their words, and what that must be at the POS. Written by hand, not derived from our code.

Each order is another one, so that the model's side can tell calls apart by their first words. A read-back is right
when it names every one of the order's lines as it is written here, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order.

    Attributes:
        said: how it is asked for.
        quantity: how many.
        item, variation, modifiers: as the POS reads them.
        aloud: how the read-back names it.
        answer: what is said when the agent asks for a choice about it.
    """

    said: str
    quantity: int
    item: str
    variation: str
    modifiers: tuple[str, ...]
    aloud: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order.

    Attributes:
        restaurant: where.
        lines: what.
    """

    restaurant: str
    lines: tuple[Line, ...]


NUMBERS: Final[Mapping[str, str]] = {
    "casa-verde": "+15550100000",
    "golden-bowl": "+15550100001",
    "hilltop-burger": "+15550100002",
}
"""The telephone numbers of the example restaurants."""
STAFF: Final[Mapping[str, str]] = {
    "casa-verde": "+15550100090",
    "golden-bowl": "+15550100091",
    "hilltop-burger": "+15550100092",
}
"""Those of their staff."""
NAMES: Final = ("Ana", "Ben", "Carla", "David", "Emma", "Frank", "Grace", "Henry", "Iris", "Jack")

_LARGE_PEPPERONI = Line("A large pepperoni, please.", 1, "pepperoni", "large", (), "one large Pepperoni")
_SMALL_PEPPERONI = Line(
    "A small pepperoni with extra cheese.",
    1,
    "pepperoni",
    "small",
    ("extra_cheese",),
    "one small Pepperoni with extra cheese",
)
_MARGHERITA = Line("A large margherita.", 1, "margherita", "large", (), "one large Margherita")
_MUSHROOMS = Line(
    "Two small margheritas with mushrooms.",
    2,
    "margherita",
    "small",
    ("mushroom",),
    "two small Margherita with mushrooms",
)
_ASKED_MARGHERITA = Line(
    "One margherita with basil.", 1, "margherita", "large", ("basil",), "one large Margherita with basil", "Large."
)
_WINGS = Line("Twelve wings with garlic.", 1, "wings", "12", ("garlic",), "one 12 piece Wings with Garlic")
_ASKED_WINGS = Line("Wings.", 1, "wings", "6", ("bbq",), "one 6 piece Wings with BBQ", "Six, barbecue.")
_COKE = Line("A Coke.", 1, "coke", "regular", (), "one Coke")
_COKES = Line("Two Cokes.", 2, "coke", "regular", (), "two Coke")
_SPRITE = Line("A Sprite.", 1, "sprite", "regular", (), "one Sprite")
_SPRITES = Line("Three Sprites.", 3, "sprite", "regular", (), "three Sprite")
_TIRAMISU = Line("A tiramisu.", 1, "tiramisu", "regular", (), "one Tiramisu")
_MARGHERITA_THEN_SMALL = Line(
    "A large margherita... no, make that a small one.", 1, "margherita", "small", (), "one small Margherita"
)

_RAMEN = Line(
    "A king size miso ramen with pork.", 1, "miso-ramen", "king", ("pork",), "one king size Miso Ramen with pork"
)
_PHO = Line(
    "A regular pho with chicken and lime.",
    1,
    "pho",
    "regular",
    ("chicken", "lime"),
    "one regular fuh with chicken and lime",
)
_DUMPLINGS = Line("Eight dumplings, pork.", 1, "dumplings", "8", ("pork-filling",), "one 8 piece Dumplings with pork")
_ROLLS = Line(
    "Spring rolls with peanut dip.", 1, "spring-rolls", "one-size", ("peanut",), "one Spring Rolls with peanut dip"
)
_HOT_TEA = Line("A hot jasmine tea.", 1, "jasmine-tea", "hot", (), "one hot Jasmine Tea")
_ASKED_TEA = Line("A jasmine tea.", 1, "jasmine-tea", "iced", (), "one iced Jasmine Tea", "Iced.")
_SODA = Line("A lychee soda.", 1, "lychee-soda", "one-size", (), "one Lychee Soda")
_SODAS = Line("Two lychee sodas.", 2, "lychee-soda", "one-size", (), "two Lychee Soda")

_FRIES = Line("A large fries.", 1, "fries", "large", (), "one large Fries")
_CAJUN = Line("A small fries with cajun spice.", 1, "fries", "small", ("cajun",), "one small Fries with cajun spice")
_RINGS = Line("Ten onion rings.", 1, "onion-rings", "10", (), "one 10 rings Onion Rings")
_APPLES = Line("Two apple slices.", 2, "apple-slices", "bag", (), "two Apple Slices")
_SALAD = Line("A side salad.", 1, "side-salad", "bowl", ("ranch",), "one Side Salad with ranch", "Ranch, please.")
_COLA = Line("A medium cola.", 1, "cola", "medium", (), "one medium Cola")
_ASKED_BEER = Line("A root beer.", 1, "root-beer", "large", (), "one large Root Beer", "Large.")
_LEMONADE = Line("A small lemonade.", 1, "lemonade", "small", (), "one small Lemonade")
_MILK = Line("A carton of milk.", 1, "milk", "carton", (), "one Carton of Milk")
_SHAKE = Line(
    "A large chocolate shake.", 1, "shake", "large", ("chocolate",), "one large Hand-spun Shake with chocolate"
)

WANTED: Final[tuple[Wanted, ...]] = (
    Wanted("casa-verde", (_LARGE_PEPPERONI, _COKE)),
    Wanted("golden-bowl", (_RAMEN, _HOT_TEA)),
    Wanted("hilltop-burger", (_FRIES, _COLA, _APPLES)),
    Wanted("casa-verde", (_MUSHROOMS, _SPRITES)),
    Wanted("hilltop-burger", (_SALAD, _LEMONADE)),
    Wanted("casa-verde", (_WINGS, _COKES)),
    Wanted("golden-bowl", (_DUMPLINGS, _SODA)),
    Wanted("casa-verde", (_ASKED_WINGS, _TIRAMISU)),
    Wanted("hilltop-burger", (_SHAKE, _CAJUN)),
    Wanted("casa-verde", (_MARGHERITA_THEN_SMALL, _SPRITE)),
    Wanted("golden-bowl", (_PHO, _ASKED_TEA)),
    Wanted("casa-verde", (_SMALL_PEPPERONI, _TIRAMISU, _COKE)),
    Wanted("hilltop-burger", (_RINGS, _ASKED_BEER)),
    Wanted("casa-verde", (_ASKED_MARGHERITA, _SPRITE)),
    Wanted("golden-bowl", (_ROLLS, _SODAS)),
    Wanted("casa-verde", (_TIRAMISU, _WINGS)),
    Wanted("hilltop-burger", (_MILK, _FRIES)),
    Wanted("casa-verde", (_COKES, _LARGE_PEPPERONI)),
    Wanted("golden-bowl", (_ASKED_TEA, _ROLLS)),
    Wanted("casa-verde", (_MARGHERITA, _COKE, _TIRAMISU)),
    Wanted("hilltop-burger", (_APPLES, _SHAKE)),
    Wanted("casa-verde", (_SPRITES, _ASKED_WINGS)),
    Wanted("golden-bowl", (_SODAS, _RAMEN)),
    Wanted("hilltop-burger", (_ASKED_BEER, _CAJUN)),
)
"""Orders in the sequence in which calls take them; no two begin with the same words."""
