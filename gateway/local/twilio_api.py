"""Twilio's REST API to try the gateway with: takes messages and calls as Twilio would, and remembers them.

It judges requests as the documented API does (Twilio, "Message resource", "Call resource", "Errors"): account and
token, form encoding, required fields, E.164. Nothing is sent and nobody is rung. Faults can be switched on.
"""

import asyncio
import base64
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.local.host import hosted

MESSAGE_LIMIT, DOCUMENT_LIMIT = 1600, 4000
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_AT = "/2010-04-01/Accounts/{account}"
Form = Mapping[str, str]


@dataclass(slots=True)
class ApiFault:
    """What goes wrong with the next `times` requests that change something.

    Attributes:
        kind: `status` answers `status`; `hang` never answers; `half` breaks off in the middle of the answer.
        keeps: whether it is done all the same, as by a server that dies after its work.
    """

    kind: Literal["status", "hang", "half"]
    times: int = 1
    status: int = 500
    keeps: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was carried out: `path` behind the account, and the form's fields."""

    path: str
    form: Form
    sid: str


class _Refused(Exception):  # noqa: N818 - the peer's mistake, not an error of ours
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


_Handler = Callable[[Request, Form], tuple[list[Asked], str]]
_Endpoint = Callable[[Request], Awaitable[Response]]


class TwilioApi:
    """The API on a loopback port: `async with TwilioApi(sid, token) as api: ... api.url, api.messages`.

    Attributes:
        url: where it begins.
        messages: the messages that were taken, in order.
        calls: the calls that were taken, in order.
        changes: the changes of calls that were taken, in order.
        live: SIDs of calls that may be changed, besides those that were made here.
        unsubscribed: numbers that have said STOP.
        faults: what goes wrong next; append to it at any time.
        requests: how many requests came, whatever became of them.
    """

    def __init__(self, account: str, token: str, *, port: int = 0) -> None:
        self._account = account
        self._token = token
        self._port = port
        self._stack = AsyncExitStack()
        self._numbers = count(1)
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()
        self.url = ""
        self.messages: list[Asked] = []
        self.calls: list[Asked] = []
        self.changes: list[Asked] = []
        self.live: set[str] = set()
        self.unsubscribed: set[str] = set()
        self.faults: list[ApiFault] = []
        self.requests = 0

    async def __aenter__(self) -> Self:
        posted = {
            "/Messages.json": self._message,
            "/Calls.json": self._call,
            "/Calls/{call}.json": self._change,
        }
        routes = [Route(_AT + path, self._posting(handler), methods=["POST"]) for path, handler in posted.items()]
        routes.append(Route(f"{_AT}/Messages.json", self._list, methods=["GET"]))
        app = Starlette(routes=routes, max_body_size=1 << 20)
        self.url = await self._stack.enter_async_context(hosted(app, port=self._port))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._stack.aclose()

    async def wait_for(self, messages: int = 0, calls: int = 0, timeout_s: float = 10.0) -> None:
        """Wait until there are so many messages and calls.

        Raises:
            TimeoutError: there were fewer after `timeout_s` seconds.
        """
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: len(self.messages) >= messages and len(self.calls) >= calls)

    # --- what may be asked ---

    def _message(self, _request: Request, form: Form) -> tuple[list[Asked], str]:
        _number(form, "To", missing=21604, wrong=21211)
        if not form.get("MessagingServiceSid", "").startswith("MG"):
            _number(form, "From", missing=21603, wrong=21212)
        if not form.get("Body"):
            raise _Refused(400, 21602, "Message body is required.")
        if len(form["Body"]) > MESSAGE_LIMIT:
            raise _Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if form["To"] in self.unsubscribed:
            raise _Refused(400, 21610, f"Attempt to send to unsubscribed recipient {form['To']}")
        return self.messages, f"SM{next(self._numbers):032x}"

    def _call(self, _request: Request, form: Form) -> tuple[list[Asked], str]:
        _number(form, "To", missing=21201, wrong=21211)
        _number(form, "From", missing=21213, wrong=21212)
        if "Twiml" not in form:
            raise _Refused(400, 21205, "Url is not valid: it is missing, and so is Twiml")
        _document(form["Twiml"])
        sid = f"CA{next(self._numbers):032x}"
        self.live.add(sid)
        return self.calls, sid

    def _change(self, request: Request, form: Form) -> tuple[list[Asked], str]:
        sid = request.path_params["call"]
        if sid not in self.live:
            raise _Refused(404, 20404, f"The requested resource /Calls/{sid}.json was not found")
        if "Twiml" in form:
            _document(form["Twiml"])
        elif form.get("Status") == "completed":
            self.live.discard(sid)
        else:
            raise _Refused(400, 20001, "Neither Twiml nor a Status that a call can be set to")
        return self.changes, sid

    async def _list(self, request: Request) -> Response:
        self.requests += 1
        try:
            self._admit(request)
        except _Refused as refused:
            return _refusal(refused)
        to = request.query_params.get("To")
        found = [self._record(one) for one in reversed(self.messages) if to in (None, one.form["To"])]
        return JSONResponse({"messages": found[: int(request.query_params.get("PageSize", "50"))], "page": 0})

    # --- inside ---

    def _posting(self, handler: _Handler) -> _Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                body = await request.body()
            except ClientDisconnect:
                return Response(status_code=400)
            self.requests += 1
            fault = self._next_fault()
            if fault is not None and not fault.keeps:
                return await self._fail(fault)
            try:
                self._admit(request)
                kept, sid = handler(request, form := _form(request, body))
            except _Refused as refused:
                return _refusal(refused)
            async with self._changed:
                kept.append(asked := Asked(request.url.path.partition(self._account)[2], form, sid))
                self._changed.notify_all()
            return JSONResponse(self._record(asked), 201) if fault is None else await self._fail(fault)

        return endpoint

    def _admit(self, request: Request) -> None:
        expected = "Basic " + base64.b64encode(f"{self._account}:{self._token}".encode()).decode()
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise _Refused(401, 20003, "Authenticate")
        if request.path_params["account"] != self._account:
            raise _Refused(404, 20404, "The requested resource was not found")

    def _next_fault(self) -> ApiFault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        fault.times -= 1
        if fault.times <= 0:
            self.faults.pop(0)
        return fault

    async def _fail(self, fault: ApiFault) -> Response:
        if fault.kind == "half":
            return _HalfAnswer()
        if fault.kind == "hang":
            await self._closing.wait()
        return JSONResponse(
            {"code": 20429 if fault.status == 429 else 20500, "message": "a fault", "status": fault.status},
            fault.status,
            dict(fault.headers),
        )

    def _record(self, asked: Asked) -> dict[str, object]:
        form = asked.form
        record: dict[str, object] = {"sid": asked.sid, "account_sid": self._account, "status": "queued"}
        return record | {"to": form.get("To"), "from": form.get("From"), "body": form.get("Body")}


def _form(request: Request, body: bytes) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise _Refused(400, 20001, "The content type is not application/x-www-form-urlencoded")
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _number(form: Form, name: str, *, missing: int, wrong: int) -> None:
    number = form.get(name)
    if not number:
        raise _Refused(400, missing, f"A '{name}' phone number is required.")
    if not _E164.fullmatch(number):
        raise _Refused(400, wrong, f"The '{name}' number {number} is not a valid phone number.")


def _document(text: str) -> None:
    if len(text) > DOCUMENT_LIMIT:
        raise _Refused(400, 21205, f"Twiml has more than {DOCUMENT_LIMIT} characters")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - our own document, in a test or a demonstration
    except ElementTree.ParseError:
        raise _Refused(400, 12100, "Document parse failure") from None
    if root.tag != "Response":
        raise _Refused(400, 12100, "The document's root is not Response")


def _refusal(refused: _Refused) -> Response:
    more = f"https://www.twilio.com/docs/errors/{refused.code}"
    said = {"code": refused.code, "message": refused.message, "more_info": more, "status": refused.status}
    return JSONResponse(said, refused.status)


class _HalfAnswer(Response):
    """An answer that breaks off: uvicorn closes the connection when the application returns in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
