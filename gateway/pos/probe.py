"""One test message to an endpoint, and what came of it in words that help whoever runs it. No retries, no outbox.

A delivery asks only whether it was received; here the question is why not. Rules kept here: the message is signed and
sent as the worker does it; it says of itself that it is a test, to programs (`test`) and to a kitchen that prints it.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx2

from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.pos.address import PrivateAddressError
from gateway.pos.attempt import ANSWER_LIMIT, TIMEOUT_S
from gateway.pos.examples import examples
from gateway.pos.webhook import headers

SLOW_S = 2.0
TEST_NOTE = "TEST MESSAGE: do not make this"


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of a test.

    Attributes:
        status: the HTTP status; None: there was no answer.
        seconds: from the beginning to the end of the answer.
        reason: why it counts as failed; "" when it was received.
        fix: what to do about that.
    """

    status: int | None
    seconds: float
    reason: str = ""
    fix: str = ""


def trial_message(event: str, restaurant: Restaurant, now: datetime, mark: str) -> tuple[str, bytes]:
    """The webhook-id and the body of a test message: the example of its type, of this restaurant, at this time.

    Args:
        event: one of `examples()`.
        restaurant: whose endpoint it goes to.
        now: aware UTC.
        mark: makes its ids unlike those of other tests.
    """
    message: dict[str, Any] = json.loads(json.dumps(examples()[event]))
    data = message["data"]
    message |= {"test": True, "timestamp": now.isoformat().replace("+00:00", "Z")}
    data["restaurant"] |= {"ref": restaurant.id, "name": restaurant.name}
    order = f"test-{mark}"
    data |= {name: order for name in ("order_ref", "idempotency_key") if name in data}
    if "notes" in data:
        data["notes"] = TEST_NOTE
        data["customer"] |= {"name": "TEST"}
        ready = now + timedelta(minutes=restaurant.quote_minutes)
        data["fulfilment"] |= {"ready_at": ready.isoformat().replace("+00:00", "Z")}
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{order}_{event}_1".replace(".", "-"), body


async def probe(
    client: httpx2.AsyncClient,
    endpoint: PosEndpoint,
    message_id: str,
    body: bytes,
    now: datetime,
    timeout_s: float = TIMEOUT_S,
) -> Probe:
    """Send a message once.

    Args:
        client: as for the worker (`delivery_client`).
        endpoint: where to, and the secrets to sign with.
        message_id: the webhook-id.
        body: raw.
        now: aware UTC, the time that is signed.
        timeout_s: for the whole of it.
    """
    signed = headers([secret.get_secret_value() for secret in endpoint.secrets], message_id, now, body)
    began = perf_counter()
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
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Probe(None, perf_counter() - began, *_explained(error, endpoint.url, timeout_s))
    location = answer.headers.get("location", "")
    return Probe(answer.status_code, perf_counter() - began, *_judged(answer.status_code, endpoint.url, location))


def _judged(status: int, url: str, location: str) -> tuple[str, str]:
    """Why a status is a failure, and what to do; twice nothing for 2xx."""
    if 200 <= status < 300:
        return "", ""
    if 300 <= status < 400:
        where = location if location.startswith(("http://", "https://")) else "the place that it names"
        return "a redirect, which is never followed", f"write where it leads into restaurant.toml: url = {where!r}"
    reasons = {
        401: _SIGNATURE,
        403: _SIGNATURE,
        404: ("nothing is served there", f"check the path {urlsplit(url).path or '/'!r} of the url in restaurant.toml"),
        405: ("POST is not taken there", "serve POST at this path; messages never come by another method"),
        410: ("it wants nothing more, ever", "a delivery would have disabled the endpoint; answer 2xx while it lives"),
        411: ("it does not take the body as it is sent", "read bodies by content-length; that is always sent"),
        413: ("the body is too large for it", "let it take bodies of a megabyte; long orders have tens of kilobytes"),
        415: ("it does not take application/json", "take content-type application/json"),
        422: ("it does not understand the message", "take fields that it does not know; compare with /openapi.json"),
        429: ("it is limiting us", "answer with Retry-After, which is honoured, or raise the limit"),
    }
    if status in reasons:
        return reasons[status]
    if status >= 500:
        return "it failed by itself", "look into its log; keep the message first, answer 2xx, and work afterwards"
    return "nothing but 2xx counts as received", "answer 204 when the message is kept"


_SIGNATURE = (
    "it refused the signature",
    "both sides need the same secret; verify the raw body, not parsed and written again; its clock may be wrong",
)


def _explained(error: BaseException, url: str, timeout_s: float) -> tuple[str, str]:
    """Why there is no answer, and what to do. httpx2 keeps what happened as the causes of its errors."""
    causes = tuple(_causes(error))
    host = urlsplit(url).hostname or url
    for cause in causes:
        match cause:
            case PrivateAddressError():
                return (
                    f"{host} has a private address, and those are guarded against",
                    "name a public host; on a network of your own set POS_ALLOW_PRIVATE=true for gateway and worker",
                )
            case ssl.SSLCertVerificationError():
                return (
                    f"TLS: the certificate of {host} does not hold ({cause.verify_message})",
                    "install a certificate of a public authority for this name, with its intermediates",
                )
            case ssl.SSLError():
                return (
                    f"TLS: no connection could be agreed on with {host} ({cause.reason})",
                    "serve TLS 1.2 or newer on this port; a plain port needs http:// in the url",
                )
            case socket.gaierror():
                return f"DNS: there is no host {host}", "check the host in the url, and its DNS records"
            case ConnectionRefusedError():
                return f"{host} refuses the connection", "start the receiver; check the port, and the firewall"
            case TimeoutError() | httpx2.TimeoutException():
                return (
                    f"no complete answer in {timeout_s:g} s",
                    "keep the message, answer 2xx at once, and do the work afterwards; check the firewall",
                )
    if any(isinstance(cause, httpx2.ConnectError) for cause in causes):
        return f"{host} cannot be reached", "check host, port, and the way there"
    if any(isinstance(cause, httpx2.InvalidURL | httpx2.UnsupportedProtocol) for cause in causes):
        return "the url cannot be used", "write https://host/path into restaurant.toml"
    return "the answer broke off, or was not HTTP", "see whether the receiver dies over it, or something between"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the innermost first."""
    if error is not None:
        yield from _causes(error.__cause__ or error.__context__)
        yield error
