"""The media socket: exact shapes, marks in real time, clear, refusals."""

import asyncio
import base64
import json

import pytest
from picows import WSListener, WSMsgType, ws_create_server
from twilio.request_validator import RequestValidator

from gateway.audio import g711
from gateway.local import phone_stream
from gateway.local.phone import Phone
from gateway.local.phone_setup import Faults, tone_voice

TOKEN = "a token of the tests"
HALF_SECOND = b"\x10" * 4000


async def run(gateway, agent, script=None, **options):
    """One call whose agent closes the stream when it is done."""

    async def stay(line):
        await line.wait_over()

    gateway.stream = agent
    if "/voice" not in gateway.documents:
        gateway.on("/voice", f'<Connect><Stream url="{gateway.ws}"/></Connect>')
    phone = Phone(voice_url=gateway.url(), auth_token=TOKEN, say_voice=tone_voice(), timeout_s=15, **options)
    return await phone.call(script or stay)


async def next_mark(media) -> tuple[str, float]:
    name = (await media.receive_until("mark"))["mark"]["name"]
    return name, asyncio.get_running_loop().time()


async def test_every_message_has_the_documented_shape(gateway):
    gateway.on(
        "/voice",
        f'<Connect><Stream url="{gateway.ws}"><Parameter name="tok" value="x y"/><Parameter name="leg" value="1"/>'
        "</Stream></Connect>",
    )

    async def caller(line):
        await line.wait_connected()
        await line.pause(0.1)
        line.press("5#")
        await line.pause(0.1)

    async def agent(media):
        await media.mark("r1.3")
        await media.rest()

    record = await run(gateway, agent, caller)
    (media,) = gateway.streams
    await media.last()
    call, stream, account = record.call_sid, record.streams[0].stream_sid, "AC" + "0" * 32
    assert (len(call), len(stream), call[:2], stream[:2]) == (34, 34, "CA", "MZ")
    connected, start, *others = media.received
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start == {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": stream,
        "start": {
            "accountSid": account,
            "streamSid": stream,
            "callSid": call,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"tok": "x y", "leg": "1"},
        },
    }
    assert [message["sequenceNumber"] for message in others] == [str(number) for number in range(2, len(others) + 2)]
    common = {"event", "sequenceNumber", "streamSid"}
    assert {frozenset(message) for message in others} == {
        frozenset(common | {event}) for event in ("media", "mark", "dtmf", "stop")
    }
    frame = media.of("media")[0]["media"]
    assert frame == {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "20",
        "payload": base64.b64encode(b"\xff" * 160).decode(),
    }
    assert [message["dtmf"] for message in media.of("dtmf")] == [
        {"track": "inbound_track", "digit": "5"},
        {"track": "inbound_track", "digit": "#"},
    ]
    assert media.of("mark")[0]["mark"] == {"name": "r1.3"}
    assert media.of("stop") == [others[-1]]
    assert others[-1]["stop"] == {"accountSid": account, "callSid": call}


async def test_the_handshake_is_signed_over_the_exact_url_under_a_lower_case_name(gateway):
    async def agent(media):
        pass

    await run(gateway, agent)
    (headers,) = gateway.handshakes
    assert RequestValidator(TOKEN).validate(gateway.ws, {}, headers["x-twilio-signature"])
    assert not RequestValidator(TOKEN).validate(gateway.ws + "/", {}, headers["x-twilio-signature"])


async def test_marks_come_back_when_what_stands_before_them_was_played(gateway):
    times: dict[str, float] = {}

    async def agent(media):
        times["empty sent"] = asyncio.get_running_loop().time()
        await media.mark("empty")
        name, times["empty"] = await next_mark(media)
        assert name == "empty"
        times["start"] = asyncio.get_running_loop().time()
        for name in ("first", "second"):
            await media.play(HALF_SECOND)
            await media.mark(name)
        for _ in range(2):
            name, at = await next_mark(media)
            times[name] = at

    record = await run(gateway, agent)
    assert times["empty"] - times["empty sent"] < 0.1
    assert times["first"] - times["start"] == pytest.approx(0.5, abs=0.06)
    assert times["second"] - times["start"] == pytest.approx(1.0, abs=0.06)
    assert record.violations == []
    assert len(record.agent_audio) / 8000 == pytest.approx(record.duration_s, abs=0.01)
    assert record.agent_audio.count(b"\x10") == 8000


async def test_clear_returns_all_pending_marks_at_once_and_stops_the_sound(gateway):
    times: list[float] = []
    names: list[str] = []

    async def agent(media):
        for name in ("1", "2", "3"):
            await media.play(HALF_SECOND)
            await media.mark(name)
        await asyncio.sleep(0.2)
        times.append(asyncio.get_running_loop().time())
        await media.send("clear")
        for _ in range(3):
            name, at = await next_mark(media)
            names.append(name)
            times.append(at)
        await media.play(b"\x20" * 800)
        await media.mark("after")
        assert (await next_mark(media))[0] == "after"

    record = await run(gateway, agent)
    assert names == ["1", "2", "3"]
    assert times[3] - times[0] < 0.1
    assert record.agent_audio.count(b"\x10") / 8000 == pytest.approx(0.2, abs=0.06)
    assert record.agent_audio.count(b"\x20") == 800
    assert record.streams[0].clears_received == 1


async def test_marks_can_be_withheld(gateway):
    async def agent(media):
        await media.mark("never")
        await media.receive_until("media")
        await media.receive_until("media")

    await run(gateway, agent, faults=Faults(stall_marks=True))
    assert gateway.streams[0].of("mark") == []


async def test_what_twilio_would_ignore_is_told_and_ignored(gateway):
    async def agent(media):
        sid, text = media.stream_sid, media.socket.send_text
        payload = base64.b64encode(HALF_SECOND).decode()
        await text("no json")
        await text("[]")
        await text('{"event":"play"}')
        await media.socket.send_bytes(b'{"event":"clear"}')
        await text(json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": payload}}))
        await text(json.dumps({"event": "media", "streamSid": sid, "media": {"payload": payload, "track": "outbound"}}))
        await text(json.dumps({"event": "media", "media": {"payload": payload}}))
        await text(json.dumps({"event": "media", "streamSid": sid, "media": {"payload": "a b"}}))
        await text(json.dumps({"event": "mark", "streamSid": sid, "mark": {"name": "m"}, "sequenceNumber": "1"}))
        await text(json.dumps({"event": "mark", "streamSid": sid, "mark": {"name": 7}}))
        await media.mark("end")
        await next_mark(media)

    record = await run(gateway, agent)
    assert [violation.code for violation in record.violations] == [31950, 31951, 31951, 31950, *[31951] * 6]
    assert record.streams[0].marks_received == 1
    assert record.streams[0].media_received == 0
    assert set(record.agent_audio) == {0xFF}


async def test_more_than_ten_minutes_are_thrown_away_with_a_warning(gateway):
    async def agent(media):
        for _ in range(11):
            await media.play(g711.silence(60_000))
        await media.send("clear")
        await media.mark("end")
        await next_mark(media)

    record = await run(gateway, agent)
    assert [violation.code for violation in record.violations] == [31931]


async def test_the_gateways_close_is_written_down(gateway):
    async def agent(media):
        await media.socket.close(1012)

    record = await run(gateway, agent)
    assert (record.streams[0].ended_by, record.streams[0].close_code) == ("gateway", 1012)
    assert [notice.code for notice in record.notices] == [31921]
    assert record.ended_by == "gateway"


@pytest.mark.parametrize(
    ("url", "code", "forbidden"),
    [
        ("https://voice.example.com/media", 31922, True),
        ("ws://voice.example.com/media", 31922, True),
        ("wss://voice.example.com/media?leg=1", 31920, True),
        ("ws://127.0.0.1:1/media", 31902, False),
        ("ws://127.0.0.1:99999/media", 31923, False),
        ("", 31922, True),
    ],
)
async def test_a_stream_that_cannot_be_opened_has_twilios_code(gateway, url, code, forbidden):
    gateway.on("/voice", f'<Connect><Stream url="{url}"/></Connect>')
    record = await run(gateway, None)
    told = record.violations if forbidden else record.notices
    assert [notice.code for notice in told] == [code]
    assert (record.streams, record.ended_by) == ([], "gateway")


async def test_a_refused_handshake_and_a_wrong_track_too(gateway):
    gateway.refuse_streams = 1
    record = await run(gateway, None)
    assert [(notice.code, "403" in notice.text) for notice in record.notices] == [(31920, True)]
    gateway.on("/voice", f'<Connect><Stream url="{gateway.ws}" track="both_tracks"/></Connect>')
    record = await run(gateway, None)
    assert [violation.code for violation in record.violations] == [31941]


async def test_no_answer_to_the_handshake(gateway, monkeypatch):
    monkeypatch.setattr(phone_stream, "OPEN_TIMEOUT_S", 0.2)
    done = asyncio.Event()

    async def mute(reader, writer):
        await done.wait()
        writer.close()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        gateway.on("/voice", f'<Connect><Stream url="ws://127.0.0.1:{port}/media"/></Connect>')
        record = await run(gateway, None)
        done.set()
    assert [notice.code for notice in record.notices] == [31901]


class RawSocket(WSListener):
    """A gateway that sends what no library would, and never answers a close."""

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.TEXT and json.loads(frame.get_payload_as_bytes())["event"] == "start":
            sid = json.loads(frame.get_payload_as_bytes())["streamSid"]
            mark = json.dumps({"event": "mark", "streamSid": sid, "mark": {"name": "in pieces"}}).encode()
            transport.send(WSMsgType.TEXT, b'"\xff"')
            transport.send(WSMsgType.TEXT, mark[:20], fin=False)
            transport.send(WSMsgType.CONTINUATION, mark[20:])


async def test_pieces_are_joined_and_a_mute_gateway_does_not_hold_the_phone(gateway, monkeypatch):
    monkeypatch.setattr(phone_stream, "CLOSE_TIMEOUT_S", 0.2)

    async def caller(line):
        await line.wait_connected()
        await line.pause(0.2)

    server = await ws_create_server(lambda request: RawSocket(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        gateway.on("/voice", f'<Connect><Stream url="ws://127.0.0.1:{port}/media"/></Connect>')
        record = await run(gateway, None, caller)
    assert [violation.code for violation in record.violations] == [31950]
    assert record.streams[0].marks_received == 1
    assert (record.streams[0].ended_by, record.ended_by) == ("caller", "caller")
    assert record.duration_s < 3


async def test_hanging_up_during_the_handshake_leaves_nothing_open(gateway, monkeypatch):
    monkeypatch.setattr(phone_stream, "OPEN_TIMEOUT_S", 0.3)
    arrived, left = asyncio.Event(), asyncio.Event()

    async def mute(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read()
        left.set()
        writer.close()

    async def caller(line):
        await arrived.wait()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        gateway.on("/voice", f'<Connect><Stream url="ws://127.0.0.1:{port}/media"/></Connect>')
        record = await run(gateway, None, caller)
        async with asyncio.timeout(2):
            await left.wait()
    assert (record.ended_by, record.streams) == ("caller", [])


async def test_the_first_media_is_timed_from_the_start(gateway):
    async def agent(media):
        await asyncio.sleep(0.2)
        await media.play(HALF_SECOND)
        await media.mark("end")
        await next_mark(media)

    record = await run(gateway, agent)
    assert 0.19 <= record.streams[0].first_media_s < 2
    assert record.streams[0].ended > record.streams[0].started > 0


async def test_a_late_sender_is_an_underrun(gateway):
    async def agent(media):
        await media.play(b"\x10" * 800)
        await asyncio.sleep(0.2)
        await media.play(b"\x10" * 800)
        await media.mark("end")
        await next_mark(media)

    assert (await run(gateway, agent)).underruns == 1
