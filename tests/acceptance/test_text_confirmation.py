"""A caller agrees to a text message: the placed order is confirmed to them once, and the log holds their words."""

from collections.abc import Sequence

import pytest

from gateway.brain.mind import Answered, CallTools, Prompt, Said, Say, Step, ToolRequest
from gateway.events import TextAgreed, TextQueued
from gateway.local.phone import conversation
from gateway.local.twilio_api import TwilioApi
from gateway.orders.contact_settings import SmsSettings
from tests.acceptance.judge import judge_call
from tests.stage import ANA, TWILIO_TOKEN, AttentiveBrain, casa_verde, open_stage

ACCOUNT = "AC" + "1" * 32
SENDER = "+15550100000"


class TextingBrain(AttentiveBrain):
    """The brain, which also understands that a caller wants the order as a text message."""

    def decide(self, prompt: Prompt) -> Sequence[Step]:
        last = prompt.history[-1] if prompt.history else None
        if isinstance(last, Said) and last.role == "user" and "text message" in last.text:
            self._prompts.append(prompt)
            return [CallTools((ToolRequest("text_order", {"agreed": True}),))]
        if isinstance(last, Answered) and "text message goes out" in last.output:
            return [Say("I will. Anything else?")]
        return super().decide(prompt)


async def test_a_caller_who_agrees_gets_the_placed_order_as_one_text(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.stage.AttentiveBrain", TextingBrain)
    house = casa_verde().model_copy(update={"sms": SmsSettings.model_validate({"from": SENDER})})
    async with TwilioApi(ACCOUNT, TWILIO_TOKEN) as api:
        account = {"twilio_account_sid": ACCOUNT, "twilio_api_url": api.url}
        async with open_stage(valkey_url, house=house, **account) as stage:
            said = ["A Coke, please.", "Yes, send me a text message.", "That's all.", "Ana, pickup.", "Yes."]
            record = await stage.phone(from_number=ANA).call(conversation(said, quiet_ms=400))
            await api.wait_for(messages=1)
            call = await judge_call(stage, record)
            events = await stage.events(record.call_sid)
        (message,) = api.messages
        (agreed,) = [event for event in events if isinstance(event, TextAgreed)]
        assert agreed.agreed
        assert "text message" in agreed.words
        assert [event.order_id for event in events if isinstance(event, TextQueued)] == [f"order-{record.call_sid}"]
        assert (message.form["To"], message.form["From"]) == (ANA, SENDER)
        assert message.form["Body"].splitlines()[1] == "One Coke"
        assert call.texts.owed is None
