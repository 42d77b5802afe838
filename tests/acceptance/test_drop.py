"""Scenario 3: the line drops, the caller rings again, the old leg stays half open. One order, one webhook."""

import asyncio
import re

import httpx2

from gateway.events import CallStarted
from gateway.local.phone import conversation
from gateway.local.phone_line import Line, Script
from gateway.local.phone_record import CallRecord
from gateway.local.phone_webhook import sign
from tests.acceptance.judge import Ordered, heard_by_caller, judge_call, lines, the_order
from tests.stage import ANA, TWILIO_TOKEN, Stage

MARGHERITA = Ordered(1, "margherita", "large", (), 1450)
SPRITE = Ordered(1, "sprite", "regular", (), 300)
COKE = Ordered(1, "coke", "regular", (), 300)
STRANGER = "+15557659999"
SECRETS = re.compile("margherita|sprite|held|still have|welcome back", re.IGNORECASE)


def two_items_then(lose: str, rest: list[str]) -> Script:
    """Orders two things, loses the stream in the way named, and goes on with the rest on the next one."""

    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A large margherita and a Sprite.")
        await line.listen_until_quiet(400)
        line.freeze_socket() if lose == "freeze" else line.drop_socket()
        await line.wait_connected(2)
        await line.wait_heard("cut off")
        await conversation(rest, quiet_ms=400)(line)

    return talk


async def leave_without_goodbye(line: Line) -> None:
    """Orders two things; then the call is gone, without a `stop`."""
    await line.listen_until_quiet(400)
    await line.say("A large margherita and a Sprite.")
    await line.listen_until_quiet(400)
    line.drop_socket(hang_up=True)
    await line.wait_over()


async def test_a_call_goes_on_in_a_second_leg_however_the_first_was_lost(stage: Stage) -> None:
    rest = ["That's all.", "Ana, pickup.", "Yes."]

    async def ring(number: int, lose: str, after_action: str) -> CallRecord:
        phone = stage.phone(from_number=f"+1555765000{number}", after_action=after_action)
        return await phone.call(two_items_then(lose, rest))

    records = await asyncio.gather(
        ring(1, "drop", "action"),
        ring(2, "drop", "next_verb"),
        ring(3, "freeze", "action"),
        ring(4, "freeze", "next_verb"),
    )
    for record in records:
        assert lines(order := await the_order(stage, record)) == [MARGHERITA, SPRITE]
        assert [leg["leg"] for leg in order["call"]["legs"]] == [1, 2]
        assert heard_by_caller(record).count(stage.restaurant.disclosure) == 1
        assert "still have your order" in heard_by_caller(record)
        call = await judge_call(stage, record, legs=2)
        assert len(call.legs_lost) == 1
        assert len(record.streams) == 2
    assert stage.pos.requests == len(records)


async def test_the_same_number_is_offered_its_order_and_nobody_else_learns_of_it(stage: Stage) -> None:
    first = await stage.phone().call(leave_without_goodbye)
    assert (await judge_call(stage, first)).hung_up
    again, other = await asyncio.gather(
        stage.phone().call(conversation(["Yes, and a Coke.", "That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)),
        stage.phone(from_number=STRANGER).call(
            conversation(["A Coke, please. That's all.", "Eve, pickup.", "Yes."], quiet_ms=400)
        ),
    )

    # One order over two calls; the number that left it is asked for it, and placed it is no longer held.
    assert "still have your order: one large Margherita; one Sprite" in heard_by_caller(again)
    order = await the_order(stage, again)
    assert lines(order) == [MARGHERITA, SPRITE, COKE]
    assert (order["order_ref"], order["customer"]["phone"]) == (f"order-{first.call_sid}", ANA)
    assert stage.sent(first.call_sid) == []
    await judge_call(stage, again)

    # Another number hears nothing of it, its model is told nothing of it, its TwiML carries nothing of it.
    assert lines(await the_order(stage, other)) == [COKE]
    assert not SECRETS.search(heard_by_caller(other))
    await judge_call(stage, other)
    (begun,) = [event for event in await stage.events(other.call_sid) if isinstance(event, CallStarted)]
    assert begun.held_order is None
    document = await voice_document(stage, STRANGER)
    assert "<Stream" in document
    assert not SECRETS.search(document)
    assert ANA not in document
    assert stage.pos.requests == 2
    assert await stage.keys("*:held:*") == []


async def test_after_its_window_a_held_order_is_gone(stage: Stage) -> None:
    await stage.phone().call(leave_without_goodbye)
    (held,) = await stage.keys("*:held:*")
    assert ANA not in held
    left_ms = await stage.store.connection.command("PTTL", held)
    assert 14.5 * 60_000 < int(str(left_ms)) <= 15 * 60_000
    await stage.store.connection.command("PEXPIRE", held, 1)

    async def order_anew(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A Coke, please.")
        await line.listen_until_quiet(400)

    record = await stage.phone().call(order_anew)
    assert not SECRETS.search(heard_by_caller(record))
    call = await judge_call(stage, record)
    assert call.order is not None
    assert [line.item_id for line in call.order.lines] == ["coke"]


async def test_a_leg_that_dies_at_the_confirm_does_not_order_twice(stage: Stage) -> None:
    """The stream breaks at every moment between the caller's "yes" and the goodbye."""

    def dying(after_s: float) -> Script:
        async def talk(line: Line) -> None:
            await conversation_until_read_back(line)
            await line.say("Yes.")
            await line.pause(after_s)
            line.drop_socket()
            await line.wait_connected(2)
            while "Goodbye" not in (said := " ".join(heard.text for heard in await line.listen_until_quiet(400))):
                await line.say("Yes." if "yes or no" in said or "right?" in said else "That's all.")
            await line.wait_over()

        return talk

    async def conversation_until_read_back(line: Line) -> None:
        for text in ("A Coke, please. That's all.", "Ana, pickup."):
            await line.listen_until_quiet(400)
            await line.say(text)
        await line.listen_until_quiet(400)

    moments = [0.25 + 0.03 * step for step in range(8)]
    records = await asyncio.gather(
        *(stage.phone(from_number=f"+155576502{n:02}").call(dying(at)) for n, at in enumerate(moments))
    )
    for record in records:
        assert lines(await the_order(stage, record)) == [COKE]
        await judge_call(stage, record, legs=2)
        assert len(stage.sent(record.call_sid)) == 1
    assert (stage.pos.requests, stage.pos.duplicates) == (len(moments), 0)


async def voice_document(stage: Stage, number: str) -> str:
    """The TwiML that a caller's number is answered with."""
    url = f"{stage.url}/twiml/voice"
    form = {"CallSid": "CA" + "9" * 32, "From": number, "To": stage.restaurant.numbers[0], "CallStatus": "ringing"}
    async with httpx2.AsyncClient() as client:
        answer = await client.post(url, data=form, headers={"x-twilio-signature": sign(TWILIO_TOKEN, url, form)})
    assert answer.status_code == 200
    return answer.text


async def test_a_caller_who_asks_what_was_in_it_is_told_and_may_go_on(stage: Stage) -> None:
    first = await stage.phone().call(leave_without_goodbye)
    again = await stage.phone().call(
        conversation(["What did I have?", "Yes.", "That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)
    )
    told = [heard.text for heard in again.heard if "one large Margherita; one Sprite" in heard.text]
    assert len(told) >= 2, "with the offer, and when asked"
    order = await the_order(stage, again)
    assert lines(order) == [MARGHERITA, SPRITE]
    assert order["order_ref"] == f"order-{first.call_sid}"
    await judge_call(stage, again)


async def test_a_declined_order_is_forgotten(stage: Stage) -> None:
    await stage.phone().call(leave_without_goodbye)
    again = await stage.phone().call(
        conversation(["No.", "A Coke, please. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)
    )
    assert lines(await the_order(stage, again)) == [COKE]
    await judge_call(stage, again)
    assert await stage.keys("*:held:*") == []
    third = await stage.phone().call(
        conversation(["A Coke, please. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)
    )
    assert not SECRETS.search(heard_by_caller(third))
    assert stage.pos.requests == 2


async def test_withheld_numbers_hold_nothing_and_are_told_nothing(stage: Stage) -> None:
    await stage.phone(from_number="anonymous").call(leave_without_goodbye)
    assert await stage.keys("*:held:*") == []
    again = await stage.phone(from_number="anonymous").call(
        conversation(["A Coke, please. That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)
    )
    assert not SECRETS.search(heard_by_caller(again))
    assert lines(await the_order(stage, again)) == [COKE]


async def test_a_window_that_ends_during_the_call_takes_nothing_from_it(stage: Stage) -> None:
    await stage.phone().call(leave_without_goodbye)

    async def talk(line: Line) -> None:
        await line.wait_heard("still have your order")
        (held,) = await stage.keys("*:held:*")
        await stage.store.connection.command("DEL", held)  # as it expires
        for text in ("Yes.", "That's all.", "Ana, pickup.", "Yes."):
            await line.listen_until_quiet(400)
            await line.say(text)
        await line.wait_over()

    record = await stage.phone().call(talk)
    assert lines(await the_order(stage, record)) == [MARGHERITA, SPRITE]
    await judge_call(stage, record)


async def test_two_calls_of_one_number_at_once_place_the_held_order_once(stage: Stage) -> None:
    first = await stage.phone().call(leave_without_goodbye)
    placed = asyncio.Event()

    def talk(*, waits: bool) -> Script:
        async def script(line: Line) -> None:
            for text in ("Yes.", "That's all.", "Ana, pickup."):
                await line.listen_until_quiet(400)
                await line.say(text)
            await line.listen_until_quiet(400)
            if waits:
                await asyncio.wait_for(placed.wait(), 20)
            await line.say("Yes.")
            await line.wait_heard("placed")
            placed.set()
            if not waits:
                await line.wait_over()

        return script

    one, other = await asyncio.gather(stage.phone().call(talk(waits=False)), stage.phone().call(talk(waits=True)))
    assert lines(await the_order(stage, one)) == [MARGHERITA, SPRITE]
    for record in (one, other):
        assert "still have your order" in heard_by_caller(record)
        await judge_call(stage, record)
    assert (stage.pos.requests, len(stage.pos.orders)) == (1, 1)
    (order,) = stage.pos.orders
    assert order.data["order_ref"] == f"order-{first.call_sid}"
