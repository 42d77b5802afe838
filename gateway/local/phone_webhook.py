"""Webhooks as Twilio sends them: signed, timed, repeated as the URL's fragment says.

Rules: the signature covers the exact URL without its fragment, and the form with its blanks (webhooks-security page);
the fragment overrides time-outs and retries (webhooks-connection-overrides page); the idempotency token is the same in
all attempts of one request. The signature is made here and not with Twilio's package, so that two implementations meet.
"""

import asyncio
import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urlencode

import httpx2

from gateway.local.phone_verbs import Method

RETRIEVAL_FAILURE: Final = 11200
CONNECTION_FAILURE: Final = 11205
_RANGES: Final = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
_POLICIES: Final = frozenset({"4xx", "5xx", "ct", "rt", "all"})


class WebhookFailed(Exception):  # noqa: N818 - it is an outcome of a call
    """No attempt brought a 2xx answer.

    Attributes:
        code: Twilio's error code, 11200 or 11205.
        attempts: How often it was tried.
    """

    def __init__(self, code: int, why: str, attempts: int) -> None:
        super().__init__(why)
        self.code = code
        self.attempts = attempts


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer. `url` is the one asked, without its fragment; `attempts` counts the one that brought it."""

    url: str
    status: int
    content_type: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a webhook URL's fragment changes; the defaults are Twilio's. Times in milliseconds."""

    ct: int = 5000
    rt: int = 15_000
    tt: int = 15_000
    rc: int = 1
    rp: frozenset[str] = frozenset({"ct"})

    def repeats(self, failure: str) -> bool:
        """Whether a failure of this kind ("ct", "rt", "4xx" or "5xx") is tried again."""
        return failure in self.rp or "all" in self.rp


def read_overrides(fragment: str) -> tuple[Overrides, list[str]]:
    """Reads a URL's fragment; returns the settings and what was wrong with them (a wrong one keeps its default)."""
    values: dict[str, int] = {}
    policy = Overrides().rp
    problems: list[str] = []
    for key, value in parse_qsl(fragment, keep_blank_values=True):
        if key in _RANGES:
            low, high = _RANGES[key]
            if value.isdecimal() and low <= int(value) <= high:
                values[key] = int(value)
            else:
                problems.append(f"{key}={value} is not between {low} and {high}")
        elif key == "rp":
            policy = frozenset(value.split(","))
            problems.extend(f"rp={name} is no retry policy" for name in sorted(policy - _POLICIES))
        elif key not in ("e", "sni"):
            problems.append(f"{key} is no connection override")
    return Overrides(**values, rp=policy), problems


def sign(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """The X-Twilio-Signature of a request.

    Args:
        auth_token: The account's secret.
        url: The URL exactly as it is asked, with its query, without a fragment.
        params: The form fields, blanks included; empty for GET and for a WebSocket handshake.
    """
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.digest(auth_token.encode(), text.encode(), hashlib.sha1)).decode()


class Webhooks:
    """Sends webhooks over one HTTP client, which the caller closes.

    Args:
        client: Its own time-outs do not count.
        auth_token: Signs every request.
        retry_pause_s: Time between two attempts. Twilio documents none.
        lose_answers: The first 2xx answer to each request is lost on its way: the request is sent once more.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        auth_token: str,
        retry_pause_s: float = 0,
        *,
        lose_answers: bool = False,
    ) -> None:
        self._client = client
        self._auth_token = auth_token
        self._retry_pause_s = retry_pause_s
        self._lose_answers = lose_answers

    async def ask(self, url: str, params: Mapping[str, str], method: Method = "POST") -> Answer:
        """Sends one webhook, with the retries its URL asks for.

        Raises:
            WebhookFailed: No answer, or none with a 2xx status, within the attempts and the total time.
        """
        address, fragment = urldefrag(url)
        overrides, _ = read_overrides(fragment)
        request = self._request(address, params, method, overrides)
        attempts, lost = 0, not self._lose_answers
        try:
            async with asyncio.timeout(overrides.tt / 1000):
                while True:
                    attempts += 1
                    code, failure, why = CONNECTION_FAILURE, "ct", ""
                    try:
                        response = await self._client.send(request)
                    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.InvalidURL) as error:
                        why = f"no connection: {error}"
                    except httpx2.HTTPError as error:
                        failure, why = "rt", f"no answer: {type(error).__name__}"
                    else:
                        if response.is_success and not lost:
                            lost = True
                            continue
                        if response.is_success:
                            content_type = response.headers.get("content-type", "")
                            return Answer(address, response.status_code, content_type, response.content, attempts)
                        code, failure = RETRIEVAL_FAILURE, f"{response.status_code // 100}xx"
                        why = f"HTTP status {response.status_code}"
                    if attempts > overrides.rc or not overrides.repeats(failure):
                        raise WebhookFailed(code, f"{address}: {why}", attempts)
                    await asyncio.sleep(self._retry_pause_s)
        except TimeoutError:
            raise WebhookFailed(CONNECTION_FAILURE, f"{address}: total time over", attempts) from None

    def _request(self, url: str, params: Mapping[str, str], method: Method, overrides: Overrides) -> httpx2.Request:
        form = urlencode(params)
        if method == "GET" and form:
            url += ("&" if "?" in url else "?") + form
        headers = {
            "X-Twilio-Signature": sign(self._auth_token, url, params if method == "POST" else {}),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "X-Home-Region": "us1",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            body = form.encode()
        read_s = overrides.rt / 1000
        timeout = httpx2.Timeout(connect=overrides.ct / 1000, read=read_s, write=read_s, pool=None)
        extensions = {"timeout": timeout.as_dict()}
        return self._client.build_request(method, url, headers=headers, content=body, extensions=extensions)
