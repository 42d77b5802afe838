"""The telephone company's side of a call: its webhooks, its debugger, its status callbacks.

Rules: a document that cannot be had is asked of the fallback URL, once, with the error; then the call fails. Callbacks
run beside the call and never hold it up; `drain` waits for them in the end.
"""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import urldefrag

from gateway.local import phone_twiml
from gateway.local.phone_record import CallRecord, DialledLeg, Notice, Request
from gateway.local.phone_setup import CallEvent, PhoneSetup
from gateway.local.phone_twiml import Document
from gateway.local.phone_verbs import Method, Number, Stream
from gateway.local.phone_webhook import Answer, WebhookFailed, Webhooks, read_overrides

DOCUMENT_LIMIT: Final = 200
"""No real call asks for so many; a loop of Redirects does."""

_XML_TYPES: Final = ("text/xml", "application/xml")
_PLACES: Final = ("From", "To", "Caller", "Called")


class CallFailed(Exception):  # noqa: N818 - it is an outcome of a call
    """There is no document to go on with: the caller hears an error and is hung up."""


class Exchange:
    """Asks for documents and tells events, for one call.

    Args:
        setup: The telephone.
        webhooks: Carries them.
    """

    def __init__(self, setup: PhoneSetup, webhooks: Webhooks) -> None:
        self.record = CallRecord("CA" + uuid.uuid4().hex)
        self.status = "ringing"
        self._setup = setup
        self._webhooks = webhooks
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._callbacks: list[asyncio.Task[None]] = []
        self._told = 0
        self._documents = 0

    @property
    def began(self) -> float:
        """The loop's time when it began to ring."""
        return self._began

    def notice(self, code: int, text: str) -> None:
        """An entry in the debugger that is nobody's mistake."""
        self.record.notices.append(Notice(self._loop.time() - self._began, code, text))

    def violation(self, code: int, text: str) -> None:
        """A rule of Twilio's that the gateway broke."""
        self.record.violations.append(Notice(self._loop.time() - self._began, code, text))

    async def document(self, url: str, method: Method = "POST", extra: Mapping[str, str] | None = None) -> Document:
        """Asks for the next document; `extra` are the verb's own form fields.

        Raises:
            CallFailed: Neither the URL nor the fallback gave one.
        """
        self._documents += 1
        if self._documents > DOCUMENT_LIMIT:
            self.violation(11200, f"more than {DOCUMENT_LIMIT} documents in one call: a loop")
            raise CallFailed("a loop of documents")
        params = self._params() | dict(extra or {})
        try:
            return await self._fetch(url, method, params)
        except WebhookFailed as error:
            self.notice(error.code, str(error))
            if not self._setup.fallback_url:
                raise CallFailed(str(error)) from error
            params |= {"ErrorCode": str(error.code), "ErrorUrl": urldefrag(url)[0]}
        try:
            return await self._fetch(self._setup.fallback_url, "POST", params)
        except WebhookFailed as error:
            self.notice(error.code, str(error))
            raise CallFailed(str(error)) from error

    async def leg_document(self, url: str, method: Method, leg: DialledLeg, extra: Mapping[str, str]) -> Document:
        """Asks for a document that runs on a dialled leg, which is a call of its own.

        Raises:
            WebhookFailed: It cannot be had: the leg ends.
        """
        return await self._fetch(url, method, {**self._leg_params(leg), **extra})

    async def sound(self, url: str) -> Answer:
        """Fetches a file for Play.

        Raises:
            WebhookFailed: It cannot be had.
        """
        return await self._ask(url, {}, "GET")

    async def _fetch(self, url: str, method: Method, params: Mapping[str, str]) -> Document:
        for problem in read_overrides(urldefrag(url)[1])[1]:
            self.violation(11100, problem)
        answer = await self._ask(url, params, method)
        kind = answer.content_type.split(";")[0].strip().lower()
        if kind not in _XML_TYPES:
            self.violation(12300, f"{answer.url}: the document's type is {kind or 'missing'}")
            raise WebhookFailed(12300, f"{answer.url}: invalid Content-Type", answer.attempts)
        try:
            document = phone_twiml.parse(answer.body, answer.url)
        except phone_twiml.TwimlError as error:
            self.violation(phone_twiml.PARSE_FAILURE, f"{answer.url}: {error}")
            raise WebhookFailed(phone_twiml.PARSE_FAILURE, f"{answer.url}: {error}", answer.attempts) from error
        for code, text in document.problems:
            self.violation(code, f"{answer.url}: {text}")
        return document

    async def _ask(self, url: str, params: Mapping[str, str], method: Method) -> Answer:
        at = self._loop.time() - self._began
        try:
            answer = await self._webhooks.ask(url, params, method)
        except WebhookFailed as error:
            self.record.requests.append(Request(at, urldefrag(url)[0], params, 0, error.attempts))
            raise
        self.record.requests.append(Request(at, answer.url, params, answer.status, answer.attempts))
        return answer

    def _params(self) -> dict[str, str]:
        """The fields of every voice webhook. Geographic ones may be blank, and a blank counts for the signature."""
        numbers = {
            "From": self._setup.from_number,
            "To": self._setup.to_number,
            "Caller": self._setup.from_number,
            "Called": self._setup.to_number,
        }
        places = {f"{who}{what}": "" for who in _PLACES for what in ("City", "State", "Zip")}
        countries = {f"{who}Country": "US" for who in _PLACES}
        return {
            "AccountSid": self._setup.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.record.call_sid,
            "CallStatus": self.status,
            "Direction": "inbound",
            **numbers,
            **places,
            **countries,
            **self._setup.extra_params,
        }

    def _leg_params(self, leg: DialledLeg) -> dict[str, str]:
        own = {"CallSid": leg.call_sid, "ParentCallSid": self.record.call_sid, "Direction": "outbound-dial"}
        return self._params() | own | {"To": leg.number, "Called": leg.number}

    # -- callbacks --

    def tell_leg(self, number: Number, leg: DialledLeg, duration_s: float) -> None:
        """Sends the end of a dialled leg to the number's own status callback, if it has one."""
        if number.status_callback:
            params = self._leg_params(leg) | {
                "CallStatus": "completed",
                "CallDuration": str(round(duration_s)),
                "Timestamp": format_datetime(datetime.now(UTC)),
                "CallbackSource": "call-progress-events",
                "SequenceNumber": "0",
            }
            self._call_back(number.status_callback, params, number.status_callback_method)

    def tell_status(self, event: CallEvent, duration_s: float = 0) -> None:
        """Sends the call's status to the number's status callback, if it wants this event."""
        if not self._setup.status_url or event not in self._setup.status_events:
            return
        params = self._params() | {
            "CallStatus": "initiated" if event == "initiated" else self.status,
            "SequenceNumber": str(self._told),
            "Timestamp": format_datetime(datetime.now(UTC)),
            "CallbackSource": "call-progress-events",
        }
        if event == "completed" and self.status == "completed":
            params |= {"CallDuration": str(round(duration_s)), "Duration": str(-(-round(duration_s) // 60))}
        self._told += 1
        self._call_back(self._setup.status_url, params, "POST")

    def tell_stream(self, verb: Stream, stream_sid: str, event: str, error: str = "") -> None:
        """Sends a stream's event to its own status callback, if it has one."""
        if not verb.status_callback:
            return
        params = {
            "AccountSid": self._setup.account_sid,
            "CallSid": self.record.call_sid,
            "StreamSid": stream_sid,
            "StreamName": verb.name or stream_sid,
            "StreamEvent": event,
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        if error:
            params["StreamError"] = error
        self._call_back(verb.status_callback, params, verb.status_callback_method)

    def _call_back(self, url: str, params: Mapping[str, str], method: Method) -> None:
        # One after the other: Twilio does not promise an order, but a test that asks for one should not be a lottery.
        before = self._callbacks[-1] if self._callbacks else None

        async def send() -> None:
            if before is not None:
                await asyncio.wait([before])
            try:
                await self._ask(url, params, method)
            except WebhookFailed as error:
                self.notice(error.code, str(error))

        self._callbacks.append(asyncio.create_task(send()))

    async def drain(self) -> None:
        """Waits for the callbacks that are still under way; each ends within Twilio's 15 s."""
        if self._callbacks:
            await asyncio.wait(self._callbacks)
