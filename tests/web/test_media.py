"""`WS /media` as Twilio's other end may be: unsigned, forged, late, twice, of another call."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from gateway.call.log_reader import read_log
from gateway.events import CallStarted, LegStarted, LogDamaged
from gateway.local.phone_webhook import sign
from gateway.security import StreamToken, mint_stream_token
from gateway.store import StoreUnavailableError
from tests.stage import SECRET, TWILIO_TOKEN, Stage, open_stage

CALL = "CA" + "1" * 32


@pytest.fixture
async def stage(valkey_url: str) -> AsyncIterator[Stage]:
    async with open_stage(valkey_url) as stage:
        yield stage


def token(
    leg: int = 1,
    *,
    call: str = CALL,
    secret: str = SECRET,
    restaurant: str = "casa-verde",
    nonce: str = "",
    **life: int,
) -> str:
    """A stream token as the TwiML carries it; `life` as for timedelta."""
    expires = datetime.now(UTC) + timedelta(**(life or {"minutes": 5}))
    return mint_stream_token(secret, StreamToken(call, leg, restaurant, expires, nonce or f"nonce-{leg}-{call}"))


def start(parameters: dict[str, str], **changes: Any) -> str:
    """Twilio's `start`."""
    body = {
        "streamSid": "MZ1",
        "callSid": CALL,
        "accountSid": "AC1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": body | changes})


@asynccontextmanager
async def socket(stage: Stage, signature: str | None = "") -> AsyncIterator[ClientConnection]:
    """A media socket; signed as Twilio would unless a signature is given (None: none)."""
    url = stage.settings.media_url
    given = sign(TWILIO_TOKEN, url, {}) if signature == "" else signature
    headers = {} if given is None else {"x-twilio-signature": given}
    async with connect(url, additional_headers=headers, compression=None, close_timeout=1) as client:
        yield client


async def begin(client: ClientConnection, token: str) -> None:
    """The first two messages."""
    await client.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    await client.send(start({"token": token, "caller": "+15557654321"}))


async def speaks(client: ClientConnection) -> bool:
    """Whether the gateway serves this socket: it says something; False when it closes it instead."""
    async with asyncio.timeout(10):
        async for message in client:  # ends with the close 1000, after which Twilio goes on with the document
            return bool(json.loads(message)["event"] == "media")
    return False


async def ended(client: ClientConnection) -> None:
    """The gateway has closed this socket."""
    async for _ in client:
        pass


def refusals(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [entry["reason"] for entry in logs if entry["event"] == "stream_refused"]


async def begun(stage: Stage) -> list[LegStarted]:
    return [event for event in await stage.events(CALL) if isinstance(event, LegStarted)]


@pytest.mark.parametrize(
    ("signature", "reason"), [(None, "signature_missing"), ("bm90aGluZw==", "signature_wrong")], ids=["none", "wrong"]
)
async def test_a_handshake_that_is_not_twilios_is_refused_before_it_is_accepted(
    stage: Stage, signature: str | None, reason: str
) -> None:
    with capture_logs() as logs, pytest.raises(InvalidStatus) as refused:
        async with socket(stage, signature):
            pass
    assert refused.value.response.status_code == 403
    assert refusals(logs) == [reason]
    assert await stage.keys("*:fence") == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "stream token: malformed"),
        ("not.a-token", "stream token: malformed"),
        (token(secret="another-secret-that-is-long-enough"), "stream token: signature"),
        (token(minutes=-1), "stream token: expired"),
        (token(call="CA" + "2" * 32), "stream token: it is of another call"),
        (token(restaurant="nowhere"), "stream token: it is of another call"),
    ],
    ids=["missing", "malformed", "forged", "expired", "other call's", "other restaurant's"],
)
async def test_a_stream_without_a_good_token_is_closed_and_touches_nothing(
    stage: Stage, given: str, reason: str
) -> None:
    with capture_logs() as logs:
        async with socket(stage) as client:
            await begin(client, given)
            assert not await speaks(client)
    assert refusals(logs) in ([reason], [reason.replace("malformed", "signature")])
    assert await stage.keys("*:fence") == []
    assert await stage.events(CALL) == []


async def test_a_token_that_is_used_twice_is_the_same_handshake_again_and_gets_a_new_leg(stage: Stage) -> None:
    async with socket(stage) as first:
        await begin(first, token())
        assert await speaks(first)
        async with socket(stage) as second:
            await begin(second, token())
            assert await speaks(second)
            async with asyncio.timeout(5):
                async for _ in first:  # the older leg says nothing more, and ends
                    pass
    assert [leg.leg for leg in await begun(stage)] == [1, 2]


async def test_an_older_leg_than_the_one_that_runs_is_refused(stage: Stage) -> None:
    async with socket(stage) as newer:
        await begin(newer, token(3))
        assert await speaks(newer)
        with capture_logs() as logs:
            async with socket(stage) as older:
                await begin(older, token(2))
                assert not await speaks(older)
        assert refusals(logs) == ["a newer leg runs"]
    assert [leg.leg for leg in await begun(stage)] == [3]


@pytest.mark.parametrize("first", [0, 1])
async def test_of_two_streams_that_claim_one_leg_at_once_the_later_claim_has_it(stage: Stage, first: int) -> None:
    """Two documents for one leg, each with a token of its own: whichever comes later is served, the other ends."""
    tokens = [token(), token(nonce="another document's")]
    async with socket(stage) as one, socket(stage) as other:
        sockets = (one, other) if first == 0 else (other, one)
        await asyncio.gather(*(begin(client, given) for client, given in zip(sockets, tokens, strict=True)))
        served = await asyncio.gather(*(speaks(client) for client in sockets))
        assert any(served)
        async with asyncio.timeout(10):
            done, _ = await asyncio.wait({asyncio.create_task(ended(client)) for client in sockets}, timeout=2)
        assert len(done) == 1, "exactly one of them goes on"
    legs = [leg.leg for leg in await begun(stage)]
    assert legs == sorted(set(legs))
    assert legs[-1] == 2


async def test_a_used_token_of_a_leg_that_a_newer_one_has_followed_is_refused(stage: Stage) -> None:
    async with socket(stage) as first:
        await begin(first, token())
        assert await speaks(first)
    async with socket(stage) as second:
        await begin(second, token(2))
        assert await speaks(second)
        with capture_logs() as logs:
            async with socket(stage) as thief:
                await begin(thief, token(1, nonce="never used, and too old"))
                assert not await speaks(thief)
        assert refusals(logs) == ["a newer leg runs"]
        await second.send(json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {"name": "1-1"}}))
    assert [leg.leg for leg in await begun(stage)] == [1, 2]


async def test_a_log_that_is_damaged_is_served_and_the_call_is_told(stage: Stage) -> None:
    started = CallStarted(session_id=CALL, timestamp=1.0, restaurant_id="casa-verde")
    entries = [("call.started", started.to_json()), ("1-1", '{"type":"call.from_the_future"}'), ("1-3", '{"type":"ca')]
    await stage.store.begin_call("casa-verde", CALL, entries, datetime.now(UTC))
    with capture_logs() as logs:
        async with socket(stage) as client:
            await begin(client, token(2))
            assert await speaks(client)
    problems = [entry["kind"] for entry in logs if entry["event"] == "log.problem"]
    assert problems == ["unknown", "unreadable", "missing"]
    events = read_log(await stage.entries(CALL), CALL).events
    assert [event.entries for event in events if isinstance(event, LogDamaged)] == [3]
    assert any("may be incomplete" in str(told) for told in stage.model.told("conversation.item.create"))
    assert stage.running is not None
    assert b'gateway_log_problems_total{kind="unknown"} 1.0' in stage.running.manager._parts.metrics.exposition()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mediaFormat": {"encoding": "audio/opus", "sampleRate": 48000, "channels": 2}}, "AUDIO_FORMAT_ERROR"),
        ({"tracks": ["outbound"]}, "MIC_ACCESS_DENIED"),
    ],
    ids=["format", "track"],
)
async def test_a_stream_that_cannot_be_understood_is_refused_with_its_reason(
    stage: Stage, changes: dict[str, Any], reason: str
) -> None:
    with capture_logs() as logs:
        async with socket(stage) as client:
            await client.send(start({"token": token()}, **changes))
            assert not await speaks(client)
    assert refusals(logs) == [reason]


async def test_media_before_the_start_is_passed_over_and_a_socket_that_closes_is_no_fault(stage: Stage) -> None:
    with capture_logs() as logs:
        async with socket(stage) as client:
            await client.send(json.dumps({"event": "media", "streamSid": "MZ1", "media": {"payload": "f39/"}}))
            await begin(client, token())
            assert await speaks(client)
        async with socket(stage) as silent:
            await silent.close()
        for _ in range(100):
            if refusals(logs):
                break
            await asyncio.sleep(0.02)
    assert refusals(logs) == ["no usable start message"]
    assert len(await begun(stage)) == 1


async def test_a_store_that_is_away_closes_the_stream_with_its_reason(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage.running is not None

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailableError("nobody answers")

    monkeypatch.setattr(stage.running.store, "claim_leg", away)
    with capture_logs() as logs:
        async with socket(stage) as client:
            await begin(client, token())
            assert not await speaks(client)
    assert refusals(logs) == ["StoreUnavailableError"]


async def test_a_process_that_drains_takes_no_streams(stage: Stage) -> None:
    assert stage.running is not None
    stage.running.readiness.draining = True
    with capture_logs() as logs, pytest.raises(InvalidStatus):
        async with socket(stage):
            pass
    assert refusals(logs) == ["draining"]


async def test_a_store_that_does_not_hand_the_call_over_is_not_waited_for_long(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.web.media.CLAIM_PATIENCE", 0.2)
    await stage.store.connection.command("CLIENT", "PAUSE", 1000, "WRITE")
    with capture_logs() as logs:
        async with socket(stage) as client:
            await begin(client, token())
            assert not await speaks(client)
    assert refusals(logs) == ["TimeoutError"]
    assert await stage.keys("*:lease") == [], "a question that nobody waits for is not carried out"
