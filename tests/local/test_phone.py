"""Whole calls between the phone and a small gateway, on real sockets."""

import asyncio
import base64
import wave

import numpy as np
import pytest

from gateway.audio import g711
from gateway.local import tonecode
from gateway.local.phone import Phone, conversation
from gateway.local.phone_setup import Faults, tone_voice

TOKEN = "a token of the tests"
DISCLOSURE = "This call is answered by a machine."


def phone(gateway, **options) -> Phone:
    return Phone(
        **{"voice_url": gateway.url(), "auth_token": TOKEN, "say_voice": tone_voice(), "timeout_s": 20} | options
    )


def connect(gateway, *parameters: str, **attributes: str) -> str:
    listed = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Connect{listed}><Stream url="{gateway.ws}">{"".join(parameters)}</Stream></Connect>'


def speech(text: str, **length: float) -> bytes:
    return tone_voice()(text) if not length else g711.encode(tonecode.encode(text, 8000, **length))


def caller_audio(media) -> bytes:
    return b"".join(base64.b64decode(message["media"]["payload"]) for message in media.of("media"))


async def stay(line) -> None:
    await line.wait_over()


async def hear_one(media) -> str:
    """Listens until the caller has spoken and been quiet for 200 ms, as turn detection does."""
    voice = b""
    while not voice or np.frombuffer(g711.decode(voice[-1600:]), "<i2").any():
        frame = base64.b64decode((await media.receive_until("media"))["media"]["payload"])
        if voice or frame != g711.silence(20):
            voice += frame
    return tonecode.decode(g711.decode(voice), 8000) or "?"


async def played(media, name: str = "end") -> None:
    await media.mark(name)
    while (await media.receive_until("mark"))["mark"]["name"] != name:
        pass


async def test_a_conversation_is_heard_and_measured_and_recorded(gateway, tmp_path):
    gateway.on("/voice", f"<Say>{DISCLOSURE}</Say>", connect(gateway))
    said: list[str] = []

    async def agent(media):
        await media.play(speech("What would you like?"))
        said.append(await hear_one(media))
        await asyncio.sleep(0.1)
        await media.play(speech("Thank you."))
        await played(media)

    gateway.stream = agent
    path = tmp_path / "call.wav"
    record = await phone(gateway).call(conversation(["One margherita"], quiet_ms=300), record_to=path)

    assert said == ["One margherita"]
    assert record.texts == [DISCLOSURE, "What would you like?", "Thank you."]
    assert [heard.source for heard in record.heard] == ["document", "stream", "stream"]
    assert (record.ended_by, record.violations, record.underruns) == ("gateway", [], 0)
    (utterance,) = record.utterances
    assert utterance.response_s == pytest.approx(0.3, abs=0.1)  # 200 ms of silence, then 100 ms of thought
    assert record.responses_s == [utterance.response_s]
    assert not utterance.interrupted
    assert 0 <= record.streams[0].first_media_s < 0.2
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert both.shape[0] / 8000 == pytest.approx(record.duration_s, abs=0.1)
    assert tonecode.decode(np.ascontiguousarray(both[:, 0]), 8000) == "One margherita"
    heard = tonecode.scan(np.ascontiguousarray(both[:, 1]), 8000)
    assert [message.text for message in heard] == record.texts
    assert heard[1].start / 8000 == pytest.approx(record.heard[1].at, abs=0.002)


async def test_an_interruption_is_measured_and_only_what_was_played_counts_as_heard(gateway):
    gateway.on("/voice", connect(gateway))

    async def agent(media):
        await media.play(speech("the menu is long", ms_per_char=100))
        await media.mark("menu")
        while base64.b64decode((await media.receive_until("media"))["media"]["payload"]) == g711.silence(20):
            pass
        await asyncio.sleep(0.2)
        await media.send("clear")
        await media.play(speech("Sure."))
        await played(media)

    async def caller(line):
        await line.interrupt_when(after_ms=500, text="menu")
        await line.say("stop")
        await line.wait_heard("sure")
        await line.wait_over()

    gateway.stream = agent
    record = await phone(gateway).call(caller)
    (utterance,) = record.utterances
    assert utterance.interrupted
    assert utterance.stopped_s == pytest.approx(0.2, abs=0.08)
    assert record.heard[0].text == "the menu is long"
    assert len(record.heard[0].spoken) in range(6, 10)
    assert record.texts[1:] == ["Sure."]


async def test_a_conversation_waits_for_the_agent_to_end_the_call(gateway):
    gateway.on("/voice", "<Say>Closed.</Say><Pause length='1'/>")
    record = await phone(gateway).call(conversation([], quiet_ms=100))
    assert (record.ended_by, record.texts) == ("gateway", ["Closed."])


async def test_frames_go_out_on_an_absolute_clock(gateway):
    gateway.on("/voice", connect(gateway))
    arrivals: list[float] = []

    async def agent(media):
        while True:
            await media.receive_until("media")
            arrivals.append(asyncio.get_running_loop().time())

    async def caller(line):
        await line.wait_connected()
        await line.pause(2)

    gateway.stream = agent
    record = await phone(gateway).call(caller)
    (media,) = gateway.streams
    assert len(arrivals) == pytest.approx((arrivals[-1] - arrivals[0]) / 0.02 + 1, abs=2)
    assert record.streams[0].frames_sent == len(arrivals)
    frames = [message["media"] for message in media.of("media")]
    assert [frame["chunk"] for frame in frames] == [str(number + 1) for number in range(len(frames))]
    assert [int(frame["timestamp"]) for frame in frames] == [20 * (number + 1) for number in range(len(frames))]
    assert {len(base64.b64decode(frame["payload"])) for frame in frames} == {160}
    assert caller_audio(media) == g711.silence(20) * len(frames)


async def test_comfort_noise_fills_the_silence(gateway):
    gateway.on("/voice", connect(gateway))

    async def caller(line):
        await line.wait_connected()
        await line.pause(0.3)

    await phone(gateway, comfort_noise_dbfs=-50).call(caller)
    level = 20 * np.log10(g711.rms(g711.decode(caller_audio(gateway.streams[0]))) / 32768)
    assert level == pytest.approx(-50, abs=1)


async def test_the_script_ends_and_the_caller_hangs_up_with_a_stop(gateway):
    gateway.on("/voice", connect(gateway, action="/next"))

    async def caller(line):
        await line.wait_connected()
        await line.pause(0.1)

    record = await phone(gateway).call(caller)
    assert record.ended_by == "caller"
    assert await gateway.streams[0].last() == "stop"
    assert record.streams[0].ended_by == "caller"
    assert gateway.paths() == ["/voice"]
    assert record.notices == []


async def test_a_call_that_does_not_end_is_ended(gateway):
    gateway.on("/voice", connect(gateway))
    record = await phone(gateway, timeout_s=0.5).call(stay)
    assert record.ended_by == "time-out"
    assert record.duration_s < 2
    assert await gateway.streams[0].last() == "stop"


async def test_what_the_script_raises_comes_out_after_the_call_was_ended(gateway):
    gateway.on("/voice", connect(gateway))

    async def caller(line):
        await line.listen_until_quiet(timeout_s=0.2)

    with pytest.raises(TimeoutError, match=r"waited 0\.2 s for the agent to speak"):
        await phone(gateway).call(caller)
    assert await gateway.streams[0].last() == "stop"


async def test_a_script_cannot_go_on_after_the_end(gateway):
    gateway.on("/voice", "<Hangup/>")
    seen: list[str] = []

    async def caller(line):
        try:
            await line.pause(5)
        finally:
            seen.append("over")
            await line.say("Hello?")
            seen.append("never")

    record = await phone(gateway).call(caller)
    assert (record.ended_by, seen) == ("gateway", ["over"])


async def test_nothing_is_left_running(gateway):
    gateway.on("/voice", connect(gateway))
    before = asyncio.all_tasks()
    await phone(gateway, status_url=gateway.url("/status")).call(no_words)
    files = [task.get_coro().cr_code.co_filename for task in asyncio.all_tasks() - before]
    assert [file for file in files if "gateway/local" in file] == []


async def no_words(line) -> None:
    await line.wait_connected()


async def test_lost_frames_leave_gaps_and_are_the_same_for_the_same_seed(gateway):
    gateway.on("/voice", connect(gateway))

    async def caller(line):
        await line.wait_connected()
        await line.pause(1)

    records = [await phone(gateway, faults=Faults(lose_frames=0.2, seed=4)).call(caller) for _ in range(2)]
    for record, media in zip(records, gateway.streams, strict=True):
        stream = record.streams[0]
        chunks = [int(message["media"]["chunk"]) for message in media.of("media")]
        assert 2 <= stream.frames_lost <= 20
        assert len(chunks) == stream.frames_sent
        assert len(set(range(1, chunks[-1] + 1)) - set(chunks)) <= stream.frames_lost
        assert all(
            int(message["media"]["timestamp"]) == 20 * int(message["media"]["chunk"]) for message in media.of("media")
        )
    first, second = ([int(message["media"]["chunk"]) for message in media.of("media")] for media in gateway.streams)
    assert first[:30] == second[:30]


async def test_a_dropped_socket_sends_no_stop_and_the_document_goes_on(gateway):
    gateway.on("/voice", connect(gateway, action="/next"))
    gateway.on("/next", connect(gateway))
    record = await phone(gateway, faults=Faults(drop_socket_after_s=0.3), timeout_s=1.5).call(stay)
    first, second = gateway.streams
    assert first.of("stop") == []
    assert second.of("stop") != []
    assert first.stream_sid != second.stream_sid
    assert first.of("start")[0]["start"]["callSid"] == second.of("start")[0]["start"]["callSid"]
    assert second.of("media")[0]["media"]["chunk"] == "1"
    assert [stream.ended_by for stream in record.streams] == ["dropped", "caller"]
    assert record.notices[0].code == 31903


async def test_a_lost_call_asks_nothing_more_and_the_same_number_rings_again(gateway):
    gateway.on("/voice", connect(gateway, action="/next"))

    async def lost(line):
        await line.wait_connected()
        line.drop_socket(hang_up=True)

    caller = phone(gateway)
    first, second = await caller.call(lost), await caller.call(no_words)
    assert first.streams[0].ended_by == "dropped"
    assert gateway.paths() == ["/voice", "/voice"]
    assert gateway.asked[0].form["From"] == gateway.asked[1].form["From"]
    assert first.call_sid != second.call_sid


async def test_a_frozen_socket_stays_half_open_until_the_call_is_over(gateway):
    gateway.on("/voice", connect(gateway, action="/next"))
    gateway.on("/next", connect(gateway))
    open_at_second: list[bool] = []
    left = asyncio.Event()

    async def agent(media):
        if len(gateway.streams) == 2:
            open_at_second.append(not left.is_set())
        await media.rest()
        if media is gateway.streams[0]:
            left.set()

    async def caller(line):
        await line.wait_connected()
        line.freeze_socket()
        await line.wait_connected(streams=2)
        await line.pause(0.2)

    gateway.stream = agent
    record = await phone(gateway).call(caller)
    assert open_at_second == [True]
    assert [stream.ended_by for stream in record.streams] == ["dropped", "caller"]
    async with asyncio.timeout(2):
        await left.wait()


async def test_status_callbacks_tell_the_call(gateway):
    gateway.on("/voice", "<Pause length='1'/>")
    gateway.on("/status")
    record = await phone(
        gateway,
        status_url=gateway.url("/status"),
        status_events=("initiated", "ringing", "answered", "completed"),
    ).call(stay)
    told = [asked.form for asked in gateway.asked if asked.path == "/status"]
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]
    assert {form["CallbackSource"] for form in told} == {"call-progress-events"}
    assert (told[-1]["CallDuration"], told[-1]["Duration"]) == ("1", "1")
    assert "CallDuration" not in told[0]
    assert all(asked.signed for asked in gateway.asked)
    assert record.ended_by == "gateway"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
async def test_a_rejected_call_is_not_answered(gateway, reason, status):
    gateway.on("/voice", f'<Reject reason="{reason}"/>')
    gateway.on("/status")
    record = await phone(gateway, status_url=gateway.url("/status")).call(stay)
    assert (record.ended_by, record.answered_s) == ("rejected", None)
    assert gateway.asked[-1].form["CallStatus"] == status


async def test_many_calls_at_once_do_not_mix(gateway):
    gateway.on("/voice", connect(gateway))

    async def agent(media):
        await media.play(speech(f"You said: {await hear_one(media)}"))
        await played(media)

    def caller(word):
        async def speak(line):
            await line.wait_connected()
            await line.say(word)
            await line.wait_over()

        return speak

    gateway.stream = agent
    caller_phone = phone(gateway)
    records = await asyncio.gather(*(caller_phone.call(caller(f"word {number}")) for number in range(5)))
    assert [record.texts for record in records] == [[f"You said: word {number}"] for number in range(5)]
