"""What the POS is told of whole calls besides orders: each message once, signed, and in the order in which it happened.

The receiver verifies every request with the package `standardwebhooks`; what does not hold is refused and counted.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from gateway.brain.brain import Brain
from gateway.brain.mind import CallTools, Prompt, Said, Step, ToolRequest
from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome
from gateway.orders.order import OrderState
from gateway.orders.pos_events import POS_EVENTS
from gateway.pos.call_message import MESSAGES
from tests.acceptance.judge import finished_log, judge_call
from tests.stage import ANA, POS_SECRET, Stage, open_stage

PERSON = "+15550100090"


def tries_everything(brain: Brain, prompt: Prompt) -> Sequence[Step]:
    """A model that takes "sushi" for a dish without having looked."""
    last = prompt.history[-1] if prompt.history else None
    if isinstance(last, Said) and last.role == "user" and "sushi" in last.text.lower():
        return (CallTools((ToolRequest("set_line", {"item_id": "sushi", "quantity": 1}),)),)
    return Brain.decide(brain, prompt)


async def sushi_then_a_person(line: Line) -> None:
    await line.listen_until_quiet(400)
    await line.say("I would like sushi.")
    await line.listen_until_quiet(400)
    await line.say("Can I speak to a person?")
    await line.wait_over()


async def nobody_there_so_a_message(line: Line) -> None:
    await line.listen_until_quiet(400)
    await line.say("A large pepperoni.")
    await line.listen_until_quiet(400)
    await line.say("Can I speak to a person?")
    await line.wait_connected(2)
    await line.wait_heard("nobody could come to the telephone")
    await line.listen_until_quiet(400)
    await line.say("Take a message: my pizza was cold, and call me back.")
    await line.wait_heard("I will pass that on")
    line.hang_up()


async def told(stage: Stage, record: CallRecord, last: str = "call.ended") -> dict[str, list[dict[str, Any]]]:
    """The data of what the POS was told of a call, by the type of message, once the last of it is there."""
    await finished_log(stage, record.call_sid)
    while last not in (found := of_call(stage, record)):
        await stage.pos.wait_for(len(stage.pos.orders) + 1)
    return found


def of_call(stage: Stage, record: CallRecord) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for got in stage.pos.orders:
        data: dict[str, Any] = dict(got.data)
        if data["call"]["ref"] == record.call_sid:
            MESSAGES[got.type].model_validate_json(got.body)
            found.setdefault(got.type, []).append(data)
    return found


async def test_a_person_takes_one_call_and_a_message_is_left_in_the_other(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.stage.AttentiveBrain.decide", tries_everything)
    async with open_stage(valkey_url, events=POS_EVENTS) as stage:
        taken, left = await asyncio.gather(
            stage.phone(dial={PERSON: DialOutcome("completed", 0.2, 0.5)}).call(sushi_then_a_person),
            stage.phone(dial={PERSON: DialOutcome("no-answer", 0.3)}).call(nobody_there_so_a_message),
        )
        one, other = await told(stage, taken), await told(stage, left)
        ids = [got.id for got in stage.pos.orders]
        assert (stage.pos.refused, stage.pos.duplicates, len(set(ids))) == (0, 0, len(ids))
        assert list(one) == ["call.started", "menu.unmatched", "handoff.requested", "call.transferred", "call.ended"]
        assert all(len(messages) == 1 for messages in one.values())
        (unmatched,) = one["menu.unmatched"]
        assert (unmatched["tool"], "sushi" in unmatched["reason"]) == ("set_line", True)
        assert one["call.transferred"][0]["reason"] == "the caller asked for a person"

        kinds = ["call.started", "handoff.requested", "alert.raised", "message.left", "call.ended"]
        assert list(other) == kinds
        assert [alert["kind"] for alert in other["alert.raised"]] == ["transfer_unanswered", "message"]
        (message,) = other["message.left"]
        assert (message["number"], message["order_summary"]) == (ANA, "one large Pepperoni")
        assert "my pizza was cold" in message["text"]
        (ended,) = other["call.ended"]
        assert (ended["order_ref"], ended["order_state"]) == (None, "draft")
        assert [len(other[kind]) for kind in kinds] == [1, 1, 2, 1, 1]
        assert ANA not in str(one), "a number goes out only where somebody asked to be rung back"


async def kitchen(stage: Stage, order_ref: str, **update: str) -> None:
    """The POS says how far an order is, as an integrator would: signed, to the inbound API."""
    body, now = json.dumps(update), datetime.now(UTC)
    message_id = f"{order_ref}-{update['status']}"
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(POS_SECRET).sign(message_id, now, body),
    }
    url = f"{stage.url}/pos/v1/restaurants/{stage.restaurant.id}/orders/{order_ref}/status"
    async with httpx2.AsyncClient() as client:
        answer = await client.post(url, content=body, headers=headers)
    assert (answer.status_code, answer.json()["changed"]) == (200, True)


def never_hangs_up(brain: Brain, prompt: Prompt) -> Sequence[Step]:
    """A model that says goodbye and waits for the caller to go."""
    steps = Brain.decide(brain, prompt)
    return [step for step in steps if not (isinstance(step, CallTools) and step.requests[0].name == "end_call")]


async def test_the_kitchen_rejects_the_order_and_the_caller_hears_why_and_gets_a_person(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.stage.AttentiveBrain.decide", never_hangs_up)
    async with open_stage(valkey_url, events=("order.confirmed", "order.status", "call.transferred")) as stage:

        async def talk(line: Line) -> None:
            for words in ("A large margherita. That's all.", "Ana, pickup.", "Yes."):
                await line.listen_until_quiet(400)
                await line.say(words)
            (confirmed, *_) = await stage.pos.wait_for(1)
            await kitchen(stage, str(confirmed.data["order_ref"]), status="rejected", reason="we are out of dough")
            await line.wait_heard("the kitchen cannot make your order: we are out of dough")
            await line.listen_until_quiet(400)
            await line.say("Yes, please.")
            await line.wait_over()

        record = await stage.phone(dial={PERSON: DialOutcome("completed", 0.2, 0.5)}).call(talk)
        call = await judge_call(stage, record)
        assert call.order is not None
        assert call.order.state is OrderState.REJECTED
        assert record.dialled[0].joined
        kinds = [got.type for got in await stage.pos.wait_for(3)]
        assert kinds[0] == "order.confirmed"
        assert sorted(kinds[1:]) == ["call.transferred", "order.status"], "the queues of order and call are two"
        assert (stage.pos.refused, stage.pos.duplicates) == (0, 0)
