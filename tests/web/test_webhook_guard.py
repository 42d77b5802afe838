"""The guard: signatures of webhooks and of the media stream's handshake, judged by Twilio's own library."""

import pytest
from starlette.types import Scope
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the package has no types

from gateway.settings import Settings
from gateway.web.webhook_guard import WebhookGuard
from tests.web.conftest import PUBLIC, SETTINGS, TOKEN, Web

WSS = "wss://voice.example.com/media"


def handshake(signature: str | None, path: str = "/media", query: bytes = b"") -> Scope:
    """A handshake as the server sees it behind a proxy that ends TLS: another host, another scheme."""
    headers = [(b"host", b"10.0.0.7:8000")]
    if signature is not None:
        headers.append((b"x-twilio-signature", signature.encode()))
    return {
        "type": "websocket",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": headers,
    }


def signed(url: str, token: str = TOKEN) -> str:
    signature: str = RequestValidator(token).compute_signature(url, {})
    return signature


@pytest.mark.parametrize("url", [WSS, f"{WSS}/", "wss://voice.example.com:443/media"])
def test_a_handshake_signed_for_the_public_address_is_accepted(url: str) -> None:
    assert WebhookGuard(SETTINGS).handshake_refusal(handshake(signed(url))) is None


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (None, "signature_missing"),
        ("", "signature_missing"),
        ("nonsense", "signature_wrong"),
        (signed(WSS, "another-token"), "signature_wrong"),
        (signed("https://voice.example.com/media"), "signature_wrong"),
        (signed("ws://10.0.0.7:8000/media"), "signature_wrong"),
        (signed("wss://voice.example.com/other"), "signature_wrong"),
    ],
)
def test_any_other_handshake_is_refused(signature: str | None, reason: str) -> None:
    assert WebhookGuard(SETTINGS).handshake_refusal(handshake(signature)) == reason


def test_a_server_without_raw_paths_is_judged_by_the_path() -> None:
    scope = handshake(signed(WSS))
    del scope["raw_path"]
    assert WebhookGuard(SETTINGS).handshake_refusal(scope) is None


def test_a_query_belongs_to_the_signed_address() -> None:
    scope = handshake(signed(f"{WSS}?x=1"), query=b"x=1")
    assert WebhookGuard(SETTINGS).handshake_refusal(scope) is None


@pytest.mark.parametrize(("environment", "reason"), [("development", None), ("staging", "no_auth_token_configured")])
def test_without_a_token_only_development_opens(environment: str, reason: str | None) -> None:
    settings = Settings.model_validate({"gateway_env": environment})
    assert WebhookGuard(settings).handshake_refusal(handshake(None)) == reason


@pytest.mark.parametrize(
    "path", ["/twilio/stream?x=a%20b&y=c+d", "/twilio/stream?x=%2B1", "/twilio/stream?leg=2&leg=3"]
)
async def test_the_query_is_signed_as_it_was_sent(web: Web, path: str) -> None:
    assert (await web.post(path)).status_code == 204


async def test_a_prefix_of_the_public_address_is_signed(web: Web) -> None:
    settings = Settings.model_validate(SETTINGS.model_dump() | {"public_url": f"{PUBLIC}/voice"})
    web.telephony.guard._settings = settings  # the proxy takes the prefix off
    body = {"CallSid": "CA1"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/voice/twilio/stream", body)
    response = await web.client.post("/twilio/stream", data=body, headers={"X-Twilio-Signature": signature})
    assert response.status_code == 204
