from gateway.orders.cautions import cautions
from gateway.orders.menu import Allergens
from gateway.orders.order import Line
from gateway.orders.restaurant import Language
from tests.orders.osteria import OSTERIA, chose, combo, ordered, part, with_item

TIRAMISU = Line(id="L1", item_id="tiramisu", variation_id="one")
PEPPERONI = Line(id="L2", item_id="pepperoni", variation_id="p-small")
COKE = Line(id="L3", item_id="coke", variation_id="can")
BEER = Line(id="L4", item_id="beer", variation_id="pint")
CIDER = Line(id="L5", item_id="cider", variation_id="pint")


def told(*lines: Line, language: Language = "en", allergies: tuple[str, ...] = ()) -> str:
    return " ".join(cautions(ordered(*lines, allergies=allergies), OSTERIA, language))


def test_an_order_without_allergies_needs_no_caution() -> None:
    assert told(TIRAMISU, PEPPERONI) == ""


def test_an_allergy_is_said_and_what_the_menu_says_to_it() -> None:
    assert told(TIRAMISU, COKE, allergies=("eggs",)) == (
        "Allergy: eggs. Please note: the tee-ra-mee-soo contains egg. "
        "We cannot promise that any dish is free of an allergen."
    )
    assert told(TIRAMISU, combo(), allergies=("milk", "nuts", "gluten")) == (
        "Allergies: milk, nuts and gluten. "
        "Please note: the tee-ra-mee-soo contains milk and may contain nuts, and the Margherita contains milk and "
        "wheat. We cannot promise that any dish is free of an allergen."
    )
    assert told(COKE, allergies=("eggs",)) == ("Allergy: eggs. We cannot promise that any dish is free of an allergen.")


def test_what_is_unknown_is_said_to_be() -> None:
    assert told(PEPPERONI, COKE, allergies=("nuts",)).startswith(
        "Allergy: nuts. I do not know what is in the Pepperoni. We"
    )
    assert told(PEPPERONI, COKE, BEER, allergies=("nuts",)).startswith(
        "Allergy: nuts. I do not know what is in the Pepperoni and the Beer. We"
    )
    assert "I do not know what is in these dishes." in told(PEPPERONI, BEER, BEER, allergies=("nuts",))
    assert "I do not know what is in the Pepperoni. We" in told(PEPPERONI, PEPPERONI, allergies=("nuts",))


def test_a_combo_is_what_fills_its_slots() -> None:
    dark = combo(part("pizza", "pepperoni"), part("drink", "beer"))
    assert "I do not know what is in these dishes." in told(dark, allergies=("nuts",))
    half_dark = combo(part("pizza", "pepperoni"), part("drink", "coke"))
    assert "I do not know what is in the Pepperoni. We" in told(half_dark, allergies=("nuts",))
    declared = with_item(OSTERIA, "lunch", allergens=Allergens(contains=("nuts",)))
    said = " ".join(cautions(ordered(half_dark, allergies=("nuts",)), declared))
    assert "Please note: the Lunch combo contains nuts. I do not know what is in the Pepperoni. We" in said


def test_in_spanish() -> None:
    assert told(TIRAMISU, PEPPERONI, language="es", allergies=("huevo",)) == (
        "Alergia: huevo. Atención: tee-ra-mee-soo contiene egg. No sé qué contiene: Pepperoni. "
        "No podemos garantizar que ningún plato esté libre de un alérgeno."
    )
    both = told(PEPPERONI, BEER, language="es", allergies=("huevo", "leche"))
    assert both.startswith("Alergias: huevo y leche. No sé qué contienen estos platos.")
    assert both.endswith("Tenga a mano una identificación: Beer es para mayores de 21 años.")


def test_an_id_is_asked_for_once_and_for_the_highest_age() -> None:
    asked = "Please have an ID ready: the Beer is for people aged 21 or over."
    assert told(CIDER, BEER) == asked
    assert told(combo(part("drink", "beer"))) == asked
    assert told(CIDER) == "Please have an ID ready: the Cider is for people aged 18 or over."


def test_what_the_menu_lost_has_nothing_to_be_told() -> None:
    assert told(Line(id="L1", item_id="lasagna"), allergies=("nuts",)) == (
        "Allergy: nuts. We cannot promise that any dish is free of an allergen."
    )
    aged = with_item(OSTERIA, "coke", min_age=21)
    assert "the Coke is for people" in " ".join(cautions(ordered(COKE), aged))


def test_the_name_of_a_choice_is_told_and_of_others_nothing_is_known() -> None:
    cheesy = Line(
        id="L1",
        item_id="margherita",
        modifiers=(chose("toppings", "cheese"), chose("toppings", "basil"), chose("toppings", "mushroom", action="no")),
    )
    assert told(cheesy, allergies=("milk",)) == (
        "Allergy: milk. Please note: the Margherita contains milk, and the extra cheese may contain milk. "
        "I do not know what is in what was chosen: basil. We cannot promise that any dish is free of an allergen."
    )
    assert told(cheesy) == ""
    filled = combo(part("pizza", "margherita", "m-small", chose("toppings", "cheese")), part("drink", "coke"))
    assert told(filled, language="es", allergies=("lactosa", "huevo")).startswith(
        "Alergias: lactosa y huevo. "
        "Atención: Margherita contiene milk, y extra cheese puede contener lactosa. No podemos"
    )


def test_what_a_dish_comes_with_is_told_by_its_name_and_else_not_of_its_own() -> None:
    burger = Line(id="L1", item_id="burger", modifiers=(chose("garnish", "onion"),))
    menu = with_item(OSTERIA, "burger", allergens=Allergens(contains=("wheat",)))
    said = " ".join(cautions(ordered(burger, allergies=("cheddar cheese", "lettuce")), menu))
    assert "Please note: the lettuce may contain lettuce, and the cheddar may contain cheddar cheese. " in said
    assert "I do not know what is in what was chosen: onions. We" in said
