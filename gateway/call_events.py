"""The family `call.*`: what a telephone and tools add to the specification's six. See `gateway.events`.

These events stay inside the gateway: the call's log, the core, the staff feed.
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.event_base import Event, Record

VOCABULARY = 1
"""The version of all that a log may hold. Raise it when an older gateway must not miss what an event says."""


class RecentOrder(Record):
    """An order that the same number placed a little while ago: its total in cents, and when (milliseconds)."""

    cents: int
    at: float


class CallStarted(Event):
    """A caller rang a restaurant. The first event of every call's log.

    `caller_key` is the keyed hash of the number (None: withheld), `held_order` the JSON of an open order that the same
    number left within the window, `recent_orders` what it placed lately, oldest first; `unsubscribed`: the number wants
    no text messages; `vocabulary` the version of the events that the log may hold (the first logs do not name theirs).
    """

    type: Literal["call.started"] = "call.started"
    restaurant_id: str
    caller_key: str | None = None
    caller_last_two: str | None = None
    held_order: str | None = None
    recent_orders: tuple[RecentOrder, ...] = ()
    unsubscribed: bool = False
    menu_digest: str = ""
    vocabulary: int = VOCABULARY


class Disclosed(Event):
    """The disclosure stands in the TwiML before the stream, so it is said before anything else."""

    type: Literal["call.disclosed"] = "call.disclosed"
    text: str


LegKind = Literal["stream", "gather"]
"""How the caller is heard: by a media stream, or turn by turn by Twilio's own recogniser (text-only mode)."""


class LegStarted(Event):
    """A media stream of this call began (Twilio's `start` was accepted), or text-only turns (`gather`, no stream)."""

    type: Literal["call.leg_started"] = "call.leg_started"
    leg: int
    stream_sid: str
    kind: LegKind = "stream"


class LegEnded(Event):
    """A media stream ended. `stopped`: Twilio said so; `lost`: the socket closed without it; `closed`: by us."""

    type: Literal["call.leg_ended"] = "call.leg_ended"
    leg: int
    reason: Literal["stopped", "lost", "closed"]


class HungUp(Event):
    """The caller's telephone call is over (Twilio's final status)."""

    type: Literal["call.hung_up"] = "call.hung_up"
    status: str = "completed"


class ModelOpened(Event):
    """A socket to the model is open (new or from the warm pool). `spare`: another endpoint could serve in its place."""

    type: Literal["call.model_opened"] = "call.model_opened"
    spare: bool = False


class SessionRequested(Event):
    """`session.update` was sent on the open socket."""

    type: Literal["call.session_requested"] = "call.session_requested"


class ConnectionFailed(Event):
    """The model could not be reached within the attempts of the error table. `code` is the taxonomy's."""

    type: Literal["call.connection_failed"] = "call.connection_failed"
    code: str = "WS_CONNECTION_FAILED"


class ModelLost(Event):
    """The model's socket broke, or its session ended. `code` is the taxonomy's; `planned`: an own move."""

    type: Literal["call.model_lost"] = "call.model_lost"
    code: str = "WS_CONNECTION_FAILED"
    planned: bool = False


class ModelChecked(Event):
    """Whether the model answers at all. Told only when it does not, and when it does so again after that."""

    type: Literal["call.model_checked"] = "call.model_checked"
    answers: bool


class ListeningStarted(Event):
    """The caller's audio goes to the model from now on."""

    type: Literal["call.listening_started"] = "call.listening_started"


class ListeningStopped(Event):
    """The caller's audio is replaced by silence from now on."""

    type: Literal["call.listening_stopped"] = "call.listening_stopped"


class CallerBegan(Event):
    """A voice has begun on the line, by its level alone. Told of only while the call is to go on in another process."""

    type: Literal["call.caller_began"] = "call.caller_began"


class CallerPaused(Event):
    """The caller has spoken and fallen silent, by the level of the line alone: the model may have noticed or not.

    They spoke for `spoke_ms`, and have been silent for `paused_ms` since.
    """

    type: Literal["call.caller_paused"] = "call.caller_paused"
    spoke_ms: int
    paused_ms: int


class AudioCommitted(Event):
    """The caller's turn is an item of the model's conversation (Realtime `input_audio_buffer.committed`)."""

    type: Literal["call.audio_committed"] = "call.audio_committed"
    item_id: str


class ResponseStarted(Event):
    """The model began to answer (Realtime `response.created`)."""

    type: Literal["call.response_started"] = "call.response_started"
    response_id: str


class ResponseFinished(Event):
    """The model's answer is over (Realtime `response.done`). `code` is the taxonomy's, when it failed."""

    type: Literal["call.response_finished"] = "call.response_finished"
    response_id: str
    status: Literal["completed", "cancelled", "incomplete", "failed"] = "completed"
    code: str | None = None
    spoke: bool = False


class PlaybackStarted(Event):
    """The first audio of an answer goes out to the caller."""

    type: Literal["call.playback_started"] = "call.playback_started"
    item_id: str


class PlaybackFinished(Event):
    """All that the model has said so far was played to the caller (Twilio's marks)."""

    type: Literal["call.playback_finished"] = "call.playback_finished"


class PlaybackStalled(Event):
    """The agent fell silent in the middle: all that came was played, and the model has not said that it is over."""

    type: Literal["call.playback_stalled"] = "call.playback_stalled"


class Heard(Record):
    """How much of an item of the agent's speech was heard, in milliseconds of that item's audio."""

    item_id: str
    content_index: int = 0
    heard_ms: int
    produced_ms: int


class Interrupted(Event):
    """The caller spoke over the agent long enough to take the turn. `cut`: what was not heard to its end."""

    type: Literal["call.interrupted"] = "call.interrupted"
    cut: tuple[Heard, ...] = ()


class AgentSaid(Event):
    """The words of an item of the agent's speech, complete as the model made them."""

    type: Literal["call.agent_said"] = "call.agent_said"
    item_id: str
    response_id: str
    text: str


class ToolCalled(Event):
    """The model called a tool in a completed response. `arguments` is its JSON text, unchecked."""

    type: Literal["call.tool_called"] = "call.tool_called"
    response_id: str
    tool_call_id: str
    name: str
    arguments: str


class OrderReady(Event):
    """A tool did what was asked and nothing is missing from what it touched."""

    type: Literal["call.order.ready"] = "call.order.ready"
    tool: str


class OrderIncomplete(Event):
    """The order needs more from the caller before it can go on."""

    type: Literal["call.order.incomplete"] = "call.order.incomplete"
    tool: str
    missing: tuple[str, ...] = ()


class OrderRefused(Event):
    """A tool call was refused: the menu, the rules or the state of the order do not allow it."""

    type: Literal["call.order.refused"] = "call.order.refused"
    tool: str
    code: str | None = None
    reason: str = ""


class SoldOutItem(Record):
    """Something that has run out: an item id, or `group id/option id`; `until` in milliseconds, None: not known."""

    ref: str
    until: float | None = None


class OrderPause(Record):
    """No orders for right away until `until` in milliseconds (None: until it is taken back)."""

    until: float | None = None
    reason: str | None = None


class OfferChanged(Event):
    """What can be had is another than the call knew: the whole 86 list, and how long an order takes now.

    `quote_minutes` is None while it takes as long as the restaurant's settings say; `pause` while orders are taken.
    """

    type: Literal["call.offer_changed"] = "call.offer_changed"
    sold_out: tuple[SoldOutItem, ...] = ()
    quote_minutes: int | None = None
    pause: OrderPause | None = None


class MessageLeft(Event):
    """The caller left a message for the restaurant's staff.

    `number` is E.164, and there only when the caller wants to be rung back; `order` is the order as it stood, in words.
    """

    type: Literal["call.message_left"] = "call.message_left"
    tool_call_id: str
    text: str
    name: str | None = None
    number: str | None = None
    order: str | None = None


class TextAgreed(Event):
    """What the caller answered when asked whether texts about the order may be sent to the number they ring from.

    `words` are theirs, of the turn `item_id`; `language` that of the conversation. The last answer counts.
    """

    type: Literal["call.text_agreed"] = "call.text_agreed"
    tool_call_id: str
    agreed: bool
    item_id: str
    words: str
    language: Literal["en", "es"] = "en"


class TextQueued(Event):
    """The confirmation of a placed order lies in the outbox, on its way to the caller's telephone."""

    type: Literal["call.text_queued"] = "call.text_queued"
    order_id: str


AlertKind = Literal["emergency", "transfer_unanswered", "message"]


class AlertRaised(Event):
    """Staff must look at this call. `reason` says why, in words of ours or the model's and never the caller's."""

    type: Literal["call.alert_raised"] = "call.alert_raised"
    kind: AlertKind
    reason: str = ""


class KeyPressed(Event):
    """The caller pressed a key (Twilio `dtmf`)."""

    type: Literal["call.key_pressed"] = "call.key_pressed"
    digit: str


class Gathered(Event):
    """Twilio's `<Gather>` has its result: turn number `turn`, from 1, of a text-only leg; `heard`: words or a key."""

    type: Literal["call.gathered"] = "call.gathered"
    leg: int
    turn: int
    heard: bool


class TransferAnswered(Event):
    """Somebody, or some machine, picked up the staff's telephone that was rung for the leg to come, `leg`."""

    type: Literal["call.transfer_answered"] = "call.transfer_answered"
    leg: int


class TransferAccepted(Event):
    """Who picked up pressed the key that takes the call: caller and staff speak with each other."""

    type: Literal["call.transfer_accepted"] = "call.transfer_accepted"
    leg: int


class Dialled(Event):
    """The staff's telephone was rung before the leg `leg`, and that is over. `status` is Twilio's `DialCallStatus`.

    `bridged`: Twilio joined the two; None: not said. A machine that answers gives "completed" as a person does.
    """

    type: Literal["call.dialled"] = "call.dialled"
    leg: int
    status: str
    bridged: bool | None = None


StaffAction = Literal["hint", "take_over", "end"]


class StaffActed(Event):
    """A person at the restaurant acts on the call while it is on.

    `command_id` is the store's, so that a command is taken once; `text` is a hint's, cleaned and short; `who`, as they
    call themselves.
    """

    type: Literal["call.staff_acted"] = "call.staff_acted"
    command_id: str
    action: StaffAction
    text: str = ""
    who: str = ""


KitchenStatus = Literal["accepted", "preparing", "ready", "completed", "rejected", "cancelled"]


class KitchenSaid(Event):
    """The POS says how far the kitchen is with an order that was placed in this call.

    `command_id` is the store's, so that it is taken once; `reason` is why an order will not be made, cleaned and short;
    `ready_at` is in milliseconds.
    """

    type: Literal["call.kitchen_said"] = "call.kitchen_said"
    command_id: str
    order_id: str
    status: KitchenStatus
    reason: str = ""
    ready_at: float | None = None


class RetryStarted(Event):
    """The wait after a failure is over; the model is tried again."""

    type: Literal["call.retry_started"] = "call.retry_started"
    attempt: int


class RecoveryFailed(Event):
    """The attempts of the error table are used up."""

    type: Literal["call.recovery_failed"] = "call.recovery_failed"
    code: str = "WS_CONNECTION_FAILED"


class Ended(Event):
    """The conversation is over by decision; the stream is closed and `/twiml/next` says what follows."""

    type: Literal["call.ended"] = "call.ended"
    reason: str
    next: Literal["goodbye", "transfer", "apologise", "reconnect", "text_only"] = "goodbye"


class SubmitDelayed(Event):
    """A submit has had no answer for `waited_s` seconds; the store is still asked. Told again and again meanwhile."""

    type: Literal["call.submit_delayed"] = "call.submit_delayed"
    waited_s: float = 0


class MoveAsked(Event):
    """The leg is to go on in another process: at its next quiet moment, but within `within_s` seconds (0: now)."""

    type: Literal["call.move_asked"] = "call.move_asked"
    within_s: float = 0


class LogDamaged(Event):
    """The log was read for a new leg, and so many of its entries are lost, or not known to this version."""

    type: Literal["call.log_damaged"] = "call.log_damaged"
    entries: int


class TimedOut(Event):
    """The call's deadline passed."""

    type: Literal["call.timed_out"] = "call.timed_out"


CallEvent = Annotated[
    CallStarted
    | Disclosed
    | LegStarted
    | LegEnded
    | HungUp
    | ModelOpened
    | SessionRequested
    | ConnectionFailed
    | ModelLost
    | ModelChecked
    | ListeningStarted
    | ListeningStopped
    | CallerBegan
    | CallerPaused
    | AudioCommitted
    | ResponseStarted
    | ResponseFinished
    | PlaybackStarted
    | PlaybackFinished
    | PlaybackStalled
    | Interrupted
    | AgentSaid
    | ToolCalled
    | OrderReady
    | OrderIncomplete
    | OrderRefused
    | OfferChanged
    | MessageLeft
    | TextAgreed
    | TextQueued
    | AlertRaised
    | KeyPressed
    | Gathered
    | TransferAnswered
    | TransferAccepted
    | Dialled
    | StaffActed
    | KitchenSaid
    | RetryStarted
    | RecoveryFailed
    | Ended
    | SubmitDelayed
    | MoveAsked
    | LogDamaged
    | TimedOut,
    Field(discriminator="type"),
]
