import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Fulfilment, Line, Modifier, ModifierAction, Order, open_order
from gateway.orders.pricing import totals
from gateway.orders.read_back import describe_line, describe_modifier, read_back_text
from gateway.orders.restaurant import Language


def of(menu: Menu, *lines: Line, **fields: object) -> Order:
    return open_order("o", "r", menu_digest=menu.digest).model_copy(update={"lines": lines, **fields})


def text(order: Order, menu: Menu, language: Language = "en") -> str:
    said = read_back_text(order, menu, totals(order, menu), language)
    assert said.total in said.text
    return said.text


GARLIC = Modifier(group="sauce", option="garlic")
WINGS = Line(id="L3", item_id="wings", variation_id="12", modifiers=(GARLIC,))
LARGE = Line(id="L1", item_id="margherita", variation_id="large")


def test_the_read_back_of_scenario_one(menu: Menu) -> None:
    small = Line(id="L2", item_id="margherita", variation_id="small")
    order = of(menu, LARGE, small, WINGS, customer_name="Ana", fulfilment=Fulfilment(kind="pickup"))
    assert text(order, menu) == (
        "One large Margherita. One small Margherita. One 12 piece Wings with Garlic. For Ana, pickup. "
        "That comes to forty dollars and fifty-nine cents with tax. Is that right?"
    )


def test_the_total_comes_last_before_the_question(menu: Menu) -> None:
    order = of(menu, WINGS)
    said = read_back_text(order, menu, totals(order, menu))
    assert said.text.endswith(f"{said.total} Is that right?")


def test_in_spanish(menu: Menu) -> None:
    toppings = (
        Modifier(group="toppings", option="basil"),
        Modifier(group="toppings", option="mushroom", action="extra"),
    )
    order = of(
        menu,
        LARGE.model_copy(update={"quantity": 2, "modifiers": toppings}),
        customer_name="Ana",
        fulfilment=Fulfilment(kind="delivery", address="Calle Mayor 1"),
        notes="sin timbre",
    )
    assert text(order, menu, "es") == (
        "Dos large Margherita con basil y extra de mushrooms. Para Ana, entrega a domicilio a Calle Mayor 1. "
        "Nota: sin timbre. En total son treinta y ocho dólares con noventa y siete centavos con impuestos. ¿Está bien?"
    )


def test_the_same_thing_on_two_lines_is_counted_together(menu: Menu) -> None:
    again = LARGE.model_copy(update={"id": "L9", "quantity": 2})
    assert text(of(menu, LARGE, WINGS, again), menu).startswith("Three large Margherita. One 12 piece Wings")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"customer_name": "Ana"}, "For Ana."),
        ({"fulfilment": Fulfilment(kind="pickup")}, "For pickup."),
        ({"fulfilment": Fulfilment(kind="delivery", address="1 Main Street")}, "For delivery to 1 Main Street."),
    ],
)
def test_what_is_known_of_the_caller_is_said(menu: Menu, fields: dict[str, object], said: str) -> None:
    assert f" {said} That comes to" in text(of(menu, LARGE, **fields), menu)


def test_untaxed_is_not_called_taxed(menu: Menu) -> None:
    untaxed = menu.model_copy(update={"taxes": (menu.taxes[0].model_copy(update={"rate_millipercent": 0}),)})
    assert "That comes to fourteen dollars and fifty cents. Is" in text(of(untaxed, LARGE), untaxed)


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
