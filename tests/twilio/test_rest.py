"""The REST client against an API that judges as Twilio does, on a real socket, with Twilio's own client beside it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]  # the package has no types
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from gateway.local.twilio_api import ApiFault, TwilioApi
from gateway.settings import Settings
from gateway.twilio.rest import TwilioAccount, TwilioRest, account_of
from gateway.twilio.rest_answers import TwilioError, TwilioRefusedError, TwilioUnreachableError, TwilioUnsureError

ACCOUNT, TOKEN = "AC" + "1" * 32, "token-of-the-tests"
ANA, SHOP, OURS = "+15557654321", "+15550107777", "+15550100000"
HELLO = "<Response><Say>Hello</Say></Response>"


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with TwilioApi(ACCOUNT, TOKEN) as api:
        yield api


@pytest.fixture
async def twilio(api: TwilioApi) -> AsyncIterator[TwilioRest]:
    account = TwilioAccount(ACCOUNT, (TOKEN,), api.url)
    async with TwilioRest(account, timeout_s=1.0, pauses_s=(0.01, 0.01)) as twilio:
        yield twilio


async def test_messages_calls_and_changes_are_taken(api: TwilioApi, twilio: TwilioRest) -> None:
    message = await twilio.send_message(ANA, OURS, "Gracias, José - 100 % & más")
    await twilio.send_message(ANA, "MG" + "2" * 32, "by a service")
    call = await twilio.ring(SHOP, OURS, HELLO, ring_s=20)
    assert await twilio.redirect_call(call, HELLO)
    assert await twilio.end_call(call)
    first, second = api.messages
    assert (first.sid, first.path) == (message, "/Messages.json")
    assert first.form == {"To": ANA, "From": OURS, "Body": "Gracias, José - 100 % & más"}
    assert second.form["MessagingServiceSid"].startswith("MG")
    assert api.calls[0].form == {"To": SHOP, "From": OURS, "Twiml": HELLO, "Timeout": "20"}
    assert [change.form for change in api.changes] == [{"Twiml": HELLO}, {"Status": "completed"}]


async def test_a_call_that_is_over_cannot_be_changed(twilio: TwilioRest) -> None:
    assert not await twilio.end_call("CA" + "9" * 32)
    assert not await twilio.redirect_call("CA" + "9" * 32, HELLO)


async def test_what_was_sent_is_found_again(api: TwilioApi, twilio: TwilioRest) -> None:
    await twilio.send_message(ANA, OURS, "Sent from your Twilio trial account - order 7")
    assert await twilio.was_sent(ANA, "order 7")
    assert not await twilio.was_sent(ANA, "order 8")
    assert not await twilio.was_sent(SHOP, "order 7")


@pytest.mark.parametrize(
    ("to", "sender", "text", "code"),
    [
        ("555", OURS, "x", 21211),
        ("", OURS, "x", 21604),
        (ANA, "shop", "x", 21212),
        (ANA, "", "x", 21603),
        (ANA, OURS, "", 21602),
        (ANA, OURS, "x" * 1601, 21617),
        (SHOP, OURS, "x", 21610),
    ],
)
async def test_a_refused_message_is_told_with_twilios_code(
    api: TwilioApi, twilio: TwilioRest, to: str, sender: str, text: str, code: int
) -> None:
    api.unsubscribed.add(SHOP)
    with pytest.raises(TwilioRefusedError) as refused:
        await twilio.send_message(to, sender, text)
    assert refused.value.code == code
    assert SHOP not in str(refused.value)
    assert api.requests == 1, "a refusal is final"


async def test_refused_documents(twilio: TwilioRest) -> None:
    for document in ("<Response>", "<Other/>", f"<Response>{'x' * 4000}</Response>"):
        with pytest.raises(TwilioRefusedError):
            await twilio.ring(SHOP, OURS, document)


async def test_a_wrong_token_is_refused_and_the_second_one_is_tried(api: TwilioApi) -> None:
    async with TwilioRest(TwilioAccount(ACCOUNT, ("old", "older"), api.url)) as twilio:
        with pytest.raises(TwilioRefusedError) as refused:
            await twilio.send_message(ANA, OURS, "x")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    async with TwilioRest(TwilioAccount(ACCOUNT, ("new", TOKEN), api.url)) as twilio:
        await twilio.send_message(ANA, OURS, "x")
        with pytest.raises(TwilioRefusedError):
            await twilio.send_message("555", OURS, "x")
    assert len(api.messages) == 1
    assert TOKEN not in repr(TwilioAccount(ACCOUNT, (TOKEN,), api.url))


async def test_a_message_that_may_have_gone_out_is_not_sent_again(api: TwilioApi, twilio: TwilioRest) -> None:
    for fault in (ApiFault("status", status=500), ApiFault("half", keeps=True), ApiFault("hang")):
        api.faults, before = [fault], api.requests
        with pytest.raises(TwilioUnsureError):
            await twilio.send_message(ANA, OURS, "x")
        assert api.requests == before + 1


async def test_a_change_is_made_again_for_twice_is_as_good_as_once(api: TwilioApi, twilio: TwilioRest) -> None:
    api.live.add("CA1")
    api.faults = [ApiFault("status", status=503), ApiFault("half", keeps=True)]
    assert await twilio.redirect_call("CA1", HELLO)
    assert len(api.changes) == 2
    api.faults = [ApiFault("status", times=3)]
    with pytest.raises(TwilioUnsureError):
        await twilio.redirect_call("CA1", HELLO)


async def test_too_many_requests_are_made_again_after_the_pause_that_is_asked_for(
    api: TwilioApi, twilio: TwilioRest
) -> None:
    api.faults = [ApiFault("status", status=429, headers={"retry-after": "0"})]
    await twilio.send_message(ANA, OURS, "x")
    assert (api.requests, len(api.messages)) == (2, 1)
    api.faults = [ApiFault("status", status=429, headers={"retry-after": "3600"})]
    with pytest.raises(TwilioRefusedError) as refused:
        await twilio.send_message(ANA, OURS, "y")
    assert (refused.value.retry_after_s, refused.value.passing) == (3600, True)


async def test_where_nothing_listens_nothing_was_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with TwilioRest(TwilioAccount(ACCOUNT, (TOKEN,), f"http://127.0.0.1:{port}"), pauses_s=(0.01,)) as twilio:
        with pytest.raises(TwilioUnreachableError):
            await twilio.send_message(ANA, OURS, "x")


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"no": "sid"}', b'{"sid": "' + b"x" * 400_000 + b'"}'])
async def test_an_answer_that_says_nothing_leaves_it_open(body: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with TwilioRest(TwilioAccount(ACCOUNT, (TOKEN,), f"http://127.0.0.1:{port}")) as twilio:
            with pytest.raises(TwilioUnsureError):
                await twilio.send_message(ANA, OURS, "x")


# --- Twilio's own client as the judge ---


class Redirected(TwilioHttpClient):  # type: ignore[misc]  # the package has no types
    """Twilio's HTTP client, with the local API in the place of Twilio's host."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=5, max_retries=0)
        self._url = url
        self.session.trust_env = False

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._url), *arguments, **options)


async def both(api: TwilioApi, ours: TwilioRest, asked: Callable[[Any], Any], own: Any) -> None:
    """Twilio's client and ours ask for the same: the forms must be alike."""
    theirs = Client(ACCOUNT, TOKEN, http_client=Redirected(api.url))
    await asyncio.to_thread(asked, theirs)
    await own


async def test_twilios_own_client_sends_the_same_requests(api: TwilioApi, twilio: TwilioRest) -> None:
    api.live.add("CA1")
    await both(
        api,
        twilio,
        lambda client: client.messages.create(to=ANA, from_=OURS, body="Olé & 1"),
        twilio.send_message(ANA, OURS, "Olé & 1"),
    )
    service = "MG" + "2" * 32
    await both(
        api,
        twilio,
        lambda client: client.messages.create(to=ANA, messaging_service_sid=service, body="x"),
        twilio.send_message(ANA, service, "x"),
    )
    await both(
        api,
        twilio,
        lambda client: client.calls.create(to=SHOP, from_=OURS, twiml=HELLO, timeout=30),
        twilio.ring(SHOP, OURS, HELLO),
    )
    await both(api, twilio, lambda client: client.calls("CA1").update(twiml=HELLO), twilio.redirect_call("CA1", HELLO))
    await both(
        api,
        twilio,
        lambda client: (client.calls("CA1").update(status="completed"), api.live.add("CA1")),
        twilio.end_call("CA1"),
    )
    for kept in (api.messages, api.calls, api.changes):
        for theirs, ours in zip(kept[::2], kept[1::2], strict=True):
            assert (theirs.path, theirs.form) == (ours.path, ours.form)


async def test_twilios_own_client_understands_the_refusals_of_the_local_api(api: TwilioApi, twilio: TwilioRest) -> None:
    client = Client(ACCOUNT, TOKEN, http_client=Redirected(api.url))
    with pytest.raises(TwilioRestException) as theirs:
        await asyncio.to_thread(client.messages.create, to="555", from_=OURS, body="x")
    with pytest.raises(TwilioError) as ours:
        await twilio.send_message("555", OURS, "x")
    assert isinstance(ours.value, TwilioRefusedError)
    assert (theirs.value.status, theirs.value.code) == (ours.value.status, ours.value.code)


def test_the_account_is_that_of_the_settings() -> None:
    named = Settings.model_validate({"twilio_account_sid": ACCOUNT, "twilio_auth_token": "one,two"})
    assert account_of(named) == TwilioAccount(ACCOUNT, ("one", "two"), "https://api.twilio.com")
    assert account_of(Settings.model_validate({"twilio_auth_token": "one"})) is None
    assert account_of(Settings.model_validate({"twilio_account_sid": ACCOUNT})) is None
