import pytest
from pydantic import ValidationError

from gateway.orders.menu import Dimension, Item, Menu, ModifierOption


def test_every_lookup_finds_what_is_there_and_gives_none_for_what_is_not(bowls: Menu) -> None:
    item = bowls.item("house-noodles")
    assert item is not None
    assert item.name == "House Noodles"
    assert bowls.item("lasagna") is None
    group = bowls.group("protein")
    assert group is not None
    assert group.option("tofu") is not None
    assert group.option("beef") is None
    assert bowls.group("sauces") is None
    dimension = bowls.dimension("bowl")
    assert dimension is not None
    assert dimension.option("king") is not None
    assert dimension.option("tiny") is None
    assert bowls.dimension("size") is None
    assert bowls.category("soups") is not None
    assert bowls.category("cakes") is None
    assert bowls.tax("bottled") is not None
    assert bowls.tax("gold") is None
    assert item.variation("king-rice") is not None
    assert item.variation("king-glass") is None


def test_an_item_knows_its_groups_dimensions_and_variations_in_order(bowls: Menu) -> None:
    item = bowls.item("house-noodles")
    assert item is not None
    assert [group.id for group in bowls.groups_of(item)] == ["protein", "spice", "vegetables"]
    assert [dimension.id for dimension in bowls.dimensions_of(item)] == ["bowl", "noodle"]
    assert [variation.id for variation in item.matching({"bowl": "king"})] == ["king-wheat", "king-rice"]
    assert len(item.matching({})) == 5
    assert item.matching({"bowl": "king", "noodle": "glass"}) == ()


def test_a_group_that_an_item_names_in_vain_is_passed_over(menu: Menu) -> None:
    item = menu.items[0].model_copy(update={"modifier_groups": ("gone", "toppings")})
    assert [group.id for group in menu.groups_of(item)] == ["toppings"]


def test_a_name_is_said_as_the_restaurant_says_it(bowls: Menu) -> None:
    pho, ramen = bowls.item("pho"), bowls.item("miso-ramen")
    assert pho is not None
    assert ramen is not None
    assert pho.spoken_name == "fuh"
    assert ramen.spoken_name == "Miso Ramen"


def test_the_digest_names_the_content_and_not_the_label(menu: Menu) -> None:
    assert menu.model_copy(update={"version": "other"}).digest == menu.digest
    assert menu.model_copy(update={"items": menu.items[1:]}).digest != menu.digest
    assert Menu.model_validate_json(menu.model_dump_json()) == menu
    assert Menu.model_validate_json(menu.model_dump_json()).digest == menu.digest


def test_a_menu_is_priced_when_every_variation_is(menu: Menu) -> None:
    assert menu.priced
    item = menu.items[0]
    free = item.model_copy(update={"variations": tuple(v.model_copy(update={"price": None}) for v in item.variations)})
    assert not menu.model_copy(update={"items": (free,)}).priced


def test_an_options_price_may_depend_on_the_variation() -> None:
    flat = ModifierOption(id="a", name="a", price=50)
    by_size = ModifierOption(id="a", name="a", price={"small": 100, "large": 150})
    assert (flat.price_for("small"), flat.price_for("large")) == (50, 50)
    assert (by_size.price_for("small"), by_size.price_for("large"), by_size.price_for("huge")) == (100, 150, 0)


def test_defaults_are_what_an_item_comes_with(bowls: Menu) -> None:
    group = bowls.group("herbs")
    assert group is not None
    assert [option.id for option in group.defaults] == ["cilantro", "thai-basil", "lime"]


@pytest.mark.parametrize("price", [9.5, "900", True, -1, 10**9])
def test_a_price_is_a_whole_number_of_cents(price: object) -> None:
    with pytest.raises(ValidationError):
        ModifierOption.model_validate({"id": "a", "name": "a", "price": price})


def test_nothing_on_a_menu_can_be_changed_or_misspelt(menu: Menu) -> None:
    with pytest.raises(ValidationError):
        menu.items[0].name = "Free Pizza"
    with pytest.raises(ValidationError):
        Dimension.model_validate({"id": "a", "name": "a", "option": []})
    with pytest.raises(ValidationError):
        Item.model_validate({"id": "a b", "category": "c", "name": "x", "variations": [], "tax": "t"})
