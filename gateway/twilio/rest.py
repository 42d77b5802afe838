"""A small client of Twilio's REST API: send a message, ring a number, change a call that is on.

Only what the gateway asks for. What an answer means, and whether a request may be made again, is in `rest_answers.py`.
Rules kept here: a request that may have been carried out is repeated only where twice is as good as once; with two auth
tokens, while they are rotated, the second is tried when the first is not known; nothing is logged here.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, cast

import httpx2

from gateway.settings import Settings
from gateway.twilio.rest_answers import (
    CALL_NOT_IN_PROGRESS,
    NOT_FOUND,
    Record,
    TwilioError,
    TwilioRefusedError,
    TwilioUnreachableError,
    TwilioUnsureError,
    may_repeat,
    read_answer,
)

API_VERSION = "2010-04-01"
TIMEOUT_S = 10.0
PAUSES_S = (0.5, 2.0)
"""Seconds before the second attempt and the third."""
LONGEST_PAUSE_S = 5.0
ANSWER_LIMIT = 256 * 1024
"""Bytes: a page of `PAGE` messages has a tenth of it."""
PAGE = 20
RING_S = 30
"""Seconds that a number rings before the call counts as not answered."""
SERVICE = "MG"
"""How the SID of a messaging service begins; other senders are numbers."""
UNAUTHORISED = 401


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose account is used, and where its API is.

    Attributes:
        sid: `AC...`.
        tokens: auth tokens, the preferred one first.
        url: where the API begins, without a slash at the end.
    """

    sid: str
    tokens: Sequence[str] = field(repr=False)
    url: str


def account_of(settings: Settings) -> TwilioAccount | None:
    """The account that the settings name; None: they name none, so nothing can be asked for."""
    tokens = tuple(token.get_secret_value() for token in settings.twilio_auth_token)
    if settings.twilio_account_sid is None or not tokens:
        return None
    return TwilioAccount(settings.twilio_account_sid, tokens, settings.twilio_api_url)


class TwilioRest:
    """The API for one account: `async with TwilioRest(account) as twilio`.

    Every method raises one of `TwilioError`'s kinds when it was not done, or nobody knows that it was.
    """

    def __init__(
        self, account: TwilioAccount, *, timeout_s: float = TIMEOUT_S, pauses_s: Sequence[float] = PAUSES_S
    ) -> None:
        """Prepare a client; it connects when it is asked for something.

        Args:
            account: whose.
            timeout_s: for one attempt, the answer included.
            pauses_s: before each further attempt; none for a caller that has a schedule of its own.
        """
        assert account.tokens, "a client without a token can ask for nothing"
        self._account = account
        self._timeout_s = timeout_s
        self._pauses_s = tuple(pauses_s)
        self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send_message(self, to: str, sender: str, text: str) -> str:
        """Send a text message; returns its SID. Twilio takes it: whether it arrives is another matter.

        Args:
            to: E.164.
            sender: one of the account's numbers, E.164, or the SID of a messaging service (`MG...`).
            text: at most 1600 characters (Twilio, "Message resource").
        """
        whose = "MessagingServiceSid" if sender.startswith(SERVICE) else "From"
        return _sid(await self._ask("POST", "Messages.json", {"To": to, whose: sender, "Body": text}))

    async def was_sent(self, to: str, text: str) -> bool:
        """Whether one of the last messages to a number (E.164) had these words: what an unsure attempt leaves open.

        Not asked by date, since a message that is still queued has none. A trial account's messages have words of
        Twilio's before our own.
        """
        query = {"To": to, "PageSize": str(PAGE)}
        found = (await self._ask("GET", "Messages.json", query, harmless=True)).get("messages")
        messages = cast("list[object]", found) if isinstance(found, list) else []
        bodies = (message.get("body") for message in messages if isinstance(message, dict))
        return any(isinstance(body, str) and body.endswith(text) for body in bodies)

    async def ring(self, to: str, sender: str, document: str, *, ring_s: int = RING_S, harmless: bool = False) -> str:
        """Ring a number and have it hear a document; returns the call's SID as soon as it is queued.

        Args:
            to: E.164.
            sender: one of the account's numbers, E.164.
            document: TwiML, about 4000 characters at most.
            ring_s: seconds.
            harmless: it may ring once more where nobody knows whether it rang.
        """
        form = {"To": to, "From": sender, "Twiml": document, "Timeout": str(ring_s)}
        return _sid(await self._ask("POST", "Calls.json", form, harmless=harmless))

    async def redirect_call(self, call_id: str, document: str) -> bool:
        """Have a call that is on go on with another document, at once; False when it is over."""
        return await self._change(call_id, {"Twiml": document})

    async def end_call(self, call_id: str) -> bool:
        """Hang a call up; False when it is over already."""
        return await self._change(call_id, {"Status": "completed"})

    async def _change(self, call_id: str, form: Mapping[str, str]) -> bool:
        try:
            await self._ask("POST", f"Calls/{call_id}.json", form, harmless=True)
        except TwilioRefusedError as error:
            if error.code in (CALL_NOT_IN_PROGRESS, NOT_FOUND):
                return False
            raise
        return True

    async def _ask(self, method: str, path: str, fields: Mapping[str, str], *, harmless: bool = False) -> Record:
        pauses = iter(self._pauses_s)
        while True:
            try:
                return await self._try_tokens(method, path, fields)
            except TwilioError as error:
                pause = next(pauses, None)
                if pause is None or not may_repeat(error, harmless=harmless):
                    raise
                asked = error.retry_after_s if isinstance(error, TwilioRefusedError) else None
                if (asked or 0.0) > LONGEST_PAUSE_S:
                    raise
            await asyncio.sleep(max(pause, asked or 0.0))

    async def _try_tokens(self, method: str, path: str, fields: Mapping[str, str]) -> Record:
        *others, last = self._account.tokens
        for token in others:
            try:
                return await self._try(method, path, fields, token)
            except TwilioRefusedError as error:
                if error.status != UNAUTHORISED:
                    raise
        return await self._try(method, path, fields, last)

    async def _try(self, method: str, path: str, fields: Mapping[str, str], token: str) -> Record:
        """One attempt.

        What fails before the request was written did nothing; what fails later may have.
        """
        account = self._account
        url = f"{account.url}/{API_VERSION}/Accounts/{account.sid}/{path}"
        form, query = (dict(fields), None) if method == "POST" else (None, dict(fields))
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream(method, url, data=form, params=query, auth=(account.sid, token)) as answer,
            ):
                body = b"".join([part async for part in _capped(answer)])
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol) as error:
            raise TwilioUnreachableError("no connection to Twilio") from error
        except (TimeoutError, httpx2.HTTPError) as error:
            raise TwilioUnsureError(f"no complete answer from Twilio ({type(error).__name__})") from error
        return read_answer(answer.status_code, body, _seconds(answer.headers.get("retry-after")))


async def _capped(answer: httpx2.Response) -> AsyncIterator[bytes]:
    """The body, cut off at the limit: then it cannot be read, and nobody knows what it said."""
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > ANSWER_LIMIT:
            return
        yield part


def _sid(record: Record) -> str:
    sid = record.get("sid")
    if not isinstance(sid, str):
        raise TwilioUnsureError("Twilio's answer names nothing that was made")
    return sid


def _seconds(value: str | None) -> float | None:
    """Retry-After as Twilio gives it: whole seconds."""
    return float(value) if value is not None and value.isascii() and value.isdecimal() else None
