"""Every way in which the model's side can fail, as the facts about the API list them, and what becomes of it.

Each is classified, has the attempts and delays of its category, and leads in the end to the same place: the order goes
on without the voice model. First the core alone; then the same codes on the wire, against the local Realtime server.
"""

import asyncio
from datetime import UTC, datetime

import pytest

from gateway import errors
from gateway.call.effects import EndLeg, OpenModel
from gateway.call.states import State
from gateway.errors import HARMLESS_MODEL_CODES, ErrorHandler, ErrorType, Fallback
from gateway.events import ConnectionFailed, ErrorEvent, ModelLost, ResponseFinished
from gateway.local.faults import Faults
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.realtime.config import ModelConfig
from gateway.realtime.dialler import Dialler
from gateway.realtime.link import ModelLink
from gateway.realtime.protocol import RealtimeProtocol
from gateway.realtime.routes import Routes
from tests.call.conversation import Conversation, has
from tests.realtime.test_link import Wire
from tests.realtime.test_pool import GOOD, model, unexpected, until

CASA_VERDE = load_restaurants(SHIPPED, {})[0]
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
KEY, LIMITS = errors.API_KEY_INVALID, errors.RATE_LIMITED
BUSY, LINE = errors.MODEL_OVERLOADED, errors.WS_CONNECTION_FAILED

CODES: dict[str, ErrorType] = {
    "invalid_api_key": KEY,
    "model_not_found": KEY,
    "beta_api_shape_disabled": KEY,
    "insufficient_quota": KEY,
    "rate_limit_exceeded": LIMITS,
    "server_error": BUSY,
    "session_expired": LINE,
}
CLOSES: dict[int, ErrorType] = {
    **dict.fromkeys((3000, 4000, 4004), KEY),
    **dict.fromkeys((1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 1015), LINE),
}
UPGRADES: dict[int, ErrorType] = {
    **dict.fromkeys((401, 403, 404), KEY),
    429: LIMITS,
    **dict.fromkeys((500, 502, 503, 504), BUSY),
    **dict.fromkeys((400, 408), LINE),
}


@pytest.mark.parametrize("kind", errors.ERRORS.values(), ids=lambda kind: kind.code)
def test_every_code_has_the_attempts_and_delays_of_its_category(kind: ErrorType) -> None:
    delays = [ErrorHandler.next_delay_ms(kind, attempt) for attempt in range(1, 10)]
    attempts = kind.strategy.max_retries if kind.retry else 0
    assert delays[attempts:] == [None] * (9 - attempts)
    known = [delay for delay in delays if delay is not None]
    assert len(known) == attempts
    assert known == sorted(known)
    assert all(delay <= kind.strategy.max_delay_ms for delay in known)
    model_side = kind.category.value == "connection"
    assert (kind.strategy.fallback is Fallback.TEXT_ONLY) is model_side


@pytest.mark.parametrize("kind", errors.ERRORS.values(), ids=lambda kind: kind.code)
def test_every_code_ends_a_failing_conversation_in_bounded_time_and_not_in_silence(kind: ErrorType) -> None:
    """Every answer fails with it, whatever is tried."""
    talk = Conversation(CASA_VERDE).answered()
    talk.caller_says("a coke")
    began = talk.now
    while talk.state() is not State.DISCONNECTED:
        if talk.call.desk.tools and talk.call._parts.connection.wished:
            talk.tell(ResponseFinished, response_id=talk.new("resp"), status="failed", code=kind.code)
        else:
            talk.wait()
    assert (talk.now - began).total_seconds() < 15
    assert talk.call.ended is not None
    assert talk.call.ended.next == "text_only"


@pytest.mark.parametrize(("code", "kind"), CODES.items())
def test_an_error_event_in_mid_call_is_a_loss_or_the_end(code: str, kind: ErrorType) -> None:
    talk = Conversation(CASA_VERDE).answered()
    protocol = RealtimeProtocol("CA1", ModelConfig("m"))
    received = protocol.receive(f'{{"type":"error","event_id":"e1","error":{{"code":"{code}"}}}}', NOW)
    assert isinstance(received, tuple)
    (event,) = received
    effects = talk.take(event)
    if kind.retry:
        assert isinstance(event, ModelLost)
        assert has(effects, OpenModel)
    else:
        assert isinstance(event, ErrorEvent)
        assert has(effects, EndLeg)
        assert talk.call.ended is not None
        assert talk.call.ended.next == "text_only"


@pytest.mark.parametrize("code", [*sorted(HARMLESS_MODEL_CODES), "something_new", "item_of_a_kind_unheard_of"])
def test_an_error_that_breaks_nothing_is_counted(code: str) -> None:
    protocol = RealtimeProtocol("CA1", ModelConfig("m"))
    assert protocol.receive(f'{{"type":"error","event_id":"e1","error":{{"code":"{code}"}}}}', NOW) == ()
    assert protocol.ignored == {f"error {code}": 1}


@pytest.mark.parametrize(("status", "kind"), UPGRADES.items())
def test_a_refused_upgrade_at_the_start_ends_the_leg_with_its_kind(status: int, kind: ErrorType) -> None:
    assert ErrorHandler.classify_upgrade(status) is kind
    talk = Conversation(CASA_VERDE)
    talk.ring()
    assert has(talk.tell(ConnectionFailed, code=kind.code), EndLeg)
    assert talk.call.ended is not None
    assert (talk.call.ended.next, talk.call.ended.reason) == ("text_only", f"model: {kind.code}")


# --- the same on the wire ---


async def lost_with(server_does: str, code: int | str) -> list[str]:
    """What the gateway makes of a connection that stands and to which this happens: codes of the taxonomy."""
    async with model() as server:
        dialled = await Routes((Dialler(server.url, "m", (GOOD,)),), lambda: 0.0).dial()
        wire = Wire(ModelConfig("m"))
        link: ModelLink = wire.link
        link.attach(dialled)
        if server_does == "close":
            server.close(int(code))
        elif server_does == "expire":
            server.fail(str(code), 1001)
        else:
            server.fail(str(code))
        await until(lambda: any(isinstance(event, ModelLost | ErrorEvent) for event in wire.posted))
        await asyncio.sleep(0.05)
        await link.close()
        return [
            event.code if isinstance(event, ModelLost) else event.error.code
            for event in wire.posted
            if isinstance(event, ModelLost | ErrorEvent)
        ]


@pytest.mark.parametrize(("code", "kind"), [(c, k) for c, k in CLOSES.items() if c not in (1005, 1006, 1015)])
async def test_a_close_in_mid_call_is_a_loss_of_its_kind(code: int, kind: ErrorType) -> None:
    assert ErrorHandler.classify_close(code) is kind
    assert await lost_with("close", code) == [kind.code]


@pytest.mark.parametrize("code", [1005, 1006, 1015])
def test_a_close_that_is_never_sent_as_such_is_a_loss_too(code: int) -> None:
    assert ErrorHandler.classify_close(code) is LINE


@pytest.mark.parametrize(("code", "kind"), CODES.items())
async def test_an_error_event_on_the_wire_is_of_its_kind(code: str, kind: ErrorType) -> None:
    assert await lost_with("fail", code) == [kind.code]


async def test_a_session_that_expires_is_an_error_and_a_close() -> None:
    assert await lost_with("expire", "session_expired") == ["WS_CONNECTION_FAILED", "WS_CONNECTION_FAILED"]


@pytest.mark.parametrize(("status", "kind"), UPGRADES.items())
async def test_a_refused_upgrade_is_tried_as_often_as_its_kind_says(status: int, kind: ErrorType) -> None:
    told: list[str] = []

    async def no_time(_: float) -> None:
        return

    async with model(Faults(refuse_status=status)) as server:
        routes = Routes((Dialler(server.url, "m", (GOOD,)),), lambda: 0.0, sleep=no_time)
        with pytest.raises(errors.GatewayError) as caught:
            await routes.dial_with_retries("r1", lambda code, _: told.append(code))
        assert caught.value.kind is kind
        attempts = kind.strategy.max_retries if kind.retry else 0
        assert told == [kind.code] * attempts
        assert server.refused == attempts + 1


async def test_an_error_or_a_close_can_be_set_to_come_in_mid_call() -> None:
    async with model(Faults(drop_after_s=0.05, error_code="session_expired", close_code=1001)) as server:
        dialled = await Routes((Dialler(server.url, "m", (GOOD,)),), lambda: 0.0).dial_with_retries("r1", unexpected)
        wire = Wire(ModelConfig("m"))
        wire.link.attach(dialled)
        await until(lambda: sum(isinstance(event, ModelLost) for event in wire.posted) == 2)
        await wire.link.close()
