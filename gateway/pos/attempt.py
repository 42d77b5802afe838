"""One attempt to deliver a message over HTTP: what came of it, and nothing about what follows from that."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx2

from gateway.orders.restaurant import PosEndpoint
from gateway.pos.webhook import Failure, headers, parse_retry_after
from gateway.store import Delivery

TIMEOUT_S = 10.0
# Nobody reads more of an answer than this. An endless one is cut off; its status counts.
ANSWER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome: an HTTP status, or why there was none; `retry_after_s` if the answer asked for a pause.

    `said`: what the answer says, in words that may be logged; empty for a receiver whose words are not looked at.
    """

    outcome: int | Failure
    retry_after_s: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` is no longer than the limit that was named, and a bit."""

    status: int
    retry_after_s: float | None
    body: bytes


async def attempt_delivery(
    client: httpx2.AsyncClient, endpoint: PosEndpoint, delivery: Delivery, now: datetime, timeout_s: float = TIMEOUT_S
) -> Attempt:
    """POST a message once. A 2xx whose body breaks off is no receipt: the receiver may have died over it.

    Args:
        client: follows no redirects and takes no proxy from the environment (`delivery_client`).
        endpoint: where to, and the secrets to sign with.
        delivery: what.
        now: aware UTC, the time that is signed.
        timeout_s: for the whole attempt, the answer's body included.
    """
    body = delivery.payload.encode()
    secrets = [secret.get_secret_value() for secret in endpoint.secrets]
    signed = headers(secrets, delivery.id, now, body)
    got = await ask(client, "POST", endpoint.url, signed, body, now=now, timeout_s=timeout_s)
    return Attempt(got.status, got.retry_after_s) if isinstance(got, Answer) else got


async def ask(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None = None,
    *,
    now: datetime,
    timeout_s: float,
    limit: int = ANSWER_LIMIT,
) -> Answer | Attempt:
    """One request; without a whole answer an attempt that failed.

    Args:
        client: as for `attempt_delivery`.
        method: of HTTP.
        url: where to.
        headers: all that are sent beside HTTP's own.
        content: the body.
        now: aware UTC, against which a Retry-After is read.
        timeout_s: for all of it.
        limit: bytes of the answer that are read.
    """
    read = bytearray()
    try:
        async with (
            asyncio.timeout(timeout_s),
            client.stream(method, url, content=content, headers=headers, follow_redirects=False) as answer,
        ):
            async for part in answer.aiter_raw():
                read += part
                if len(read) > limit:
                    break
    except (TimeoutError, httpx2.TimeoutException):
        return Attempt("timeout")
    except (httpx2.ConnectError, httpx2.UnsupportedProtocol, httpx2.InvalidURL):
        return Attempt("connect")
    except httpx2.HTTPError:
        return Attempt("protocol")
    return Answer(answer.status_code, parse_retry_after(answer.headers.get("retry-after"), now), bytes(read))
