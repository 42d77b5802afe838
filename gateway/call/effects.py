"""What the core wants done. The session carries effects out, in order, and reports their outcome as events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.events import AlertKind, ErrorEvent
from gateway.orders.order import Order
from gateway.orders.restaurant import Language

ClipName = Literal[
    "hold", "sorry_repeat", "still_there", "apology_transfer", "goodbye", "technical_trouble", "let_me_see"
]
NextStepName = Literal["goodbye", "transfer", "apologise", "reconnect", "text_only"]


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Get a socket to the model. Outcome: `call.model_opened` or `call.connection_failed`."""

    fresh: bool = False
    """True after a loss: the pool may hold sockets that died with the lost one."""
    after: str | None = None
    """The taxonomy's code of that loss: another endpoint may be tried first because of it."""


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A turn of the conversation so far, for a model that has not heard it."""

    role: Literal["user", "assistant", "system"]
    text: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """A tool call that was made for the model in advance: it knows the answer without asking. `output` is JSON."""

    tool_call_id: str
    name: str
    output: str


@dataclass(frozen=True, slots=True)
class ConfigureModel:
    """Send `session.update`, then what is known already. Outcome: `call.session_requested`, later `session.updated`."""

    instructions: str
    tools: tuple[Mapping[str, object], ...]
    look_ups: tuple[LookUp, ...] = ()
    history: tuple[HistoryItem, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestResponse:
    """Wish that the model speaks. Repeated wishes are one; it is sent when no response is active."""

    again: bool = False
    """True when an answer that was asked for does not come: ask anew, also while the first wish is not answered."""


@dataclass(frozen=True, slots=True)
class CheckModel:
    """Ask the model something that it answers at once, to learn whether it is there. Outcome: `call.model_checked`."""


@dataclass(frozen=True, slots=True)
class Note:
    """Tell the model something as a system message; says nothing by itself."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerTool:
    """Give the output of a tool call back. `output` is JSON text."""

    tool_call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class CancelResponse:
    """Stop the response that is being made; its late audio is dropped."""

    response_id: str


@dataclass(frozen=True, slots=True)
class TruncateItem:
    """Cut the model's memory of an item of its speech to the `audio_end_ms` that were heard."""

    item_id: str
    content_index: int
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class DeleteItem:
    """Take an item out of the model's memory: speech of which nothing was heard, or a mere "mm-hm"."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ClearPlayout:
    """Make Twilio drop what it has buffered (`clear`)."""


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Stop what plays as if the caller had cut in. The line tells what was heard of it, as an interruption."""


@dataclass(frozen=True, slots=True)
class PlayClip:
    """Play a short prepared phrase to the caller while the model cannot speak."""

    name: ClipName


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """Keep the open order for the same number's next call; None: there is nothing to keep any more."""

    order: Order | None


@dataclass(frozen=True, slots=True)
class SubmitOrder:
    """Submit the confirmed order, atomically with its outbox entry. Outcome: `order.complete` or `order.error`."""

    order: Order


@dataclass(frozen=True, slots=True)
class KeepMessage:
    """Store a message for the staff. Outcome: `call.message_left`, with the number if the caller is to be rung back."""

    tool_call_id: str
    text: str
    name: str | None
    number_back: bool
    order: str | None


@dataclass(frozen=True, slots=True)
class KeepConsent:
    """Write down what the caller answered about text messages, in their words. Outcome: `call.text_agreed`."""

    tool_call_id: str
    item_id: str
    words: str
    language: Language
    agreed: bool


@dataclass(frozen=True, slots=True)
class TextOrder:
    """Have a placed order confirmed to the caller by a text message. Outcome: `call.text_queued`, with luck."""

    order: Order
    language: Language


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """Call the staff's attention to this call. Outcome: `call.alert_raised`."""

    kind: AlertKind
    reason: str


@dataclass(frozen=True, slots=True)
class ReportError:
    """An error of the core's own making (a refused tool call, a model that stays silent): log and count it."""

    error: ErrorEvent


@dataclass(frozen=True, slots=True)
class CloseModel:
    """Close the model's socket."""


@dataclass(frozen=True, slots=True)
class EndLeg:
    """Close the media stream; Twilio then asks `/twiml/next`, which reads `next` from the log."""

    reason: str


Effect = (
    OpenModel
    | ConfigureModel
    | RequestResponse
    | CheckModel
    | Note
    | AnswerTool
    | CancelResponse
    | TruncateItem
    | DeleteItem
    | ClearPlayout
    | BreakOff
    | PlayClip
    | HoldOrder
    | SubmitOrder
    | KeepMessage
    | KeepConsent
    | TextOrder
    | RaiseAlert
    | ReportError
    | CloseModel
    | EndLeg
)
