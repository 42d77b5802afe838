"""Scenario 2: the caller cuts in, and is not cut off by a mere "mm-hm" of his own.

The caller's voice is at the pace of speech here: what is no longer than a cough does not interrupt.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from gateway.audio import g711
from gateway.brain.mind import Said
from gateway.local import tonecode
from gateway.local.phone_line import CallOver, Line
from gateway.local.phone_setup import tone_voice
from tests.acceptance.judge import Ordered, judge_call, lines, the_order, written
from tests.scenarios.house import ALWAYS_OPEN
from tests.stage import Stage, open_stage

CONFIRMED_S = 0.5
"""Voice that makes a barge-in; less is a sound of listening."""
MENU = "Pizzas: Margherita"
ALL_OF_IT = re.compile(r"Pizzas: .* Sauce: BBQ, Hot or Garlic\.")


def listening(ms: int = 300) -> bytes:
    """A short "mm-hm"."""
    return g711.encode(tonecode.encode("Mm-hm.", g711.RATE, min_ms=ms))


def cut_in(order: str) -> Callable[[Line], Awaitable[None]]:
    """A caller who orders into the menu that is read out, and says "mm-hm" to the read-back."""

    async def script(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("What do you have?")
        await line.interrupt_when(1500, MENU)
        await line.say(order)
        await line.listen_until_quiet(400)
        await line.say("That's all.")
        await line.listen_until_quiet(400)
        await line.say("Ana, pickup.")
        await line.interrupt_when(300, "One large")  # the read-back
        await line.say(listening())
        await line.listen_until_quiet(400)
        await line.say("Yes.")
        await line.wait_over()

    return script


async def test_the_caller_cuts_in_and_the_model_remembers_what_was_heard(stage: Stage) -> None:
    record = await stage.phone(voice=tone_voice(60)).call(cut_in("Just a large pepperoni."))
    order = await the_order(stage, record)
    assert lines(order) == [Ordered(1, "pepperoni", "large", (), 1650)]
    assert (order["customer"]["name"], order["totals"]["total"]) == ("Ana", 1786)
    call = await judge_call(stage, record)

    _, pepperoni, _, _, mm_hm, _ = record.utterances
    assert pepperoni.interrupted
    silent_at = next(span.end for span in record.spoken if span.start < pepperoni.start < span.end)
    assert silent_at - pepperoni.start <= CONFIRMED_S + 0.25
    assert mm_hm.interrupted
    assert mm_hm.stopped_s is None
    assert record.streams[0].clears_received == 1

    # What was said and not heard is not in the model's memory, nor in the transcript.
    (truncated,) = stage.model.told("conversation.item.truncate")
    menu = next(heard for heard in record.heard if MENU in heard.text)
    played_ms = (silent_at - menu.at) * 1000
    assert 0 < truncated["audio_end_ms"] <= played_ms + 40, "no more than was played, to the frame"
    assert truncated["audio_end_ms"] >= played_ms - 120
    remembered = next(
        entry.text
        for entry in stage.model.prompts[-1].history
        if isinstance(entry, Said) and entry.item_id == truncated["item_id"]
    )
    assert MENU in remembered
    assert not ALL_OF_IT.search(remembered)
    assert not any(ALL_OF_IT.search(turn.heard_text) for turn in call.turns)

    # The sound of listening left no trace.
    (deleted,) = stage.model.told("conversation.item.delete")
    assert deleted["item_id"] not in {entry.item_id for entry in stage.model.prompts[-1].history}
    assert "Mm-hm." not in [text for _, text in written(call)]
    assert record.underruns == 0, "playback went on without a gap"


async def test_the_caller_cuts_in_with_a_half(valkey_url: str) -> None:
    async with open_stage(valkey_url, house=ALWAYS_OPEN) as stage:
        record = await stage.phone(voice=tone_voice(60)).call(cut_in("just a pepperoni large, half with jalapeno"))
        order = await the_order(stage, record)
        assert lines(order) == [Ordered(1, "pepperoni", "large", ("jalapeno",), 1750)]
        (choice,) = order["lines"][0]["modifiers"]
        assert choice["placement"] in ("left", "right"), "on one half only"
        assert (order["customer"]["name"], order["totals"]["total"]) == ("Ana", 1894)
        await judge_call(stage, record)
        assert stage.sent(record.call_sid) == [order]
        half = record.utterances[1]
        silent_at = next(span.end for span in record.spoken if span.start < half.start < span.end)
        assert silent_at - half.start <= CONFIRMED_S + 0.25
        assert record.streams[0].clears_received == 1, "and the mm-hm interrupted nothing"


async def test_a_yes_over_the_read_back_is_heard_and_hanging_up_while_the_agent_speaks_is_no_fault(
    stage: Stage,
) -> None:
    async def eager(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A Coke, please. That's all.")
        await line.listen_until_quiet(400)
        await line.say("Ana, pickup.")
        await line.interrupt_when(900, "that right")
        await line.say("Yes.")
        await line.wait_over()

    async def leave(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("What do you have?")
        await line.interrupt_when(1000, MENU)
        line.hang_up()
        try:
            await line.wait_over()
        except CallOver:
            return

    ordered, left = await asyncio.gather(stage.phone().call(eager), stage.phone(from_number="+15557650002").call(leave))
    assert lines(await the_order(stage, ordered)) == [Ordered(1, "coke", "regular", (), 300)]
    assert ordered.streams[0].clears_received == 0
    await judge_call(stage, ordered)
    await judge_call(stage, left)
    assert stage.sent(left.call_sid) == []
