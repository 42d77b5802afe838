from datetime import UTC, datetime

import pytest

from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Line, Modifier
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOut, SoldOutEntry
from gateway.orders.tooling.arguments import Refusal
from gateway.orders.tooling.offer_check import refuse_not_now
from gateway.orders.tooling.outcome import ToolContext
from tests.orders.tool_menu import DINER, diner

NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
COLA = Line(id="L1", item_id="cola", variation_id="big", quantity=2)


def check(casa_verde: Restaurant, line: Line, *out: str, old: Line | None = None, now: datetime = NOON) -> None:
    sold_out = SoldOut(tuple(SoldOutEntry(ref) for ref in out))
    offer = OnOffer(DINER, diner(casa_verde), ToolContext(now, sold_out=sold_out), None)
    refuse_not_now(offer, DINER, line, old)


def test_what_can_be_had_is_let_through(casa_verde: Restaurant) -> None:
    check(casa_verde, COLA, "lemonade", "ice/nothing")


def test_what_cannot_be_had_is_refused_with_what_can(casa_verde: Restaurant) -> None:
    with pytest.raises(Refusal) as caught:
        check(casa_verde, COLA, "cola")
    assert caught.value.message.startswith("We are out of Cola. There is Lemonade, ")
    assert caught.value.beside["alternatives"][0] == "lemonade"  # type: ignore[index]  # a list


def test_what_was_there_may_stay_or_become_less_but_not_more(casa_verde: Restaurant) -> None:
    check(casa_verde, COLA.model_copy(update={"quantity": 1}), "cola", old=COLA)
    for more in ({"quantity": 3}, {"item_id": "lemonade"}):
        with pytest.raises(Refusal):
            check(casa_verde, COLA.model_copy(update=more), "cola", "lemonade", old=COLA)


def test_all_that_cannot_be_had_is_said_at_once(casa_verde: Restaurant) -> None:
    pizza = Line(id="", item_id="farmhouse", modifiers=(Modifier(group="toppings", option="ham"),))
    with pytest.raises(
        Refusal, match=r"We are out of mozzarella. We are out of ham. Ask whether to make it without mozz"
    ):
        check(casa_verde, pizza, "toppings/ham", "toppings/mozzarella")


def test_what_is_for_another_time_can_be_scheduled(casa_verde: Restaurant) -> None:
    with pytest.raises(Refusal, match="Say that it can be scheduled"):
        check(casa_verde, Line(id="", item_id="lunch-deal"), now=NOON.replace(hour=23))


def test_a_line_that_the_menu_lost_falls_short_of_nothing(casa_verde: Restaurant) -> None:
    check(casa_verde, Line(id="", item_id="lost"), "cola")
