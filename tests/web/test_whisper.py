"""The staff's leg over real requests: what the person hears, and which key joins them with the caller."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from gateway.call.machine import Call
from gateway.events import Dialled, Ended, Event, HungUp, LegStarted, ToolCalled, read_event
from gateway.orders.restaurant import Restaurant
from gateway.store import SessionStore, open_store
from tests.web.conftest import CALL, MONDAY_NOON, PUBLIC, SETTINGS, Web, names, verbs

PARAMETERS = f"restaurant=casa-verde&call={CALL}&leg=2"
RETRIES = "#rc=3&rp=ct,rt,5xx"
REASON = "a question about an event"


async def log_of(web: Web) -> list[str]:
    return [read_event(entry.event).type for entry in await web.store.read_log("casa-verde", CALL)]


async def tell(web: Web, kind: type[Event], /, **fields: object) -> None:
    facts = {"session_id": CALL, "timestamp": MONDAY_NOON.timestamp() * 1000}
    event = kind.model_validate(facts | fields)
    number = len(await web.store.read_log("casa-verde", CALL))
    await web.store.append("casa-verde", CALL, None, [(f"t{number}", event.to_json())])


async def tool(web: Web, name: str, arguments: str) -> None:
    await tell(web, ToolCalled, response_id="r", tool_call_id=f"{name}{arguments}", name=name, arguments=arguments)


async def put_through(web: Web, reason: str = REASON) -> None:
    await tell(web, Ended, reason=reason, next="transfer")


async def ask(web: Web, path: str, parameters: str = PARAMETERS, **fields: str) -> httpx2.Response:
    """As Twilio asks from the dialled leg."""
    form = {"CallSid": "CAchild", "ParentCallSid": CALL, "To": "+15550100090", "From": "+15550109921", **fields}
    return await web.post(f"{path}?{parameters}", form)


@pytest.fixture
async def calling(web: Web) -> Web:
    """A caller who speaks with the agent."""
    await web.post("/twiml/voice", From="+15550109921")
    await tell(web, LegStarted, leg=1, stream_sid="MZ1")
    return web


async def test_the_person_hears_who_rings_and_why_and_the_key(calling: Web) -> None:
    await tool(calling, "set_line", '{"item_id": "margherita", "options": {"size": "large"}}')
    await tool(calling, "set_customer", '{"name": "Ana"}')
    await put_through(calling)
    response = await ask(calling, "/twiml/whisper")
    gather, hangup = verbs(response)
    assert gather.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "8",
        "action": f"{PUBLIC}/twiml/accept?{PARAMETERS}{RETRIES}",
    }
    assert gather[0].text == (
        "A call for Casa Verde. Ana, number ending in 2 1, wants a person. Reason: a question about an event. "
        "In the order: one large Margherita; not placed yet. Press 1 to take the call."
    )
    assert hangup.tag == "Hangup"
    assert (await ask(calling, "/twiml/whisper")).text == response.text
    assert (await log_of(calling)).count("call.transfer_answered") == 1


async def test_a_caller_of_whom_nothing_is_known(web: Web) -> None:
    await web.post("/twiml/voice", From="anonymous")
    said = verbs(await ask(web, "/twiml/whisper"))[0][0].text
    assert said == "A caller of Casa Verde wants a person. Press 1 to take the call."


async def test_in_spanish(store: SessionStore, web_of: Callable[..., Web], restaurants: tuple[Restaurant, ...]) -> None:
    web = web_of(store, SETTINGS, [restaurants[0].model_copy(update={"languages": ("es", "en")})])
    await web.post("/twiml/voice")
    await put_through(web, "una pregunta")
    say = verbs(await ask(web, "/twiml/whisper"))[0][0]
    assert say.get("language") == "es-US"
    assert say.text == (
        "Llamada para Casa Verde. Un cliente, con un número que termina en 9 9, quiere hablar con una persona. "
        "Motivo: una pregunta. No hay nada pedido. Pulse 1 para tomar la llamada."
    )


async def test_the_key_1_joins_them_and_asking_again_too(calling: Web) -> None:
    await put_through(calling)
    for _ in range(2):
        assert names(await ask(calling, "/twiml/accept", Digits="1")) == []
    assert (await log_of(calling)).count("call.transfer_accepted") == 1
    after = await calling.post("/twiml/next?leg=2", DialCallStatus="completed", DialBridged="true")
    assert names(after) == ["Hangup"]
    assert await calling.store.live_calls("casa-verde", calling.now) == []


@pytest.mark.parametrize("digits", ["2", "0", "", "11"])
async def test_any_other_key_hangs_up_and_the_caller_is_back_with_the_agent(calling: Web, digits: str) -> None:
    await put_through(calling)
    await ask(calling, "/twiml/whisper")
    assert names(await ask(calling, "/twiml/accept", Digits=digits)) == ["Hangup"]
    assert "call.transfer_accepted" not in await log_of(calling)
    after = await calling.post("/twiml/next?leg=2", DialCallStatus="completed", DialBridged="false")
    assert names(after) == ["Connect", "Redirect"]


@pytest.mark.parametrize("late", ["hung up", "back with the agent", "unknown call"])
async def test_a_call_that_has_gone_on_joins_nobody(calling: Web, late: str) -> None:
    await put_through(calling)
    parameters = PARAMETERS
    if late == "hung up":
        await tell(calling, HungUp)
    elif late == "back with the agent":
        await tell(calling, Dialled, leg=2, status="no-answer")
    else:
        parameters = PARAMETERS.replace(CALL, "CAunheardof")
    for path in ("/twiml/whisper", "/twiml/accept"):
        said, hangup = verbs(await ask(calling, path, parameters, Digits="1"))
        assert said.text == "The caller is no longer on the line."
        assert hangup.tag == "Hangup"
    assert not {"call.transfer_answered", "call.transfer_accepted"} & set(await log_of(calling))
    assert await calling.store.read_log("casa-verde", "CAunheardof") == []


@pytest.mark.parametrize("path", ["/twiml/whisper", "/twiml/accept"])
@pytest.mark.parametrize(
    "parameters",
    [
        "leg=2",
        PARAMETERS.replace("casa-verde", "elsewhere"),
        PARAMETERS.replace(CALL, "a%20b"),
        PARAMETERS.replace("leg=2", "leg=x"),
    ],
)
async def test_an_address_that_is_not_ours_hangs_up(web: Web, path: str, parameters: str) -> None:
    assert names(await ask(web, path, parameters, Digits="1")) == ["Hangup"]


@pytest.mark.parametrize("path", ["/twiml/whisper", "/twiml/accept"])
@pytest.mark.parametrize("token", [None, "another-token"])
async def test_what_is_not_signed_by_twilio_gets_nothing(calling: Web, path: str, token: str | None) -> None:
    await put_through(calling)
    response = await calling.post(f"{path}?{PARAMETERS}", {"CallSid": "CAchild", "Digits": "1"}, token=token)
    assert response.status_code == 403
    assert not {"call.transfer_answered", "call.transfer_accepted"} & set(await log_of(calling))


async def test_a_person_who_is_there_is_not_sent_away_because_the_store_is(
    tmp_path: Path, web_of: Callable[..., Web]
) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        web = web_of(away)
        gather, hangup = verbs(await ask(web, "/twiml/whisper"))
        assert gather[0].text == "A caller of Casa Verde wants a person. Press 1 to take the call."
        assert hangup.tag == "Hangup"
        assert names(await ask(web, "/twiml/accept", Digits="1")) == []
        assert names(await ask(web, "/twiml/accept", Digits="2")) == ["Hangup"]


async def test_a_fault_of_ours_does_not_keep_the_caller(calling: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    await put_through(calling)
    monkeypatch.setattr(Call, "fold", lambda *_: 1 / 0)
    with capture_logs() as logs:
        assert names(await ask(calling, "/twiml/accept", Digits="1")) == ["Hangup"]
    assert next(line for line in logs if line["event"] == "webhook.crashed")["exc_info"]
