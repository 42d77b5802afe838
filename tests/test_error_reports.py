"""Error reports: sent when a DSN is set, with nothing personal in any part of them. No network."""

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from gateway.error_reports import init_error_reports, report_exception
from gateway.settings import Settings

DSN = "https://key@localhost/1"
# Put together here, since a report quotes the source lines around a fault: the tests look for values, not for lines.
LOCAL, NUMBER, PERSON, AUDIO = (
    "".join(parts) for parts in (("loc", "al"), ("+1555", "0100000"), ("ali", "ce"), ("QU", "JD"))
)
SETTINGS = Settings.model_validate({"sentry_dsn": DSN, "twilio_auth_token": "the-auth-token"})


class Captured(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[Envelope] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)

    @property
    def text(self) -> str:
        return "".join(item.payload.get_bytes().decode() for one in self.envelopes for item in one.items)


@pytest.fixture
def captured() -> Iterator[Captured]:
    transport = Captured()
    assert init_error_reports(SETTINGS, transport)
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def test_without_a_dsn_nothing_is_started() -> None:
    assert not init_error_reports(Settings())
    assert not sentry_sdk.get_client().is_active()


def test_a_report_says_where_and_hides_who(captured: Captured) -> None:
    def fail(auth_token: str, caller: str) -> None:
        raise ValueError(f"{caller} said the-auth-token")

    sentry_sdk.add_breadcrumb(message=f"dialled {NUMBER}", data={"Caller": PERSON})
    sentry_sdk.set_context("call", {"From": f"sip:{PERSON}", "payload": AUDIO, "leg": 2})
    try:
        fail(LOCAL * 3, NUMBER)
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    (event,) = [json.loads(item.payload.get_bytes()) for item in captured.envelopes[0].items]
    assert event["exception"]["values"][0]["value"] == "[number] said [masked]"
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    assert frames[-1]["context_line"].strip().startswith("raise ValueError")
    assert all("vars" not in frame for frame in frames)
    assert event["contexts"]["call"]["leg"] == 2
    assert event["environment"] == "development"
    for hidden in (LOCAL * 3, NUMBER, PERSON, AUDIO):
        assert hidden not in captured.text


def test_a_failing_webhook_is_reported_without_its_form(captured: Captured) -> None:
    async def voice(request: Request) -> Response:
        await request.form()
        raise RuntimeError("boom")

    app = Starlette(routes=[Route("/twiml/voice", voice, methods=["POST"])])
    client = TestClient(app, raise_server_exceptions=False)
    form = {"From": NUMBER, "CallerName": PERSON}
    assert client.post("/twiml/voice", data=form, headers={"X-Twilio-Signature": AUDIO * 3}).status_code == 500
    assert "boom" in captured.text
    for hidden in (NUMBER, PERSON, AUDIO * 3):
        assert hidden not in captured.text


def test_a_checkout_that_is_not_installed_reports_without_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("gateway.error_reports.version", missing)
    transport = Captured()
    assert init_error_reports(SETTINGS, transport)
    assert sentry_sdk.get_client().options["release"] != "None"
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def test_an_exception_that_is_logged_is_reported(captured: Captured) -> None:
    event = {"event": "call.crashed"}
    assert report_exception(None, "info", event) is event
    assert not captured.envelopes
    try:
        raise KeyError("lost")
    except KeyError as error:
        report_exception(None, "error", {"event": "x", "exc_info": True})
        report_exception(None, "error", {"event": "x", "exc_info": error})
    assert len(captured.envelopes) >= 1
    assert "lost" in captured.text
    report_exception(None, "error", {"event": "x", "exc_info": True})  # outside of a handler there is nothing to send
