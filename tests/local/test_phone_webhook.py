import asyncio

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from gateway.local.phone_webhook import Overrides, WebhookFailed, Webhooks, read_overrides, sign

TOKEN = "a token of the tests"
PARAMS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+12349013030",
    "Digits": "1234",
    "From": "+12349013030",
    "To": "+18005551212",
}


@pytest.fixture
async def webhooks():
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield Webhooks(client, TOKEN)


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("https://example.com/myapp", "NGAgWNhdnsLF8j385frvrQoi9sg="),
        ("https://example.com/myapp.php?foo=1&bar=2", "vNe7KK2kJwCsxc9K3OLkkKB3qqI="),
        ("https://mycompany.com/myapp", "3KI2uRuYyAdhZIJXcpU0izDUzWI="),
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_golden_signatures(url, signature):
    assert sign("12345", url, PARAMS) == signature


@given(st.text(min_size=1), st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9), max_size=6))
def test_the_signature_is_the_one_of_twilios_package(token, params):
    url = "https://voice.example.com/a%20b?x=+1"
    assert sign(token, url, params) == RequestValidator(token).compute_signature(url, params)


def test_overrides():
    assert read_overrides("") == (Overrides(), [])
    assert read_overrides("rc=3&rp=ct,5xx&ct=1000&e=dublin&sni=y") == (
        Overrides(ct=1000, rc=3, rp=frozenset({"ct", "5xx"})),
        [],
    )
    overrides, problems = read_overrides("rc=6&rt=&tt=99&rp=ct,3xx&color=red")
    assert overrides == Overrides(rp=frozenset({"ct", "3xx"}))
    assert len(problems) == 5


def test_what_is_tried_again():
    assert Overrides().repeats("ct")
    assert not Overrides().repeats("5xx")
    assert Overrides(rp=frozenset({"all"})).repeats("4xx")


async def test_the_token_is_the_same_in_all_attempts_and_the_fragment_is_not_sent(gateway, webhooks):
    answers = [Response(status_code=503), Response(status_code=500), "<Hangup/>"]
    gateway.documents["/voice"] = lambda asked: answers.pop(0)
    answer = await webhooks.ask(gateway.url("/voice?a=1#rc=2&rp=ct,5xx"), {"Blank": "", "From": "+1"})
    assert (answer.attempts, answer.status, answer.url) == (3, 200, gateway.url("/voice?a=1"))
    assert len({asked.headers["i-twilio-idempotency-token"] for asked in gateway.asked}) == 1
    assert all(asked.signed and asked.form == {"Blank": "", "From": "+1"} for asked in gateway.asked)
    assert gateway.asked[0].headers["content-type"].startswith("application/x-www-form-urlencoded")


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_token(gateway):
    answers = ["<Reject/>", "<Hangup/>"]
    gateway.documents["/voice"] = lambda asked: answers.pop(0)
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await Webhooks(client, TOKEN, lose_answers=True).ask(gateway.url("/voice"), {"From": "+1"})
    assert b"<Hangup/>" in answer.body
    assert (answer.attempts, answers) == (2, [])
    first, second = gateway.asked
    assert first.headers["i-twilio-idempotency-token"] == second.headers["i-twilio-idempotency-token"]
    assert first.form == second.form


async def test_a_status_is_not_tried_again_unless_the_url_says_so(gateway, webhooks):
    gateway.documents["/voice"] = Response(status_code=500)
    with pytest.raises(WebhookFailed, match="500") as caught:
        await webhooks.ask(gateway.url(), {})
    assert (caught.value.code, caught.value.attempts, len(gateway.asked)) == (11200, 1, 1)
    with pytest.raises(WebhookFailed):
        await webhooks.ask(gateway.url() + "#rp=4xx&rc=5", {})
    assert len(gateway.asked) == 2


async def test_a_refused_connection_is_tried_once_more(webhooks):
    with pytest.raises(WebhookFailed, match="no connection") as caught:
        await webhooks.ask("http://127.0.0.1:1/voice", {})
    assert (caught.value.code, caught.value.attempts) == (11205, 2)


@pytest.mark.parametrize(("fragment", "attempts"), [("rt=150", 1), ("rt=150&rp=rt&rc=2", 3), ("tt=200", 1)])
async def test_no_answer_in_time(webhooks, fragment, attempts):
    done = asyncio.Event()

    async def mute(reader, writer):
        await done.wait()
        writer.close()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(WebhookFailed) as caught:
            await webhooks.ask(f"http://127.0.0.1:{port}/voice#{fragment}", {})
        done.set()
    assert (caught.value.code, caught.value.attempts) == (11205, attempts)


async def test_get_carries_the_form_in_the_signed_query(gateway, webhooks):
    gateway.on("/voice")
    await webhooks.ask(gateway.url(), {"From": "+1 5"}, "GET")
    await webhooks.ask(gateway.url("/voice?a=1"), {"b": ""}, "GET")
    await webhooks.ask(gateway.url(), {}, "GET")
    assert [asked.query for asked in gateway.asked] == ["From=%2B1+5", "a=1&b=", ""]
    assert all(asked.signed for asked in gateway.asked)
