import pytest

from gateway.orders.menu import Category, Menu
from gateway.orders.order import Line, Modifier, ModifierAction, Placement
from gateway.orders.wording.line_words import describe_line, describe_many, describe_modifier
from tests.orders.osteria import OSTERIA, chose, combo, halved, part, without

LARGE = Line(id="L1", item_id="margherita", variation_id="large")


@pytest.mark.parametrize(
    ("action", "quantity", "said"),
    [
        ("add", 1, "mushrooms"),
        ("add", 2, "double mushrooms"),
        ("add", 3, "three times mushrooms"),
        ("extra", 1, "extra mushrooms"),
        ("light", 1, "light mushrooms"),
        ("side", 1, "mushrooms on the side"),
        ("no", 1, "no mushrooms"),
    ],
)
def test_a_choice_in_words(menu: Menu, action: ModifierAction, quantity: int, said: str) -> None:
    choice = Modifier(group="toppings", option="mushroom", action=action, quantity=quantity)
    assert describe_modifier(choice, menu) == said


def test_a_line_in_words(menu: Menu, bowls: Menu) -> None:
    no_basil = Modifier(group="toppings", option="basil", action="no")
    three = tuple(Modifier(group="toppings", option=option) for option in ("mushroom", "jalapeno", "extra_cheese"))
    line = LARGE.model_copy(update={"modifiers": (no_basil, *three), "notes": "well done"})
    assert describe_line(line, menu) == (
        "one large Margherita with mushrooms, jalapeños and extra cheese, no basil, note: well done"
    )
    assert describe_line(Line(id="L1", item_id="coke", variation_id="regular", quantity=12), menu) == "twelve Coke"
    assert describe_line(Line(id="L1", item_id="wings"), menu) == "one Wings"
    assert describe_line(Line(id="L1", item_id="wings", variation_id="99"), menu) == "one Wings"
    king = Line(id="L1", item_id="house-noodles", variation_id="king-rice")
    assert describe_line(king, bowls) == "one king size rice noodles House Noodles"
    assert describe_line(Line(id="L1", item_id="pho", variation_id="king"), bowls) == "one king size fuh"


def test_what_the_menu_lost_is_named_by_its_id(menu: Menu) -> None:
    assert describe_line(Line(id="L1", item_id="lasagna", variation_id="x"), menu) == "one lasagna"
    assert describe_modifier(Modifier(group="dips", option="aioli"), menu) == "aioli"
    assert describe_modifier(Modifier(group="toppings", option="aioli"), menu) == "aioli"


def test_a_variation_without_a_known_size_is_named_without_one(menu: Menu) -> None:
    odd = menu.items[0].variations[0].model_copy(update={"options": {"size": "gone"}})
    item = menu.items[0].model_copy(update={"variations": (odd, menu.items[0].variations[1])})
    assert describe_line(
        LARGE.model_copy(update={"variation_id": "small"}), menu.model_copy(update={"items": (item,)})
    ) == ("one Margherita")


def test_a_swap_says_what_it_takes_the_place_of() -> None:
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    assert describe_modifier(swap, OSTERIA) == "swiss cheese instead of cheddar"
    assert describe_modifier(swap, OSTERIA, "es") == "swiss cheese en lugar de cheddar"
    twice = swap.model_copy(update={"quantity": 2})
    assert describe_modifier(twice, OSTERIA) == "double swiss cheese instead of cheddar"
    assert describe_modifier(swap.model_copy(update={"instead_of": None}), OSTERIA) == "swiss cheese"


@pytest.mark.parametrize(
    ("placement", "one", "two", "spanish", "spanish_two"),
    [
        ("whole", "basil", "basil", "basil", "basil"),
        ("left", "basil on the left half", "basil on the first half", "basil en la mitad izquierda",
         "basil en la primera mitad"),
        ("right", "basil on the right half", "basil on the second half", "basil en la mitad derecha",
         "basil en la segunda mitad"),
    ],
)  # fmt: skip
def test_where_a_choice_lies_is_said(placement: Placement, one: str, two: str, spanish: str, spanish_two: str) -> None:
    basil = chose("toppings", "basil", placement=placement)
    assert describe_modifier(basil, OSTERIA) == one
    assert describe_modifier(basil, OSTERIA, halves=True) == two
    assert describe_modifier(basil, OSTERIA, "es") == spanish
    assert describe_modifier(basil, OSTERIA, "es", halves=True) == spanish_two
    refused = basil.model_copy(update={"action": "no"})
    assert describe_modifier(refused, OSTERIA) == f"no {one}"


def test_two_halves_in_words() -> None:
    basil, refused = chose("toppings", "basil", placement="right"), chose("toppings", "cheese", action="no")
    line = halved("margherita", "pepperoni", "m-large", basil, refused)
    assert describe_line(line, OSTERIA) == (
        "one large pizza, half Margherita and half Pepperoni, basil on the second half, no extra cheese"
    )
    assert describe_many(line.model_copy(update={"modifiers": ()}), 2, OSTERIA, "es") == (
        "dos pizzas de tamaño grande, mitad Margherita y mitad Pepperoni"
    )
    assert describe_line(halved("margherita", "calamari", "m-large"), without(OSTERIA, "pepperoni")) == (
        "one large pizza, half Margherita and half calamari"
    )
    nameless = OSTERIA.model_copy(update={"categories": OSTERIA.categories[1:]})
    assert describe_line(halved("margherita", "pepperoni", "m-large"), nameless).startswith(
        "one large Margherita, half"
    )
    open_size = halved("margherita", "pepperoni", "m-large").model_copy(update={"variation_id": None})
    assert describe_line(open_size, OSTERIA) == "one pizza, half Margherita and half Pepperoni"
    assert describe_line(halved("lasagna", "pepperoni", "x"), OSTERIA) == "one lasagna"


@pytest.mark.parametrize(
    ("heading", "one"),
    [("Sandwiches", "sandwich"), ("Pasta dishes", "pasta dish"), ("Boxes", "box"), ("Bass", "bass"), ("Pizza", "pizza"),
     ("Calzones", "calzone"), ("Glasses", "glass")],
)  # fmt: skip
def test_one_of_what_a_heading_names(heading: str, one: str) -> None:
    menu = OSTERIA.model_copy(update={"categories": (Category(id="pizza", name=heading),)})
    line = halved("margherita", "pepperoni", "m-large")
    assert describe_line(line, menu).startswith(f"one large {one}, half")
    assert describe_many(line, 2, menu).startswith(f"two large {heading.lower()}, half")


def test_a_combo_in_words() -> None:
    assert describe_line(combo(), OSTERIA) == "one Lunch combo with a small Margherita and a Coke"
    assert describe_line(combo(), OSTERIA, "es") == "un Lunch combo con un Margherita de tamaño pequeño y un Coke"
    basil, refused = chose("toppings", "basil"), chose("toppings", "cheese", action="no")
    made = combo(
        part("pizza", "margherita", "m-small", basil, refused),
        part("drink", "tea", "t-large"),
        quantity=3,
        modifiers=(chose("extras", "napkin"),),
        notes="to share",
    )
    assert describe_line(made, OSTERIA) == (
        "three Lunch combo with a small Margherita with basil and no extra cheese, and a large iced Ice tea, "
        "extra napkins, note: to share"
    )
    assert describe_line(made, OSTERIA, "es") == (
        "tres Lunch combo con un Margherita de tamaño pequeño con basil y sin extra cheese, "
        "y un Ice tea de tamaño grande con hielo, extra napkins, nota: to share"
    )
    plain = combo(part("pizza", "margherita", "m-small", refused), part("drink", "tea"), part("x", "eggnog"))
    assert describe_line(plain, OSTERIA) == (
        "one Lunch combo with a small Margherita with no extra cheese, an Ice tea, and an eggnog"
    )
    assert describe_line(plain, OSTERIA, "es") == (
        "un Lunch combo con un Margherita de tamaño pequeño sin extra cheese, un Ice tea, y un eggnog"
    )
