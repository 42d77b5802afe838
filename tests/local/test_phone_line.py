"""The caller's side, with the call's clock moved by hand."""

import asyncio

import pytest

from gateway.audio import g711
from gateway.local.phone_ear import Ear
from gateway.local.phone_line import CallOver, Line
from gateway.local.phone_setup import tone_voice


@pytest.fixture
async def ear():
    return Ear()


@pytest.fixture
async def line(ear):
    return Line(ear, tone_voice())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_speech_goes_out_in_frames_and_ends_in_silence(line):
    saying = asyncio.create_task(line.say(b"\x10" * 400))
    await settle()
    frames = [line.next_frame(at) for at in (1.0, 1.02, 1.04, 1.06)]
    assert frames == [b"\x10" * 160, b"\x10" * 160, b"\x10" * 80 + b"\xff" * 80, b"\xff" * 160]
    said = await saying
    assert (said.text, said.start, said.end) == ("", 1.0, 1.04)
    assert line.utterances == [said]
    assert not line.speaking


async def test_one_utterance_follows_the_other(line):
    both = [asyncio.create_task(line.say(sound * 160)) for sound in (b"\x10", b"\x20")]
    await settle()
    assert line.speaking
    assert [line.next_frame(at)[0] for at in (1.0, 1.02)] == [0x10, 0x20]
    assert [(await said).start for said in both] == [1.0, 1.02]


async def test_no_sound_is_said_in_one_frame(line):
    saying = asyncio.create_task(line.say(b""))
    await settle()
    assert line.next_frame(1.0) == g711.silence(20)
    assert (await saying).end == 1.0


async def test_a_wait_is_looked_at_once_a_frame_and_names_what_it_waited_for(line):
    ready = False
    waiting = asyncio.create_task(line.until(lambda: ready, 5, "it"))
    await settle()
    line.look()
    await settle()
    assert not waiting.done()
    ready = True
    line.look()
    await waiting
    await line.until(lambda: True, 0, "nothing")
    with pytest.raises(TimeoutError, match=r"waited 0\.01 s for ever"):
        await line.until(lambda: False, 0.01, "ever")


async def test_the_end_of_the_call_ends_every_wait_and_every_utterance(line):
    waits = [
        asyncio.create_task(wait)
        for wait in (
            line.say(b"\x10"),
            line.pause(9),
            line.listen_until_quiet(),
            line.wait_heard("x"),
            line.interrupt_when(),
            line.wait_connected(),
        )
    ]
    over = asyncio.create_task(line.wait_over())
    await settle()
    line.end()
    for wait in waits:
        with pytest.raises(CallOver):
            await wait
    await over
    await line.wait_over()
    with pytest.raises(CallOver):
        line.press("1")
    with pytest.raises(CallOver):
        await line.say(b"\x10")
    with pytest.raises(CallOver):
        await line.pause(0)


async def test_keys(line):
    line.press("1*#")
    assert [key for _, key in line.pressed] == ["1", "*", "#"]
    with pytest.raises(ValueError, match="no such keys"):
        line.press("A")


async def test_without_a_stream_there_is_nothing_to_drop(line):
    line.drop_socket()
    line.freeze_socket()
    assert not line.hung_up.is_set()
    line.drop_socket(hang_up=True)
    assert line.hung_up.is_set()


async def test_the_moment_to_interrupt_is_when_the_text_was_said_and_speech_goes_on(line, ear):
    now = asyncio.get_running_loop().time()
    ear.play(tone_voice(200)("the menu"), now + 0.001)
    waiting = asyncio.create_task(line.interrupt_when(after_ms=100, text="MENU"))
    never = asyncio.create_task(line.interrupt_when(after_ms=100, text="dessert", timeout_s=0.4))
    await asyncio.sleep(0.05)
    line.look()
    await settle()
    assert not waiting.done()
    await asyncio.sleep(0.2)
    line.look()
    await waiting
    heard = await line.wait_heard("menu")
    assert [(said.text, said.source) for said in heard] == [("the menu", "stream")]
    with pytest.raises(TimeoutError):
        await never
