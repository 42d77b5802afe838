"""Scenario 1: corrections. The order exactly as meant, read back, confirmed, and told to the POS once."""

import asyncio

from gateway.local.phone import conversation
from gateway.local.phone_record import CallRecord
from tests.acceptance.judge import Ordered, judge_call, lines, spoken, the_order, written
from tests.stage import ANA, Stage

OPENING = [
    "Two large margheritas... no, make that one large and one small, and mushrooms on the small.",
    "Wings.",
    "Twelve, garlic. Actually take the mushrooms off.",
]
QUESTION = "Got it. For the Wings: which size, 6 piece or 12 piece; and sauce, BBQ, Hot or Garlic?"
TALKS = {ANA: [*OPENING, "Yes. Ana, pickup."], "+15557650001": [*OPENING, "Yes.", "Ana, pickup.", "Yes."]}


async def test_an_order_with_corrections_reaches_the_pos_once(stage: Stage) -> None:
    async def ring(number: str) -> CallRecord:
        return await stage.phone(from_number=number).call(conversation(TALKS[number], quiet_ms=400))

    records = dict(zip(TALKS, await asyncio.gather(*(ring(number) for number in TALKS)), strict=True))
    for number, record in records.items():
        order = await the_order(stage, record)
        assert lines(order) == [
            Ordered(1, "margherita", "large", (), 1450),
            Ordered(1, "margherita", "small", (), 900),
            Ordered(1, "wings", "12", ("garlic",), 1400),
        ]
        assert (order["totals"]["subtotal"], order["totals"]["tax"], order["totals"]["total"]) == (3750, 309, 4059)
        assert order["customer"] == {"name": "Ana", "phone": number}
        assert order["fulfilment"]["kind"] == "pickup"
        assert order["restaurant"]["ref"] == "casa-verde"
        assert [leg["leg"] for leg in order["call"]["legs"]] == [1]
        call = await judge_call(stage, record)
        assert record.ended_by == "gateway"
        assert written(call) == spoken(record)
        questions = [heard.text for heard in record.heard if "12 piece or" in heard.text or "which size" in heard.text]
        assert questions == [QUESTION], "size and sauce are asked for once, together"
        assert record.underruns <= 2, "a busy machine may be late once; a pacing mistake always is"
        assert stage.sent(record.call_sid) == [order]
    assert (stage.pos.requests, stage.pos.refused) == (2, 0)
    assert len(stage.model.connections) <= 2 + stage.settings.pool_size
