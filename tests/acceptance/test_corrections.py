"""Scenario 1: corrections. One order, exactly as meant, one webhook."""

from gateway.local.phone import conversation
from tests.acceptance.conftest import Stage


async def test_an_order_with_corrections_reaches_the_pos_once(stage: Stage) -> None:
    record = await stage.phone().call(
        conversation(
            [
                "Two large margheritas... no, make that one large and one small, and mushrooms on the small.",
                "Wings.",
                "Twelve, garlic. Actually take the mushrooms off.",
                "That's all.",
                "Ana, pickup.",
                "Yes.",
            ]
        )
    )
    order = (await stage.pos.wait_for(1))[0].data
    call = await stage.fold((await stage.call_ids())[0])

    lines = [(x["quantity"], x["item"]["ref"], x["variation"]["ref"], [m["option"]["ref"] for m in x["modifiers"]]) for x in order["lines"]]
    print(lines, record.violations, order)
    assert len(stage.pos.orders) == 1
