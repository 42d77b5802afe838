from gateway.orders.menu import Menu
from gateway.orders.missing import chosen, missing, missing_from_customer, missing_from_lines
from gateway.orders.order import Fulfilment, Line, Modifier, Order, open_order


def of(menu: Menu, *lines: Line) -> Order:
    return open_order("o", "r", menu_digest=menu.digest).model_copy(update={"lines": lines})


def test_size_and_sauce_of_the_wings_are_asked_then_whose_order_it_is(menu: Menu) -> None:
    gaps = missing(of(menu, Line(id="L1", item_id="wings")), menu)
    assert [(gap.line_id, gap.what, gap.choices) for gap in gaps] == [
        ("L1", "pieces", ("6", "12")),
        ("L1", "sauce", ("bbq", "hot", "garlic")),
        (None, "name", ()),
        (None, "fulfilment", ("pickup", "delivery")),
    ]
    assert [gap.say for gap in gaps] == [
        "Which size for the Wings: 6 piece or 12 piece?",
        "Which sauce for the Wings: BBQ, Hot or Garlic?",
        "What name is the order for?",
        "Is it for pickup or delivery?",
    ]


def test_the_same_in_spanish(menu: Menu) -> None:
    gaps = missing(of(menu, Line(id="L1", item_id="wings", variation_id="6")), menu, ("pickup",), "es")
    assert [gap.say for gap in gaps] == [
        "¿Qué sauce para Wings: BBQ, Hot o Garlic?",
        "¿A nombre de quién es el pedido?",
        "¿Es para recoger?",
    ]


def test_a_complete_order_lacks_nothing(menu: Menu) -> None:
    sauce = (Modifier(group="sauce", option="hot"),)
    order = of(menu, Line(id="L1", item_id="wings", variation_id="6", modifiers=sauce))
    assert missing_from_lines(order, menu) == ()
    done = order.model_copy(update={"customer_name": "Ana", "fulfilment": Fulfilment(kind="pickup")})
    assert missing(done, menu) == ()


def test_a_delivery_needs_an_address(menu: Menu) -> None:
    named = of(menu).model_copy(update={"customer_name": "Ana", "fulfilment": Fulfilment(kind="delivery")})
    assert [gap.what for gap in missing_from_customer(named)] == ["address"]
    known = named.model_copy(update={"fulfilment": Fulfilment(kind="delivery", address="1 Main Street")})
    assert missing_from_customer(known) == ()


def test_only_sizes_that_are_still_to_be_had_are_offered(bowls: Menu) -> None:
    tofu = (Modifier(group="protein", option="tofu"),)
    king = Line(id="L1", item_id="house-noodles", options={"bowl": "king"}, modifiers=tofu)
    assert [(gap.what, gap.choices) for gap in missing_from_lines(of(bowls, king), bowls)] == [
        ("noodle", ("wheat", "rice"))
    ]
    glass = king.model_copy(update={"options": {"noodle": "glass"}})
    assert missing_from_lines(of(bowls, glass), bowls) == ()


def test_a_line_that_the_menu_lost_asks_for_nothing(menu: Menu) -> None:
    assert missing_from_lines(of(menu, Line(id="L1", item_id="lasagna")), menu) == ()


def test_several_choices_are_asked_for_with_their_number(menu: Menu) -> None:
    sauces = menu.modifier_groups[1].model_copy(update={"min": 2, "max": 3})
    platter = menu.model_copy(update={"modifier_groups": (menu.modifier_groups[0], sauces)})
    line = Line(id="L1", item_id="wings", variation_id="6")
    assert missing_from_lines(of(platter, line), platter)[0].say == (
        "Please choose 2 for the Wings (sauce): BBQ, Hot or Garlic."
    )


def test_portions_of_a_group_count_what_comes_with_the_item(bowls: Menu) -> None:
    herbs, spice = bowls.group("herbs"), bowls.group("spice")
    assert herbs is not None
    assert spice is not None
    assert chosen(herbs, ()) == 3
    assert chosen(herbs, [Modifier(group="herbs", option="lime", action="no")]) == 2
    assert chosen(herbs, [Modifier(group="herbs", option="lime", action="extra")]) == 3
    assert chosen(spice, [Modifier(group="spice", option="very-spicy")]) == 1
    assert chosen(spice, [Modifier(group="herbs", option="lime")]) == 1
    assert chosen(spice, ()) == 1
