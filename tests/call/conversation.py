"""One call driven by hand: events in, effects out, on a clock that the test moves."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from gateway.call.effects import AnswerTool, Effect
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.events import (
    AgentSaid,
    AnyEvent,
    AudioCommitted,
    CallStarted,
    Disclosed,
    Event,
    Heard,
    Interrupted,
    LegEnded,
    LegStarted,
    ModelOpened,
    OrderData,
    PlaybackFinished,
    PlaybackStarted,
    ResponseFinished,
    ResponseStarted,
    SessionData,
    SessionEvent,
    SessionRequested,
    TimedOut,
    ToolCalled,
    TranscriptionData,
    TranscriptionEvent,
    VADData,
    VADEvent,
    read_event,
)
from gateway.orders.order import Order, OrderState
from gateway.orders.restaurant import Restaurant
from gateway.orders.tools import OrderTools

NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


E = TypeVar("E")


def only(effects: list[Effect], kind: type[E]) -> E:
    """The one effect of that kind."""
    (found,) = [effect for effect in effects if isinstance(effect, kind)]
    return found


def has(effects: list[Effect], kind: type[Effect]) -> bool:
    return any(isinstance(effect, kind) for effect in effects)


def answer(effects: list[Effect]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(only(effects, AnswerTool).output)
    return found


def outcome(kind: str) -> dict[str, Any]:
    return {"type": f"order.{kind}", "order_id": "order-CA1", "data": OrderData(intent="confirm")}


_TOOLS: dict[int, tuple[Restaurant, OrderTools]] = {}


def tools_of(restaurant: Restaurant) -> OrderTools:
    """Tools keep no state and take long to build: one set for all calls of a restaurant, as in the gateway."""
    if id(restaurant) not in _TOOLS:
        _TOOLS[id(restaurant)] = (restaurant, OrderTools(restaurant.menu, restaurant))
    return _TOOLS[id(restaurant)][1]


class Conversation:
    """A call, what it was told, and what it wanted done."""

    def __init__(self, restaurant: Restaurant, call_id: str = "CA1", **settings: bool) -> None:
        self.restaurant = restaurant
        self.call = Call(call_id, restaurant, tools=tools_of(restaurant), **settings)
        self.now = NOON
        self.log: list[AnyEvent] = []
        self._made = 0

    # --- the bare door ---

    def tell(self, kind: type[Event], /, **fields: Any) -> list[Effect]:
        """One event, half a second after the last."""
        self.now += timedelta(milliseconds=500)
        return self.take(kind.model_validate({"session_id": "CA1", "timestamp": self.now.timestamp() * 1000, **fields}))

    def take(self, event: Any) -> list[Effect]:
        self.log.append(event)
        return self.call.handle(event)

    def wait(self) -> list[Effect]:
        """Let time pass until the deadline."""
        assert self.call.deadline is not None
        self.now = self.call.deadline
        return self.take(TimedOut(session_id="CA1", timestamp=self.now.timestamp() * 1000))

    def wait_for(self, kind: type[Effect]) -> list[Effect]:
        """Let time pass until a deadline leads to such an effect; all effects since."""
        effects = self.wait()
        while not has(effects, kind):
            effects += self.wait()
        return effects

    def state(self) -> State:
        """Where the call is."""
        return self.call.state

    def order_state(self) -> OrderState:
        """How far the order is."""
        assert self.call.order is not None
        return self.call.order.state

    def patience(self) -> float:
        """Seconds until the deadline."""
        assert self.call.deadline is not None
        return (self.call.deadline - self.now).total_seconds()

    def patience_of(self, name: str) -> float | None:
        """Seconds until one of the deadlines; None: it is not set."""
        due = self.call._parts.agenda.timers._due.get(name)
        return None if due is None else round((due - self.now).total_seconds(), 3)

    def folded(self) -> Call:
        """The call as another process finds it in the log."""
        events = [read_event(event.to_json()) for event in self.log]
        return Call.fold(self.call.call_id, self.restaurant, events, tools=tools_of(self.restaurant))

    def in_another_process(self) -> "Conversation":
        """The same conversation, gone on with by a process that has the log alone."""
        other = Conversation(self.restaurant)
        other.now, other.log, other._made = self.now, list(self.log), self._made
        other.call = self.folded()
        return other

    def new(self, kind: str) -> str:
        """An id that was not used before."""
        self._made += 1
        return f"{kind}_{self._made}"

    # --- legs and model ---

    def ring(self, held: Order | None = None) -> list[Effect]:
        """A caller rings, hears the disclosure, and the stream begins."""
        started = {"restaurant_id": self.restaurant.id, "caller_key": "k1", "menu_digest": self.restaurant.menu.digest}
        self.tell(CallStarted, held_order=None if held is None else held.model_dump_json(), **started)
        self.tell(Disclosed, text=self.restaurant.disclosure)
        return self.start_leg(1)

    def start_leg(self, leg: int) -> list[Effect]:
        return self.tell(LegStarted, leg=leg, stream_sid=f"MZ{leg}")

    def end_leg(self, reason: str = "lost") -> list[Effect]:
        return self.tell(LegEnded, leg=self.call.leg, reason=reason)

    def model_comes_up(self) -> list[Effect]:
        """What the session reports after `OpenModel`."""
        return [
            *self.tell(ModelOpened),
            *self.tell(SessionRequested),
            *self.session("session.updated"),
        ]

    def session(self, kind: str) -> list[Effect]:
        return self.tell(SessionEvent, type=kind, data=SessionData(model="m", capabilities=()))

    def answered(self, held: Order | None = None) -> "Conversation":
        """A call whose caller was greeted and has heard it."""
        self.ring(held)
        self.model_comes_up()
        self.agent_says("Hi, what can I get for you?")
        return self

    # --- the agent ---

    def begin_response(self) -> str:
        response_id = self.new("resp")
        self.tell(ResponseStarted, response_id=response_id)
        return response_id

    def begin_speech(self, response_id: str, text: str) -> str:
        """Speech of a response: it becomes audible, and its words are complete."""
        item_id = self.new("item")
        if not self.call.playing:
            self.tell(PlaybackStarted, item_id=item_id)
        self.tell(AgentSaid, item_id=item_id, response_id=response_id, text=text)
        return item_id

    def end_response(self, response_id: str, **fields: Any) -> list[Effect]:
        return self.tell(ResponseFinished, response_id=response_id, **fields)

    def heard(self) -> list[Effect]:
        return self.tell(PlaybackFinished)

    def agent_speaks(self, text: str, tools: Sequence[tuple[str, dict[str, object]]] = ()) -> list[Effect]:
        """A whole response, up to its end; its speech still plays."""
        response_id = self.begin_response()
        self.begin_speech(response_id, text)
        effects = [effect for name, arguments in tools for effect in self.calls(response_id, name, arguments)]
        return [*effects, *self.end_response(response_id, spoke=True)]

    def agent_says(self, text: str, tools: Sequence[tuple[str, dict[str, object]]] = ()) -> list[Effect]:
        """A whole response, heard to its end."""
        return [*self.agent_speaks(text, tools), *self.heard()]

    def calls(self, response_id: str, name: str, arguments: dict[str, object] | str) -> list[Effect]:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        call_id = self.new("call")
        return self.tell(ToolCalled, response_id=response_id, tool_call_id=call_id, name=name, arguments=text)

    def tool(self, name: str, /, **arguments: object) -> list[Effect]:
        """A response that only calls one tool."""
        response_id = self.begin_response()
        effects = self.calls(response_id, name, arguments)
        return [*effects, *self.end_response(response_id)]

    # --- the caller ---

    def voice(self, kind: str) -> list[Effect]:
        return self.tell(VADEvent, type=f"vad.{kind}", data=VADData(audio_start_ms=0, confidence=0))

    def turn(self) -> tuple[str, list[Effect]]:
        """The caller's turn, without its words."""
        item_id = self.new("item")
        self.voice("speech_start")
        self.voice("speech_end")
        return item_id, self.tell(AudioCommitted, item_id=item_id)

    def words(self, item_id: str | None, text: str, kind: str = "transcription.complete") -> list[Effect]:
        data = TranscriptionData(text=text, confidence=0.9, is_final=True, item_id=item_id)
        return self.tell(TranscriptionEvent, type=kind, data=data)

    def caller_says(self, text: str) -> list[Effect]:
        item_id, effects = self.turn()
        return [*effects, *self.words(item_id, text)]

    def interrupts(self, *cuts: tuple[str, int, int]) -> list[Effect]:
        """A barge-in: (item, heard ms, produced ms) of what was not heard to its end."""
        heard = [Heard(item_id=item, heard_ms=ms, produced_ms=of) for item, ms, of in cuts]
        return self.tell(Interrupted, cut=heard)

    # --- an order ---

    def order_taken(self) -> "Conversation":
        """A complete order in the cart: one large pepperoni pizza for Ana, pickup."""
        self.caller_says("a large pepperoni for pickup, Ana")
        self.tool("set_line", item_id="pepperoni", options={"size": "large"}, quantity=1)
        self.tool("set_customer", name="Ana", fulfilment="pickup")
        assert self.call.order is not None
        assert self.call.order.lines
        return self

    def reads_back(self, *, then_heard: bool = True) -> str:
        """The model gets the read-back and says it; returns the item that says it."""
        (answer,) = [effect for effect in self.tool("read_back") if isinstance(effect, AnswerTool)]
        text: str = json.loads(answer.output)["say"]
        response_id = self.begin_response()
        item_id = self.begin_speech(response_id, text)
        self.end_response(response_id, spoke=True)
        if then_heard:
            self.heard()
        return item_id
