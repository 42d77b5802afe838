"""One attempt to deliver a message over HTTP: what came of it, and nothing about what follows from that."""

import asyncio
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
    """The outcome: an HTTP status, or why there was none; `retry_after_s` if the answer asked for a pause."""

    outcome: int | Failure
    retry_after_s: float | None = None


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
    try:
        async with (
            asyncio.timeout(timeout_s),
            client.stream("POST", endpoint.url, content=body, headers=signed, follow_redirects=False) as answer,
        ):
            size = 0
            async for part in answer.aiter_raw():
                size += len(part)
                if size > ANSWER_LIMIT:
                    break
    except (TimeoutError, httpx2.TimeoutException):
        return Attempt("timeout")
    except (httpx2.ConnectError, httpx2.UnsupportedProtocol):
        return Attempt("connect")
    except httpx2.HTTPError:
        return Attempt("protocol")
    return Attempt(answer.status_code, parse_retry_after(answer.headers.get("retry-after"), now))
