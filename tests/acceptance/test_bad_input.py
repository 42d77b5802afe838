"""What no peer should send, on both sockets in the middle of calls: counted, these calls and the others unharmed."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from picows import WSMsgType
from structlog.testing import capture_logs

from gateway.local.faults import Faults
from gateway.local.phone import conversation
from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from gateway.twilio.protocol import MAX_MESSAGE
from tests.acceptance.judge import Ordered, judge_call, lines, the_order
from tests.stage import Stage, open_stage

COKE = ["A Coke, please. That's all.", "Ana, pickup.", "Yes."]
THE_COKE = Ordered(1, "coke", "regular", (), 300)


def frame(payload: object, **changes: object) -> dict[str, object]:
    """A media message, well-formed but for what is changed."""
    return {"event": "media", "media": {"track": "inbound", "timestamp": "1", "payload": payload}} | changes


def nonsense(stream_sid: str) -> list[str]:
    """Text messages that Twilio never sends; the stream is this one unless that is what is wrong."""
    ours: dict[str, object] = {"streamSid": stream_sid}
    second = {"streamSid": stream_sid, "callSid": "CA1", "tracks": ["inbound"], "customParameters": {}}
    messages: list[object] = [
        *([], {}, 7, None, {"event": 7}, {"event": "media"} | ours, {"event": "mark"} | ours, {"event": "dtmf"} | ours),
        {"event": "media"} | ours | {"media": "AAAA"},
        frame("%%%%") | ours,
        frame("AAA") | ours,
        frame("") | ours,
        frame(17) | ours,
        frame("f39/fw==", streamSid="MZ-of-another-call"),
        frame("f39/fw==") | ours | {"media": {"track": "outbound", "timestamp": "1", "payload": "f39/"}},
        frame("f39/fw==") | ours | {"media": {"track": "inbound", "timestamp": "soon", "payload": "f39/"}},
        frame("f39/fw==") | ours | {"media": {"track": "inbound", "timestamp": "-9" * 20, "payload": "f39/"}},
        {"event": "start", "start": second} | ours,
        {"event": "start", "start": {}} | ours,
        {"event": "start", "start": second | {"streamSid": "MZ2", "callSid": "CA-of-another-call"}} | ours,
        {"event": "mark", "mark": {"name": "9-9"}} | ours,
        {"event": "mark", "mark": {"name": "not one of ours"}} | ours,
        {"event": "dtmf", "dtmf": {"digit": "A"}} | ours,
        {"event": "dtmf", "dtmf": {"digit": ""}} | ours,
        {"event": "stop", "streamSid": "MZ-of-another-call"},
        {"event": "thought"} | ours,
        {"event": "connected", "protocol": "Call", "version": "9"},
    ]
    return [
        "",
        "{",
        '"',
        '{"event":"media"',
        "\N{GRINNING FACE}",
        "[" * 500,
        *(json.dumps(message) for message in messages),
    ]


async def with_interjections(line: Line) -> None:
    """An order of a Coke, with all that nonsense before every line."""
    for text in COKE:
        await line.listen_until_quiet(400)
        stream = line.stream
        assert stream is not None
        assert stream._transport is not None
        for message in nonsense(stream.record.stream_sid):
            stream._transport.send(WSMsgType.TEXT, message)
        stream._transport.send(WSMsgType.BINARY, b"\x00\xff\x7f")
        await line.say(text)
    await line.wait_over(20)


async def test_nonsense_on_the_media_socket_is_counted_and_harms_nobody(stage: Stage) -> None:
    with capture_logs() as logs:
        bad, good = await asyncio.gather(
            stage.phone().call(with_interjections),
            stage.phone(from_number="+15557670001").call(conversation(COKE, quiet_ms=400)),
        )
        for record in (bad, good):
            assert lines(await the_order(stage, record)) == [THE_COKE]
            await judge_call(stage, record)
    ignored = ignored_of(logs, bad)
    rounds = len(COKE)
    assert ignored["binary"] == rounds
    assert ignored["other stream"] >= 2 * rounds
    assert ignored["second start"] >= rounds
    assert ignored["malformed"] >= 8 * rounds
    assert ignored["unknown event"] >= rounds
    assert ignored["bad base64"] >= rounds
    assert "malformed" not in ignored_of(logs, good)


async def in_bursts(line: Line) -> None:
    """An order of a Coke over a network that lets half a second of frames through at a time."""
    await line.wait_connected()
    stream = line.stream
    assert stream is not None
    send, kept = stream._send, []

    def hold_back(message: str) -> None:
        kept.append(message)
        if len(kept) >= 25:
            while kept:
                send(kept.pop(0))

    stream._send = hold_back  # type: ignore[method-assign]  # the line's network, not a class of the gateway
    await conversation(COKE, quiet_ms=600)(line)


async def test_a_message_without_measure_costs_the_leg_alone_and_audio_in_bursts_nothing(stage: Stage) -> None:
    async def talk(line: Line) -> None:
        await line.listen_until_quiet(400)
        await line.say("A large margherita and a Sprite.")
        await line.listen_until_quiet(400)
        assert line.stream is not None
        assert line.stream._transport is not None
        line.stream._transport.send(WSMsgType.TEXT, "x" * (2 * MAX_MESSAGE))
        await line.wait_connected(2)
        await line.wait_heard("cut off")
        await conversation(["That's all.", "Ana, pickup.", "Yes."], quiet_ms=400)(line)

    big, good = await asyncio.gather(
        stage.phone().call(talk),
        stage.phone(from_number="+15557670002").call(in_bursts),
    )
    assert [line.item for line in lines(await the_order(stage, big))] == ["margherita", "sprite"]
    assert lines(await the_order(stage, good)) == [THE_COKE]
    await judge_call(stage, big, legs=2)
    await judge_call(stage, good)
    assert (len(big.streams), len(good.streams)) == (2, 1)


async def test_nonsense_from_the_model_is_counted_and_harms_nobody(valkey_url: str) -> None:
    faults = Faults(garbage=("malformed", "unknown", "beta", "binary", "duplicate"), garbage_every=7)
    events = [
        {"type": "response.output_audio.delta", "response_id": "resp_gone", "item_id": "item_gone", "delta": "AAAA"},
        {"type": "response.output_audio.delta", "item_id": "item_gone", "content_index": 0, "delta": "%%%"},
        {"type": "response.output_audio.done", "response_id": "resp_gone", "item_id": "item_gone"},
        {"type": "response.output_audio_transcript.done", "item_id": "item_gone", "transcript": "Nobody said this."},
        {"type": "response.done", "response": {"id": "resp_gone", "status": "completed", "output": []}},
        {"type": "response.done"},
        {"type": "response.created", "response": {"id": 7}},
        {"type": "conversation.item.input_audio_transcription.completed", "item_id": "item_gone", "transcript": ""},
        {"type": "input_audio_buffer.speech_stopped", "item_id": "item_gone"},
        {"type": "error", "error": {"type": "invalid_request_error", "code": "item_truncate_invalid_item_id"}},
        {"type": "error"},
        {"type": 7},
        {},
    ]
    async with open_stage(valkey_url, faults=faults) as stage:
        stage.garbled = True

        async def inject() -> None:
            for _ in range(20):
                await asyncio.sleep(0.25)
                for event in events:
                    stage.model.inject(json.dumps(event).encode())

        with capture_logs() as logs:
            injecting = asyncio.create_task(inject())
            records = await asyncio.gather(
                *(stage.phone(from_number=f"+1555767010{n}").call(conversation(COKE, quiet_ms=500)) for n in range(3))
            )
            await injecting
            for record in records:
                assert lines(await the_order(stage, record)) == [THE_COKE]
                call = await judge_call(stage, record)
                assert "Nobody said this." not in [turn.text for turn in call.turns]
        for record in records:
            ignored = ignored_of(logs, record)
            assert ignored["malformed"] >= 10
            assert ignored["unknown type"] >= 2
        assert stage.pos.requests == len(records)


def ignored_of(logs: Sequence[Mapping[str, Any]], record: CallRecord) -> Counter[str]:
    """What a call's legs counted and passed over, by reason, as the log tells it."""
    total: Counter[str] = Counter()
    for entry in logs:
        if entry.get("event") == "leg_ended" and entry.get("call_id") == record.call_sid:
            total.update(entry["ignored"])
    return total
