"""The responses of a local Realtime session: when one may begin, what it is made from, and how it is stopped. Pure.

One response is active on the conversation; any number may run out of band beside it. A response waits until every
caller turn has been heard, because its mind reads words where a model hears sound.
"""

from collections import deque
from typing import Final

from msgspec import UnsetType

from gateway.brain.mind import Entry, Mind, Prompt
from gateway.local import realtime_events as events
from gateway.local.client_events import RefusedError
from gateway.local.faults import ResponseFault
from gateway.local.realtime_config import SessionConfig, response_output
from gateway.local.realtime_items import Conversation, new_item
from gateway.local.realtime_outbox import Outbox, Speak
from gateway.local.realtime_response import Ending, Plan, Response
from gateway.local.realtime_schema import JsonObject, ResponseWish, ToolChoice
from gateway.local.realtime_speech import Speech
from gateway.local.realtime_tokens import Tokens, cached_tokens, input_tokens

_REQUESTS_LIMIT: Final = 10_000
_TOKENS_LIMIT: Final = 2_000_000


class Responses:
    """The output side of a session.

    Args:
        mind: Decides what is said.
        conversation: What it is decided from.
        outbox: Where events and commands go.
        speed: How many times faster than real time audio goes out.
        faults: What happens to the next responses; each takes the first one off.

    Attributes:
        first_audio_delay_s: A fault: the first audio of a response comes so much later.
        has_spoken: Some speech has gone out in this session; its voice is fixed from then on.
        silent_from: Seconds; when the audio of the last response has been heard, by the service's estimate: the
            response's end plus its length. None while one is active, and when there is nothing to wait for.
    """

    def __init__(
        self, mind: Mind, conversation: Conversation, outbox: Outbox, *, speed: float, faults: deque[ResponseFault]
    ) -> None:
        self.first_audio_delay_s = 0.0
        self.has_spoken = False
        self.silent_from: float | None = None
        self._mind = mind
        self._faults = faults
        self._conversation = conversation
        self._outbox = outbox
        self._speed = speed
        self._running: dict[str, Response] = {}
        self._active: Response | None = None
        self._context = Tokens()  # of the response before, for the cache

    @property
    def active(self) -> bool:
        """A response runs on the conversation."""
        return self._active is not None

    @property
    def due(self) -> float | None:
        """When the next delta is due."""
        return min((response.due for response in self._running.values() if response.due is not None), default=None)

    def create(self, wish: ResponseWish, config: SessionConfig) -> None:
        """Begins a response. Afterwards call `advance`.

        Raises:
            RefusedError: One is active on the conversation, or the wish's input is wrong; or a fault says so.
        """
        in_conversation = wish.conversation == "auto"
        if in_conversation and self._active is not None:
            message = f"Conversation already has an active response in progress: {self._active.id}. "
            message += "Wait until the response is finished before creating a new one."
            raise RefusedError("conversation_already_has_active_response", message)
        plan = self._plan(wish, config)
        fault = self._faults.popleft() if self._faults else None
        if fault is not None and fault.how == "error":
            raise RefusedError(fault.code, fault.message)
        response = Response(
            self._outbox.new_id("resp"),
            plan,
            self._conversation if in_conversation else None,
            f"conv_{self._outbox.token}",
            speed=self._speed,
            first_audio_delay_s=self.first_audio_delay_s,
        )
        if in_conversation:
            self._active = response
            self.silent_from = None
        if fault is not None and fault.how == "silent":
            return  # it stays active and is never heard of again
        self._running[response.id] = response
        self._outbox.send(response.created())
        if fault is not None and fault.how == "failed":
            error = {"type": "server_error", "code": fault.code, "message": fault.message}
            self._end(response, "failed", {"error": error})
        elif fault is not None:
            self._end(response, "incomplete", {"reason": "content_filter"})

    def cancel(self, response_id: str | None) -> None:
        """The client stops a response: the named one, or the active one.

        Raises:
            RefusedError: There is none.
        """
        response = self._active if response_id is None else self._running.get(response_id)
        if response is None:
            raise RefusedError("response_cancel_not_active", "Cancellation failed: no active response found")
        self._end(response, "cancelled", {"reason": "client_cancelled"})

    def interrupt(self) -> None:
        """The caller began to speak: the active response, if there is one, is cancelled."""
        if self._active is not None:
            self._end(self._active, "cancelled", {"reason": "turn_detected"})

    def spoken(self, response_id: str, speech: Speech, now: float) -> None:
        """Takes the speech of a `Speak`. Afterwards call `advance`."""
        response = self._running.get(response_id)
        if response is not None:
            response.speak(speech, now)
            self.has_spoken = True

    def not_spoken(self, response_id: str, reason: str) -> None:
        """The voice failed: so does the response."""
        response = self._running.get(response_id)
        if response is not None:
            error = {"type": "server_error", "code": "server_error", "message": reason}
            self._end(response, "failed", {"error": error})

    def advance(self, now: float, awaits_words: bool) -> None:
        """Sends what is due at `now` and asks for speech; while `awaits_words`, nothing new is decided."""
        for response in list(self._running.values()):
            if not response.decided:
                if awaits_words and response.plan.input is None:
                    continue
                self._decide(response)
            self._outbox.send(*response.advance(now))
            if response.status != "in_progress":
                if response is self._active:
                    self.silent_from = now + response.audio_ms / 1000
                self._retire(response)
            elif response.wanted is not None:
                self._outbox.command(Speak(response.id, response.wanted, response.plan.output.format))
                response.wanted = None

    def prompt(self, config: SessionConfig) -> Prompt:
        """What a response would be made from now."""
        return self._prompt(self._plan(ResponseWish(), config))

    def _decide(self, response: Response) -> None:
        plan = response.plan
        items = () if plan.input is not None else tuple(self._conversation)
        context = input_tokens(plan.request or plan.instructions, plan.tools, items)
        response.usage.input = context
        response.usage.cached = cached_tokens(context, self._context)
        self._context = context
        response.decide(self._mind.decide(self._prompt(plan)))

    def _end(self, response: Response, status: Ending, details: JsonObject) -> None:
        self._outbox.send(*response.end(status, details))
        self._retire(response)

    def _retire(self, response: Response) -> None:
        self._running.pop(response.id, None)  # a silent one never ran
        if response is self._active:
            self._active = None
        left = _TOKENS_LIMIT - response.usage.input.total - response.usage.output.total
        self._outbox.send(
            events.rate_limits(
                [("requests", _REQUESTS_LIMIT, _REQUESTS_LIMIT - 1, 0.006), ("tokens", _TOKENS_LIMIT, left, 0.1)]
            )
        )

    def _plan(self, wish: ResponseWish, config: SessionConfig) -> Plan:
        brought: tuple[Entry, ...] | None = None
        if not isinstance(wish.input, UnsetType):
            brought = tuple(new_item(item, self._outbox.new_id("item")).entry() for item in wish.input)
        modalities = wish.output_modalities
        limit = wish.max_output_tokens
        return Plan(
            instructions=config.instructions,
            request=None if isinstance(wish.instructions, UnsetType) else wish.instructions,
            tools=tuple(config.tools if isinstance(wish.tools, UnsetType) else wish.tools),
            tool_choice=_name(config.tool_choice if isinstance(wish.tool_choice, UnsetType) else wish.tool_choice),
            text_only="text" in (config.output_modalities if isinstance(modalities, UnsetType) else modalities),
            output=response_output(
                config.audio.output, wish.audio if isinstance(wish.audio, UnsetType) else wish.audio.output
            ),
            max_output_tokens=config.max_output_tokens if isinstance(limit, UnsetType) else limit,
            metadata=wish.metadata,
            input=brought,
        )

    def _prompt(self, plan: Plan) -> Prompt:
        history = self._conversation.history() if plan.input is None else plan.input
        return Prompt(plan.instructions, plan.request, plan.tools, plan.tool_choice, history)


def _name(choice: ToolChoice) -> str:
    return choice if isinstance(choice, str) else choice.name
