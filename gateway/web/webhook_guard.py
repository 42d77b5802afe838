"""The door for Twilio's requests: who may come in, and what a request says.

A webhook is genuine when its signature was made with one of our auth tokens over the public URL as configured, the raw
path and query, and every form field, blank and repeated ones too (Twilio, "Webhooks security"). Only then is a field
looked at. What a proxy made of the address is never used. Development without an auth token accepts what is unsigned.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from gateway.logs import get_logger
from gateway.security import twilio_handshake_is_genuine, twilio_request_is_genuine
from gateway.settings import Settings

log = get_logger(__name__)

BODY_LIMIT = 65_536
"""Bytes of a webhook's body; Twilio's have a few thousand."""
MAX_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
CALL_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Twilio's have 34; it becomes part of a key
_LEG = re.compile("[1-9][0-9]{0,3}", re.ASCII)
_COUNT = re.compile("0|[1-9][0-9]{0,8}", re.ASCII)
_STATUS = re.compile(r"[a-z-]{1,20}")
_COMMAND = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")  # the store's id of it; it becomes part of a key
_TOKEN = re.compile(r"[A-Za-z0-9_.:-]{1,128}")  # a UUID so far; it becomes part of a key

Refusal = Literal[
    "signature_missing",
    "signature_wrong",
    "no_auth_token_configured",
    "not_a_form",
    "too_many_fields",
    "repeated_field",
    "bad_call_sid",
    "bad_leg",
    "bad_turn",
    "unknown_restaurant",
]


class WebhookRefused(Exception):  # noqa: N818 - a refusal is the peer's mistake, not an error of ours
    """A request that is not served. `reason` is for the log, `status` for the answer; neither repeats the request.

    `hook` is there when the request was genuine and only its content is unusable: then a caller waits for TwiML.
    """

    def __init__(self, reason: Refusal, status: int, hook: "Webhook | None" = None, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason: Refusal = reason
        self.status = status
        self.hook = hook
        self.field = field


@dataclass(frozen=True, slots=True)
class Webhook:
    """A genuine request.

    Attributes:
        path: without the query, for logs.
        query: the parameters of the URL.
        form: all fields in order, blank and repeated ones too.
        token: `I-Twilio-Idempotency-Token`, the same over all attempts of one request (Twilio, "Webhooks connection
            overrides"); None without a usable one. It is not signed, so it may choose between answers of one call only.
    """

    path: str
    query: Mapping[str, str]
    form: Sequence[tuple[str, str]]
    token: str | None = None

    def field(self, name: str) -> str | None:
        """The value of a form field; None when it is missing or blank.

        Raises:
            WebhookRefused: the field is there with several values, so that nobody can say which one holds.
        """
        values = {value for key, value in self.form if key == name}
        if len(values) > 1:
            raise WebhookRefused("repeated_field", 400, self, name)
        return (values.pop() if values else "") or None

    @property
    def call_id(self) -> str:
        """Twilio's CallSid.

        Raises:
            WebhookRefused: missing, repeated, or nothing that can be a CallSid.
        """
        call_id = self.field("CallSid")
        if call_id is None or not CALL_SID.fullmatch(call_id):
            raise WebhookRefused("bad_call_sid", 400, self)
        return call_id

    @property
    def leg(self) -> int:
        """The number of the media stream that is to come, as our own URL `/twiml/next?leg=N` has it; 2 or more.

        Raises:
            WebhookRefused: the URL has none.
        """
        leg = self.query.get("leg", "")
        if not _LEG.fullmatch(leg) or leg == "1":
            raise WebhookRefused("bad_leg", 400, self)
        return int(leg)

    @property
    def held(self) -> int:
        """How often the caller was asked to hold before this request, by our own URL `/twiml/next?leg=N&held=N`."""
        held = self.query.get("held", "0")
        return int(held) if _COUNT.fullmatch(held) else 0

    @property
    def dialled(self) -> "DialOutcome | None":
        """How a Dial has ended that led to this request; None: none did.

        Twilio says it once. Our own URL `&dial=STATUS&bridged=true` keeps it while the caller is asked to hold.

        Raises:
            WebhookRefused: as `field`.
        """
        status, bridged = self.field("DialCallStatus"), self.field("DialBridged")
        if status is None and _STATUS.fullmatch(self.query.get("dial", "")):
            status, bridged = self.query["dial"], self.query.get("bridged")
        return None if status is None else DialOutcome(status, None if bridged is None else bridged == "true")

    @property
    def command(self) -> str | None:
        """The command of the restaurant's people because of which Twilio asks, as our own URL has it; mostly None."""
        command = self.query.get("staff", "")
        return command if _COMMAND.fullmatch(command) else None

    @property
    def turn(self) -> "AskedTurn":
        """Leg, turn and fence, as our own URL `/twiml/gather?leg=N&turn=N&fence=N` has them; turn 0 has no fence yet.

        Raises:
            WebhookRefused: the URL does not have them.
        """
        leg, turn, fence = (self.query.get(name, "0") for name in ("leg", "turn", "fence"))
        if not (_LEG.fullmatch(leg) and _COUNT.fullmatch(turn) and _COUNT.fullmatch(fence)):
            raise WebhookRefused("bad_turn", 400, self)
        if (turn == "0") != (fence == "0"):
            raise WebhookRefused("bad_turn", 400, self)
        return AskedTurn(int(leg), int(turn), int(fence))


class DialOutcome(NamedTuple):
    """Twilio's `DialCallStatus` and `DialBridged`; None where it does not say."""

    status: str
    bridged: bool | None


class AskedTurn(NamedTuple):
    """Which turn of the text-only mode a request is about."""

    leg: int
    turn: int
    fence: int


class WebhookGuard:
    """Checks Twilio's requests and handshakes against the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens = tuple(token.get_secret_value() for token in settings.twilio_auth_token)
        self._warned = False

    async def receive(self, request: Request) -> Webhook:
        """Read and check a webhook.

        Raises:
            WebhookRefused: forged, unsigned, or no form.
            starlette.exceptions.HTTPException: 413, when the route's limit of the body is passed.
        """
        body = await request.body()
        if request.headers.get("content-type", FORM).partition(";")[0].strip().lower() != FORM:
            raise WebhookRefused("not_a_form", 415)
        try:
            form = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            raise WebhookRefused("too_many_fields", 413) from None
        url = self._settings.public_url + _raw_target(request.scope)
        signature = request.headers.get("x-twilio-signature")
        reason = self._judge(signature, twilio_request_is_genuine(self._tokens, signature, url, form))
        if reason is not None:
            raise WebhookRefused(reason, 403)
        token = request.headers.get("i-twilio-idempotency-token", "")
        usable = token if _TOKEN.fullmatch(token) else None
        return Webhook(request.url.path, dict(request.query_params), tuple(form), usable)

    def handshake_refusal(self, scope: Scope) -> Refusal | None:
        """Why a media stream's handshake is not accepted; None when it is. To be asked before `accept`.

        The address is signed as `wss://`, without parameters; the path's slash at the end may differ (Twilio, "Media
        Streams"; see `security.twilio_handshake_is_genuine`).
        """
        signature = Headers(scope=scope).get("x-twilio-signature")
        url = self._settings.media_url.removesuffix("/media") + _raw_target(scope)
        return self._judge(signature, twilio_handshake_is_genuine(self._tokens, signature, url))

    def _judge(self, signature: str | None, genuine: bool) -> Refusal | None:
        if self._tokens:
            return "signature_missing" if not signature else None if genuine else "signature_wrong"
        if not self._settings.development:
            return "no_auth_token_configured"
        if not self._warned:
            self._warned = True
            log.warning("webhook.unsigned_accepted", fix="Set TWILIO_AUTH_TOKEN to have signatures checked.")
        return None


def _raw_target(scope: Scope) -> str:
    """Path and query as they stand in the request: decoding and encoding again need not give the same characters."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return (raw + (b"?" + query if query else b"")).decode("latin-1")
