"""Halves, combos, swaps and nested choices, as they are said, to the lines that they leave."""

import pytest

from gateway.orders.intent import IntentItem, KnownLine, OrderContext
from gateway.orders.processor import OrderProcessor
from gateway.orders.restaurant import Restaurant
from tests.orders.pad import Cart


@pytest.fixture(scope="module")
def processors(restaurants: dict[str, Restaurant]) -> dict[str, OrderProcessor]:
    return {name: OrderProcessor(restaurant.menu) for name, restaurant in restaurants.items()}


def pad(processor: OrderProcessor, turns: list[str]) -> str:
    """What stands on the pad after these turns; one that begins with ">" answers a question about the last line."""
    cart = Cart(processor)
    for turn in turns:
        asked = cart.lines[-1].line_id if turn.startswith(">") and cart.lines else None
        cart.hear(turn.removeprefix(">"), asked)
    return cart.written


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        (["just a pepperoni large half with jalapeno"], "1 pepperoni large +jalapeno<left"),
        (["large margherita half mushrooms half basil"], "1 margherita large +mushroom<left +basil<right"),
        (["a large margherita with mushrooms on half and basil on the other half"],
         "1 margherita large +mushroom<left +basil<right"),
        (["a large margherita with basil on the left half"], "1 margherita large +basil<left"),
        (["a large margherita, on the right half basil"], "1 margherita large +basil<right"),
        (["a large pizza half margherita half pepperoni"], "1 margherita|pepperoni large"),
        (["a large half margherita half margherita"], "1 margherita large"),
        (["large half pepperoni half margherita with mushrooms on the pepperoni half"],
         "1 pepperoni|margherita large +mushroom<left"),
        (["large half pepperoni half margherita with mushrooms on the margherita half"],
         "1 pepperoni|margherita large +mushroom<right"),
        (["half and half margherita and pepperoni large"], "1 margherita|pepperoni large"),
        (["a large margherita", "put jalapenos on half"], "1 margherita large +jalapeno<left"),
        (["a large margherita", "actually make the margherita half pepperoni"], "1 margherita|pepperoni large"),
        (["a large margherita half"], "1 margherita large"),
        (["wings half garlic half hot"], "1 wings +hot"),
        (["a large pepperoni half coke"], "1 pepperoni large; 1 coke"),
        (["una margherita grande, nada de jalapeños"], "1 margherita large -jalapeno"),
        (["a coke and a coke and a sprite"], "1 coke; 1 coke; 1 sprite"),
        (["four cokes half sprite"], "4 coke; 2 sprite"),
        (["half pepperoni half coke"], "1 pepperoni; 1 coke"),
        (["half pepperoni half margherita and a coke half"], "1 pepperoni|margherita; 1 coke"),
        (["six wings with garlic on half"], "1 wings 6 +garlic"),
        (["a small margherita and a large margherita both margheritas with basil"],
         "1 margherita small +basil; 1 margherita large +basil"),
        (["a large margherita with basil and mushroom margherita"], "1 margherita large +basil +mushroom"),
        (["a margherita with basil. mushrooms instead"], "1 margherita +mushroom"),
        (["a coke instead"], "1 coke"),
        (["a margherita basil margherita"], "1 margherita +basil; 1 margherita"),
        (["a margherita", "basil margherita"], "1 margherita; 1 margherita +basil"),
        (["a large margherita no basil wait i do want basil"], "1 margherita large +basil"),
        (["large no wait a small margherita"], "1 margherita small"),
        (["two large no wait a small margherita"], "1 margherita small"),
        (["a large margherita with basil sorry not jalapeno mushrooms"],
         "1 margherita large +basil -jalapeno -mushroom"),
        (["no basil hot on the wings"], "1 wings +hot"),
        (["no basil"], ""),
        (["a large margherita", "take the basil off"], "1 margherita large -basil"),
        (["three margheritas one with basil one with mushrooms"],
         "1 margherita +basil; 1 margherita +mushroom; 1 margherita"),
        (["three margheritas one basil. and a coke"], "3 margherita +basil; 1 coke"),
        (["a lunch combo with a small margherita and a coke"],
         "1 lunch-combo (pizza: margherita small) (drink: coke)"),
        (["lunch combo with pepperoni and sprite and a tiramisu"],
         "1 lunch-combo (pizza: pepperoni) (drink: sprite); 1 tiramisu"),
        (["two lunch combos and a coke"], "2 lunch-combo; 1 coke"),
        (["two lunch combos one with a margherita and a coke the other with pepperoni and sprite"],
         "1 lunch-combo (pizza: margherita) (drink: coke); 1 lunch-combo (pizza: pepperoni) (drink: sprite)"),
        (["a lunch combo", ">pepperoni with basil and a sprite"],
         "1 lunch-combo (pizza: pepperoni +basil) (drink: sprite)"),
        (["a lunch combo with a coke", ">no a sprite"], "1 lunch-combo (drink: sprite)"),
        (["a lunch combo", ">two cokes"], "1 lunch-combo; 2 coke"),
        (["a lunch combo with a coke", "remove the lunch combo"], ""),
        (["a lunch combo with a margherita", "put mushrooms on the margherita"],
         "1 lunch-combo (pizza: margherita +mushroom)"),
    ],
)  # fmt: skip
def test_a_pizzeria(processors: dict[str, OrderProcessor], turns: list[str], left: str) -> None:
    assert pad(processors["casa-verde"], turns) == left


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        (["a hilltop meal with onion rings and a large root beer no pickles"],
         "1 hilltop-meal (burger: hilltop -pickles) (side: onion-rings) (drink: root-beer large)"),
        (["the kids meal apple slices and milk"],
         "1 kids-meal (burger: hilltop) (side: apple-slices) (drink: milk)"),
        (["a hilltop meal with fries and a lemonade", "make the lemonade large"],
         "1 hilltop-meal (burger: hilltop) (side: fries) (drink: lemonade large)"),
        (["a hilltop meal", "and can the burger be without onions"], "1 hilltop-meal (burger: hilltop -onion)"),
        (["a double hilltop burger with cheddar instead of american"], "1 hilltop double +cheddar=>american"),
        (["a double hilltop swap the american for swiss"], "1 hilltop double +swiss=>american"),
        (["a double hilltop change the potato bun to a lettuce wrap"], "1 hilltop double +lettuce-wrap=>potato-bun"),
        (["a double hilltop with mustard instead of mayo"], "1 hilltop double +mustard -mayo"),
        (["two smokehouse burgers one with no onions and the other with extra barbecue sauce"],
         "1 smokehouse -fried-onions; 1 smokehouse ++barbecue-sauce"),
        (["the chicken plate with salad and ranch"], "1 chicken-plate +plate-salad +ranch"),
        (["the chicken plate with salad", "ranch"], "1 chicken-plate +plate-salad +ranch"),
        (["a hilltop burger and a medium sweet tea easy on the ice"],
         "1 hilltop; 1 iced-tea medium +sweet-tea ~ice"),
        (["a double hilltop instead of american"], "1 hilltop double -american"),
        (["a hilltop meal with a double hilltop burger, large fries and a large cola"],
         "1 hilltop-meal (burger: hilltop double) (side: fries large) (drink: cola large)"),
        (["two medium colas and one large"], "2 cola medium; 1 cola large"),
        (["three colas: a small, a medium and a large"], "1 cola small; 1 cola medium; 1 cola large"),
        (["three colas. a small"], "3 cola small"),
        (["two colas a small"], "2 cola small"),
        (["twelve hilltop burgers, half single half double"], "6 hilltop single; 6 hilltop double"),
        (["two shakes half chocolate half vanilla"], "1 shake +chocolate; 1 shake +vanilla"),
        (["three shakes half chocolate half vanilla"], "3 shake +vanilla"),
        (["two hilltop burgers half with coke"], "2 hilltop; 1 cola"),
        (["three shakes, vanilla, chocolate and strawberry"],
         "1 shake +strawberry; 1 shake +vanilla; 1 shake +chocolate"),
        (["two spicy chicken sandwiches and one plain"], "2 crispy-chicken +hot-breading; 1 crispy-chicken"),
        (["a smokehouse with no crispy onions, add an egg"], "1 smokehouse -fried-onions +egg"),
        (["a medium and a large lemonade"], "1 lemonade medium; 1 lemonade large"),
    ],
)  # fmt: skip
def test_a_burger_place(processors: dict[str, OrderProcessor], turns: list[str], left: str) -> None:
    assert pad(processors["hilltop-burger"], turns) == left


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        (["two king size house noodles with shrimp very spicy and a pho with chicken no cilantro"],
         "2 house-noodles king +shrimp +very-spicy; 1 pho +chicken -cilantro"),
        (["eight pork dumplings with soy dip and spring rolls with sweet chili"],
         "1 dumplings 8 +pork-filling +soy-dip; 1 spring-rolls +sweet-chili"),
        (["two pork miso ramen and one tofu"], "2 miso-ramen +pork; 1 miso-ramen +tofu"),
        (["two miso ramen and one tofu"], "2 miso-ramen +tofu"),
        (["a miso ramen no egg, extra noodles"], "1 miso-ramen -egg +noodles"),
        (["one large ramen with chicken one regular with tofu"],
         "1 miso-ramen king +chicken; 1 miso-ramen regular +tofu"),
    ],
)  # fmt: skip
def test_a_noodle_bar(processors: dict[str, OrderProcessor], turns: list[str], left: str) -> None:
    assert pad(processors["golden-bowl"], turns) == left


def test_a_part_that_the_menu_has_lost_is_left_out(processors: dict[str, OrderProcessor]) -> None:
    processor = processors["casa-verde"]
    parts = (IntentItem("calzone", slot="pizza"), IntentItem("coke", slot="drink"))
    line = KnownLine("L1", "lunch-combo", parts=parts)
    context = OrderContext(processor.menu, (line,), "line", "L1")
    (item,) = processor.parse_order_intent("pepperoni", context).items
    assert [(part.slot, part.menu_item_id) for part in item.parts] == [("drink", "coke"), ("pizza", "pepperoni")]
