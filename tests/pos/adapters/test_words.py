"""Choices as trees, and their words."""

from gateway.pos.adapters.words import alert, flat, nested
from gateway.pos.order_message import Choice, Reference
from tests.orders.osteria import chose
from tests.pos.adapters.orders import asap, everything, message_of, with_ids


def choice(name: str, opened_by: str | None = None) -> Choice:
    reference = Reference(ref=name, name=name)
    return Choice(group=reference, option=reference, action="add", placement="whole", quantity=1, opened_by=opened_by)


def test_choices_stand_below_the_one_that_opened_them_in_whatever_order_they_came() -> None:
    [salad] = nested([choice("dill", "ranch/ranch"), choice("ranch", "salad/salad"), choice("salad")])
    [ranch] = salad.opened
    assert [node.choice.option.ref for node in (salad, ranch, *ranch.opened)] == ["salad", "ranch", "dill"]


def test_choices_that_open_each_other_or_whose_opener_is_not_there_are_not_lost() -> None:
    made = [choice("a", "b/b"), choice("b", "a/a"), choice("c", "gone/gone"), choice("d"), choice("d")]
    assert sorted(one.option.ref for one in flat(nested(made))) == ["a", "b", "c", "d", "d"]


def test_the_allergies_of_a_message_without_an_alert_are_one() -> None:
    data = message_of(everything(), with_ids()).data
    assert alert(data.model_copy(update={"allergy_alert": None})) == "PEANUTS"
    assert alert(message_of(asap(), with_ids()).data) is None


def test_the_message_says_what_opened_a_choice() -> None:
    chicken = message_of(everything(), with_ids()).data.lines[1]
    assert {made.option.ref: made.opened_by for made in chicken.modifiers} == {
        "dill": "dressing/vinaigrette",
        "vinaigrette": "side/salad",
        "salad": None,
    }
    strays = (
        chose("dressing", "ranch"),
        chose("side", "salad", action="no"),
        chose("gone", "gone"),
        chose("side", "gone"),
    )
    line = everything().lines[1].model_copy(update={"modifiers": strays})
    [lost] = message_of(asap(line), with_ids()).data.lines
    assert [made.opened_by for made in lost.modifiers] == [None] * 4
