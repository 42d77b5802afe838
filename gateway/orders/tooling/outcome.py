"""What goes into a tool call besides its arguments, and what comes out of it.

The core owns everything that is not the order: who heard what, what the clock says, which order is held. It passes
that in as a `ToolContext` and carries out the `action` of the `ToolOutcome`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.orders.offer import Pause
from gateway.orders.order import Order
from gateway.orders.restaurant import Language
from gateway.orders.sold_out import NOTHING_SOLD_OUT, SoldOut

Assent = Literal["yes", "no", "unclear"]
OutcomeKind = Literal["ready", "incomplete", "refused", "noop"]
OrderErrorCode = Literal["ORDER_PARSE_ERROR", "MENU_ITEM_NOT_FOUND", "INCOMPLETE_ORDER"]


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What the call knows at the moment of a tool call.

    Attributes:
        now: aware, UTC.
        turn_ids: the caller turns that led to this call; they become the evidence of what is changed.
        confidence: of those turns' transcription, 0..1; 0 is unknown.
        held: the open order of an earlier call from the same number, if there is one.
        heard_read_back: the playout ledger shows that the total of the read-back that stands was heard.
        assent: the caller's answer to that read-back; None: nothing was transcribed since.
        sold_out: the 86 list as it stands now.
        quote_minutes: how long an order takes now; None: as long as the restaurant's settings say.
        no_person: why nobody can be reached by telephone now, in words for the model; None: somebody can.
        pause: the kitchen takes no orders for right away; None: it does.
        no_text: why the caller cannot get text messages, in words for the model; None: they can.
        recent_cents: totals of the orders that the same number placed within the last ten minutes, oldest first.
    """

    now: datetime
    turn_ids: tuple[str, ...] = ()
    confidence: float = 0.0
    held: Order | None = None
    heard_read_back: bool = False
    assent: Assent | None = None
    sold_out: SoldOut = NOTHING_SOLD_OUT
    quote_minutes: int | None = None
    pause: Pause | None = None
    recent_cents: tuple[int, ...] = ()
    no_person: str | None = None
    no_text: str | None = None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Say `text`. `total` is the part of it that names the total: once that was heard, the read-back was heard.

    `amounts`: the ways to say the total by which it is found in a model's own words (`wording/amounts.py`).
    """

    text: str
    total: str
    version: int
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand the order, now confirmed, to the POS. Comes at most once for an order."""


@dataclass(frozen=True, slots=True)
class ResumeHeld:
    """The held order was taken up; the outcome's order carries its id and replaces this call's."""


@dataclass(frozen=True, slots=True)
class DeclineHeld:
    """The caller does not want the held order: drop it."""


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """The caller dropped the order: hold nothing of it for a later call."""


@dataclass(frozen=True, slots=True)
class TransferToStaff:
    """Put the caller through to a person. `reason` is the model's, in a few words, for the whisper."""

    reason: str


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """Keep a message for the restaurant's staff, as text. `number_back` says that the caller wants to be rung back."""

    text: str
    name: str | None
    number_back: bool


@dataclass(frozen=True, slots=True)
class AgreeToText:
    """What the caller answered about text messages, as the model understood it, and the language that is spoken."""

    agreed: bool
    language: Language


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once the goodbye was heard. `reason` is the model's, for the log."""

    reason: str


ToolAction = (
    ReadBack | Submit | ResumeHeld | DeclineHeld | CancelOrder | TransferToStaff | LeaveMessage | AgreeToText | EndCall
)


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """The answer to one tool call.

    Attributes:
        order: the order after the call; the very order passed in when nothing changed.
        output: JSON for the model: `ok`, the whole `cart`, `missing`, `totals`, and `say` or `error`.
        kind: "ready": the order changed and its lines are complete. "incomplete": something must be asked first.
            "refused": nothing was changed and the model is told why. "noop": nothing to change (a question, a repeated
            call id, a message, a transfer, the end of the call).
        error: the taxonomy's name of what went wrong, if it has one.
        message: what went wrong, in words for the log and the model; None when nothing did.
        action: what the call must do now.
    """

    order: Order
    output: dict[str, object]
    kind: OutcomeKind
    error: OrderErrorCode | None = None
    message: str | None = None
    action: ToolAction | None = None
