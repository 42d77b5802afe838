"""The caller's line, with a test in Twilio's place: its messages go in, what comes out is played as Twilio would."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.audio.playout import Cut
from gateway.twilio import stream as stream_module
from gateway.twilio.stream import Message, PhoneLine, StreamEnd

SID = "MZ" + "1" * 32
START = {
    "event": "start",
    "streamSid": SID,
    "start": {
        "streamSid": SID,
        "callSid": "CA" + "1" * 32,
        "accountSid": "AC",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "t"},
    },
}
QUIET, LOUD = b"\xff" * 160, b"\x10\x90" * 80


class Listener:
    """Keeps what it is told; may be told to break."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.told: list[str] = []
        self.cuts: tuple[Cut, ...] = ()
        self.line: PhoneLine | None = None
        self.broken = False
        self.begun = 0

    def hear(self, mulaw: bytes) -> None:
        if self.broken:
            raise ZeroDivisionError
        self.heard.append(mulaw)

    def key_pressed(self, digit: str) -> None:
        self.told.append(f"key {digit}")

    def playback_started(self, item_id: str) -> None:
        self.told.append(f"started {item_id}")

    def playback_finished(self) -> None:
        self.told.append("finished")

    def playback_stalled(self) -> None:
        self.told.append("stalled")

    def caller_began(self) -> None:
        self.begun += 1

    def caller_paused(self, spoke_ms: int, paused_ms: int) -> None:
        self.told.append(f"paused after {spoke_ms}, for {paused_ms}")

    def barge_in(self, cuts: tuple[Cut, ...]) -> None:
        self.told.append("barge-in")
        self.cuts = cuts
        assert self.line is not None
        self.line.clear()


class Twilio:
    """Twilio's end: echoes marks at once unless told otherwise, returns all that wait on `clear`."""

    def __init__(self, *, direct: bool) -> None:
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone = False
        self.echo = True
        self.frames = 0
        self.listener = Listener()
        self._sink: Callable[[str], None] | None = None
        self.line = PhoneLine(self.inbox.get, self._take, direct_text=self._set_sink if direct else None)
        self.listener.line = self.line

    def _set_sink(self, sink: Callable[[str], None]) -> None:
        self._sink = sink

    async def _take(self, message: Message) -> None:
        await self.reads.wait()
        if self.gone:
            raise OSError
        if message["type"] == "websocket.close":
            self.close_code = message["code"]
            self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})
            return
        said = json.loads(message["text"])
        self.sent.append(said)
        if said["event"] == "mark" and self.echo:
            self.say({"event": "mark", "streamSid": SID, "mark": said["mark"]})

    def say(self, message: object) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        if self._sink is not None:
            self._sink(text)
        else:
            self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    def frame(self, mulaw: bytes = QUIET, at_ms: int | None = None) -> None:
        at = self.frames * 20 if at_ms is None else at_ms
        self.frames += 1
        media = {"payload": b64encode(mulaw).decode(), "timestamp": str(at), "track": "inbound"}
        self.say({"event": "media", "streamSid": SID, "media": media})

    def hang_up(self) -> None:
        self.say({"event": "stop", "streamSid": SID})

    def drop(self) -> None:
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1006})

    @property
    def events(self) -> list[str]:
        return [said["event"] for said in self.sent]

    @property
    def played(self) -> bytes:
        return b"".join(b64decode(said["media"]["payload"]) for said in self.sent if said["event"] == "media")


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


@asynccontextmanager
async def call(*, direct: bool) -> AsyncIterator[tuple[Twilio, "asyncio.Task[StreamEnd]"]]:
    """A stream that has started, read and written."""
    twilio = Twilio(direct=direct)
    twilio.inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(START)})
    assert await twilio.line.wait_for_start() is not None
    reader = asyncio.create_task(twilio.line.read(twilio.listener))
    writer = asyncio.create_task(twilio.line.write())
    await asyncio.sleep(0)
    try:
        yield twilio, reader
    finally:
        reader.cancel()
        writer.cancel()
        await asyncio.gather(reader, writer, return_exceptions=True)
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert "line reader" not in names


both_ways = pytest.mark.parametrize("direct", [False, True], ids=["by receive", "directly"])


# --- the start ---


async def test_binary_frames_and_nonsense_before_the_start_are_counted() -> None:
    twilio = Twilio(direct=False)
    twilio.inbox.put_nowait({"type": "websocket.receive", "bytes": b"\x00", "text": None})
    twilio.say("{")
    twilio.frame()
    twilio.say({"event": "connected", "protocol": "Call", "version": "1.0.0"})
    twilio.say(START)
    start = await twilio.line.wait_for_start()
    assert start is not None
    assert start.stream_sid == SID
    assert twilio.line.ignored == {"binary": 1, "malformed": 1, "before start": 1}


async def test_a_socket_that_closes_or_says_nothing_has_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "START_PATIENCE", 0.02)
    twilio = Twilio(direct=False)
    assert await twilio.line.wait_for_start() is None
    twilio.drop()
    assert await twilio.line.wait_for_start() is None


# --- hearing ---


@both_ways
async def test_frames_are_heard_and_gaps_filled_with_silence(direct: bool) -> None:
    async with call(direct=direct) as (twilio, reader):
        twilio.frame(LOUD)
        twilio.frame(at_ms=100)
        twilio.frame(at_ms=0)  # late
        twilio.hang_up()
        assert await reader == "stopped"
    assert twilio.listener.heard == [LOUD, b"\xff" * (80 * 8), QUIET]
    assert twilio.line.frames == 2
    assert twilio.line.quality().missing_ms == 80


@both_ways
async def test_bad_payloads_are_counted_and_the_call_goes_on(direct: bool) -> None:
    async with call(direct=direct) as (twilio, reader):
        for payload in ("not base64!", "é", "AAA"):
            media = {"payload": payload, "timestamp": "0", "track": "inbound"}
            twilio.say({"event": "media", "streamSid": SID, "media": media})
        twilio.frame(b"")
        twilio.frame(b"\xff")  # an odd length is a length
        twilio.say({"event": "dtmf", "streamSid": SID, "dtmf": {"digit": "7"}})
        twilio.say(START)
        twilio.drop()
        assert await reader == "lost"
    assert twilio.listener.heard == [b"\xff"]
    assert twilio.listener.told == ["key 7"]
    assert twilio.line.ignored == {"bad base64": 3, "second start": 1}


async def test_fragments_that_the_server_put_together_are_read_beside_the_short_way() -> None:
    async with call(direct=True) as (twilio, reader):
        twilio.inbox.put_nowait(
            {
                "type": "websocket.receive",
                "text": json.dumps({"event": "dtmf", "streamSid": SID, "dtmf": {"digit": "1"}}),
            }
        )
        await until(lambda: twilio.listener.told == ["key 1"])
        twilio.frame()
        assert len(twilio.listener.heard) == 1
        assert not reader.done()


@both_ways
async def test_a_mistake_of_the_listener_is_raised_by_read(direct: bool) -> None:
    async with call(direct=direct) as (twilio, reader):
        twilio.listener.broken = True
        twilio.frame()
        with pytest.raises(ZeroDivisionError):
            await reader
        twilio.frame()  # what comes now is nobody's
        twilio.line.abandon(KeyError())


async def test_abandoned_from_outside() -> None:
    async with call(direct=True) as (twilio, reader):
        twilio.line.abandon(KeyError("ours"))
        twilio.hang_up()
        with pytest.raises(KeyError):
            await reader


# --- speaking ---


@both_ways
async def test_speech_is_sent_in_order_each_message_with_its_mark_and_ends_once(direct: bool) -> None:
    speech = bytes(range(1, 241)) * 10  # 300 ms
    async with call(direct=direct) as (twilio, reader):
        assert twilio.line.speak("item", 0, speech)
        assert twilio.listener.told == ["started item"]
        twilio.line.end_item("item", 0)
        await until(lambda: "finished" in twilio.listener.told)
        assert twilio.played == speech
        assert twilio.events == ["media", "mark"] * 3
        marks = [said["mark"]["name"] for said in twilio.sent if said["event"] == "mark"]
        assert len(set(marks)) == 3
        assert twilio.listener.told == ["started item", "finished"]
        assert not reader.done()


async def test_voice_over_the_agent_interrupts_and_clear_goes_out_at_once() -> None:
    async with call(direct=True) as (twilio, _):
        twilio.echo = False
        for _ in range(60):
            twilio.frame(QUIET)
        twilio.line.speak("item", 0, b"\x20" * 8_000 * 5)
        await until(lambda: twilio.events.count("media") == 3)
        loop = asyncio.get_running_loop()
        while "barge-in" not in twilio.listener.told:
            twilio.frame(LOUD)
        confirmed = loop.time()
        sent = len(twilio.sent)
        await until(lambda: "clear" in twilio.events)
        assert loop.time() - confirmed < 0.2
        assert twilio.events[sent:] == ["clear"], "and nothing of the old generation before it or after"
        assert [cut.item_id for cut in twilio.listener.cuts] == ["item"]
        twilio.line.speak("item", 0, b"\x20" * 800)
        twilio.line.speak("next", 0, b"\x30" * 800)
        await until(lambda: "media" in twilio.events[sent:])
        assert set(twilio.played[-800:]) == {0x30}, "late speech of what was cut is not said"


async def test_a_short_sound_holds_and_playback_goes_on() -> None:
    async with call(direct=True) as (twilio, _):
        for _ in range(60):
            twilio.frame(QUIET)
        twilio.line.speak("item", 0, b"\x20" * 8_000)
        twilio.line.end_item("item", 0)
        for _ in range(12):
            twilio.frame(LOUD)
        assert twilio.line._playout._held
        for _ in range(10):
            twilio.frame(QUIET)
        await until(lambda: "finished" in twilio.listener.told)
        assert twilio.played == b"\x20" * 8_000
        assert "barge-in" not in twilio.listener.told


async def test_a_voice_over_the_last_words_does_not_hold_the_next() -> None:
    async with call(direct=True) as (twilio, _):
        for _ in range(60):
            twilio.frame(QUIET)
        twilio.echo = False
        twilio.line.speak("item", 0, b"\x20" * 800)
        twilio.line.end_item("item", 0)
        await until(lambda: "mark" in twilio.events)
        for _ in range(12):
            twilio.frame(LOUD)
        assert twilio.line._playout._held, "all was sent, and the caller begins before it was played"
        mark = next(said for said in twilio.sent if said["event"] == "mark")
        twilio.say({"event": "mark", "streamSid": SID, "mark": mark["mark"]})
        await until(lambda: "finished" in twilio.listener.told)
        twilio.line.speak("next", 0, b"\x30" * 800)
        twilio.line.end_item("next", 0)
        await until(lambda: twilio.played.endswith(b"\x30" * 800))


async def test_a_full_queue_says_so() -> None:
    async with call(direct=True) as (twilio, _):
        assert twilio.line.speak("item", 0, bytes(120 * 8_000))
        assert not twilio.line.speak("item", 0, bytes(8_000))


async def test_the_lead_follows_the_process_and_the_model_may_end_without_ending_items() -> None:
    async with call(direct=True) as (twilio, _):
        twilio.line.adapt(100.0)
        assert twilio.line._playout.lead_ms > 300
        twilio.line.speak("item", 0, b"\x20" * 100)
        twilio.line.end_all()
        await until(lambda: "finished" in twilio.listener.told)
        assert twilio.played == b"\x20" * 100


async def test_speech_that_breaks_off_in_the_middle_is_told_of_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.twilio.stream.DRY_PATIENCE", 0.05)
    async with call(direct=True) as (twilio, _):
        line, told = twilio.line, twilio.listener.told
        line.speak("item", 0, b"\x20" * 800)
        await until(lambda: "stalled" in told)
        line.speak("clip.hold.1", 0, LOUD * 5, filler=True)
        line.end_item("clip.hold.1", 0)
        await until(lambda: told.count("stalled") == 2)
        line.speak("item", 0, b"\x30" * 800)
        line.end_item("item", 0)
        await until(lambda: "finished" in told)
        await asyncio.sleep(0.06)
        assert told == ["started item", "stalled", "started clip.hold.1", "stalled", "started item", "finished"]


async def test_between_two_deltas_nothing_is_told() -> None:
    async with call(direct=True) as (twilio, _):
        twilio.line.speak("item", 0, b"\x20" * 800)
        await until(lambda: twilio.line._dry is not None)
        twilio.line.speak("item", 0, b"\x20" * 800)
        assert twilio.line._dry is None
        twilio.line.end_item("item", 0)
        await until(lambda: "finished" in twilio.listener.told)
        assert twilio.listener.told == ["started item", "finished"]


# --- the end ---


@both_ways
async def test_closing_sends_what_is_due_at_once_and_then_the_close(direct: bool) -> None:
    async with call(direct=direct) as (twilio, reader):
        twilio.line.clear()
        twilio.line.close()
        twilio.line.close()
        assert await reader == "closed"
        assert twilio.events == ["clear"]
        assert twilio.close_code == 1000


@both_ways
async def test_a_peer_that_does_not_read_cannot_hold_the_leg(direct: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "CLOSE_PATIENCE", 0.05)
    async with call(direct=direct) as (twilio, reader):
        twilio.reads.clear()
        twilio.line.speak("item", 0, b"\x20" * 1_600)
        await asyncio.sleep(0)
        twilio.line.close()
        assert await asyncio.wait_for(reader, 5) == "closed"


async def test_interrupted_while_the_socket_is_full_the_rest_is_not_sent() -> None:
    async with call(direct=True) as (twilio, _):
        twilio.reads.clear()
        twilio.line.speak("item", 0, b"\x20" * 8_000)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        twilio.line.interrupt()
        twilio.line.clear()
        twilio.reads.set()
        await until(lambda: "clear" in twilio.events)
        assert twilio.events == ["media", "mark", "clear"], "only what was on its way"


async def test_a_peer_that_is_gone_ends_the_writer_and_not_more() -> None:
    async with call(direct=True) as (twilio, reader):
        twilio.gone = True
        twilio.line.clear()
        for _ in range(5):
            await asyncio.sleep(0)
        assert not reader.done(), "the reader hears of it by itself"
        twilio.drop()
        assert await reader == "lost"


async def test_a_caller_who_falls_silent_is_told_of_once() -> None:
    async with call(direct=True) as (twilio, _):
        for sound in (QUIET,) * 100 + (LOUD,) * 25 + (QUIET,) * 100:
            twilio.frame(sound)
        assert twilio.listener.told == ["paused after 500, for 800"]
        assert twilio.listener.begun == 1


async def test_speech_behind_a_filler_is_told_to_begin() -> None:
    async with call(direct=True) as (twilio, _):
        line = twilio.line
        line.speak("clip.hold.1", 0, LOUD * 5, filler=True)
        line.end_item("clip.hold.1", 0)
        line.speak("clip.hold.2", 0, LOUD, filler=True)
        line.end_item("clip.hold.2", 0)
        line.speak("item_1", 0, LOUD)
        line.speak("item_1", 0, LOUD)
        line.end_item("item_1", 0)
        assert twilio.listener.told == ["started clip.hold.1", "started item_1"]
        await until(lambda: twilio.listener.told[-1] == "finished")
