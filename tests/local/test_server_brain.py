"""The whole stand-in for the model: the brain behind the protocol, heard and speaking in tones, and in real speech.

The client here does what the gateway does at its plainest: it sends sound, executes tool calls with the product's own
tools, and asks for responses.
"""

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from gateway.brain.brain import Brain
from gateway.call import prompts
from gateway.local.recognise import open_recogniser
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice
from gateway.local.voices import CALLER, PicoVoice
from gateway.orders.order import OrderState, open_order
from gateway.orders.processor import assent
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.orders.tooling.outcome import Assent, ToolContext
from gateway.orders.tools import OrderTools
from tests.oracle import CLIENT, SERVER, check

NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
TURNS = {"type": "server_vad", "create_response": False, "interrupt_response": False, "silence_duration_ms": 600}


class Caller:
    """A client with an order."""

    def __init__(self, socket: ClientConnection, restaurant: Restaurant, voice: Callable[[str], bytes]) -> None:
        self.tools = OrderTools(restaurant.menu, restaurant)
        self.order = open_order("order-1", restaurant.id, menu_digest=restaurant.menu.digest)
        self.heard: list[str] = []
        self.answers: list[str] = []
        self._socket = socket
        self._restaurant = restaurant
        self._voice = voice
        self._assent: Assent | None = None

    async def send(self, kind: str, **fields: Any) -> None:
        raw = json.dumps({"type": kind, **fields})
        check(CLIENT, raw)
        await self._socket.send(raw)

    async def until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while True:
                event: dict[str, Any] = json.loads(await self._socket.recv())
                assert event["type"] != "error", event
                if event["type"] == kind:
                    return event

    async def begin(self, *, knows_menu: bool) -> None:
        audio = {"input": {"turn_detection": TURNS, "transcription": {"model": "gpt-transcribe"}}}
        session = {"type": "realtime", "audio": audio, "tools": list(self.tools.schemas())}
        await self.send("session.update", session={**session, "instructions": prompts.instructions(self._restaurant)})
        note = {"type": "input_text", "text": prompts.greeting_note(self._restaurant)}
        await self.send("conversation.item.create", item={"type": "message", "role": "system", "content": [note]})
        if knows_menu:
            # As after a reconnect: the call and its answer are told to the session as items.
            outcome = self.tools.execute("menu", "get_menu", "{}", self.order, ToolContext(NOON))
            call = {"type": "function_call", "call_id": "menu", "name": "get_menu", "arguments": "{}"}
            await self.send("conversation.item.create", item=call)
            output = {"type": "function_call_output", "call_id": "menu", "output": json.dumps(outcome.output)}
            await self.send("conversation.item.create", item=output)
        await self.respond()

    async def say(self, text: str) -> None:
        pcm = bytes(48 * 300) + self._voice(text) + bytes(48 * 900)
        for start in range(0, len(pcm), 960):
            payload = base64.b64encode(pcm[start : start + 960]).decode()
            await self.send("input_audio_buffer.append", audio=payload)
        heard = (await self.until("conversation.item.input_audio_transcription.completed"))["transcript"]
        self.heard.append(heard)
        self._assent = assent(heard)
        await self.respond()

    async def respond(self) -> None:
        """Asks for responses until one calls no tool."""
        while True:
            await self.send("response.create")
            response = (await self.until("response.done"))["response"]
            assert response["status"] == "completed", response
            calls = [item for item in response["output"] if item["type"] == "function_call"]
            self.answers += [i["content"][0]["transcript"] for i in response["output"] if i["type"] == "message"]
            for call in calls:
                context = ToolContext(NOON, heard_read_back=True, assent=self._assent)
                outcome = self.tools.execute(call["call_id"], call["name"], call["arguments"], self.order, context)
                self.order = outcome.order
                output = {"type": "function_call_output", "call_id": call["call_id"]}
                item = {**output, "output": json.dumps(outcome.output)}
                await self.send("conversation.item.create", item=item)
            if not calls or any(call["name"] == "end_call" for call in calls):
                return


@pytest.fixture(scope="module")
def casa_verde() -> Restaurant:
    return next(restaurant for restaurant in load_restaurants(SHIPPED, {}) if restaurant.id == "casa-verde")


async def order_by_voice(
    server: RealtimeServer, restaurant: Restaurant, voice: Callable[[str], bytes], *, knows_menu: bool
) -> Caller:
    async with server, connect(server.url + "?model=gpt-realtime-2.1", proxy=None, max_size=None) as socket:
        caller = Caller(socket, restaurant, voice)
        await caller.begin(knows_menu=knows_menu)
        await caller.say("two large margheritas and a coke please")
        await caller.say("that is all")
        await caller.say("it is for Anna, pickup")
        await caller.say("yes that is right")
        return caller


def assert_ordered(caller: Caller) -> None:
    lines = [(line.quantity, line.item_id, line.variation_id) for line in caller.order.lines]
    assert [line[:2] for line in lines] == [(2, "margherita"), (1, "coke")], (caller.heard, caller.answers)
    assert lines[0][2] == "large"
    assert caller.order.state is OrderState.CONFIRMED, (caller.heard, caller.answers)


async def test_an_order_in_tones(casa_verde: Restaurant) -> None:
    server = RealtimeServer(
        Brain, ToneEars(), ToneVoice(5), options=ServerOptions(threads=0), on_event=lambda raw: check(SERVER, raw)
    )
    caller = await order_by_voice(server, casa_verde, lambda text: ToneVoice(20).speak(text), knows_menu=False)
    assert caller.heard[0] == "two large margheritas and a coke please"
    assert_ordered(caller)


@pytest.mark.speech
async def test_an_order_in_real_speech(casa_verde: Restaurant) -> None:
    opened = await asyncio.to_thread(open_recogniser)
    server = RealtimeServer(
        Brain,
        opened.recogniser,
        PicoVoice(),
        options=ServerOptions(speed=50),
        on_event=lambda raw: check(SERVER, raw),
    )
    caller = await order_by_voice(server, casa_verde, PicoVoice(CALLER).speak, knows_menu=True)
    assert_ordered(caller)
