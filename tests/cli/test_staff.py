"""`gateway calls` and `gateway staff`: live calls are listed, a command lies in the store, a mistake is one line."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from typer.testing import CliRunner

from gateway.call.staff import StaffCommand
from gateway.cli import app
from gateway.events import (
    CallStarted,
    Dialled,
    Ended,
    Event,
    LegEnded,
    LegStarted,
    StaffActed,
    ToolCalled,
    TransferAccepted,
    milliseconds,
)
from gateway.local.twilio_api import TwilioApi
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from gateway.store import SessionStore, open_store
from tests.cli.width import set_width

runner = CliRunner()
CALL = "CA" + "5" * 32
HOUSE = "casa-verde"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def url(monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> str:
    """An empty store, which the commands use."""
    set_width(monkeypatch, 220)
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.delenv("RESTAURANTS_DIR", raising=False)
    stored(valkey_url, lambda store: store.connection.command("FLUSHALL"))
    return valkey_url


def stored(url: str, ask: Callable[[SessionStore], Awaitable[T]]) -> T:
    async def there() -> T:
        async with await open_store(url) as store:
            return await ask(store)

    return asyncio.run(there())


def begin(
    url: str,
    *events: tuple[type[Event], dict[str, object]],
    call: str = CALL,
    served: bool = True,
    menu_digest: str = "",
) -> None:
    """A call that is on."""
    now = datetime.now(UTC)
    facts = {"session_id": call, "timestamp": milliseconds(now)}
    told = [(CallStarted, {"restaurant_id": HOUSE, "menu_digest": menu_digest}), *events]
    entries = [
        (f"e{number}", kind.model_validate(facts | fields).to_json()) for number, (kind, fields) in enumerate(told)
    ]

    async def write(store: SessionStore) -> None:
        await store.begin_call(HOUSE, call, entries, now)
        if served:
            await store.claim_leg(HOUSE, call, 1, f"n{call}", "a process", 60)

    stored(url, write)


def waiting(url: str) -> tuple[StaffCommand, ...]:
    return stored(url, lambda store: store.commands.waiting(HOUSE))


def run(*words: str, status: int = 0) -> str:
    result = runner.invoke(app, words)
    assert result.exit_code == status, result.output
    return " ".join((result.stdout if status == 0 else result.stderr).split())


LEG = (LegStarted, {"leg": 1, "stream_sid": "MZ"})
PIZZA = '{"item_id": "margherita", "options": {"size": "large"}}'
ORDERED = (ToolCalled, {"response_id": "r", "tool_call_id": "t", "name": "set_line", "arguments": PIZZA})


def test_no_calls() -> None:
    assert run("calls") == "No call is on."


def test_the_calls_that_are_on(url: str) -> None:
    begin(url, LEG, ORDERED)
    begin(url, LEG, (Ended, {"reason": "x", "next": "transfer"}), call="CAringing", served=False)
    accepted = (TransferAccepted, {"leg": 2})
    begin(url, LEG, (Ended, {"reason": "x", "next": "transfer"}), accepted, call="CAstaff", served=False)
    begin(url, LEG, (LegEnded, {"leg": 1, "reason": "lost"}), call="CAlost", served=False)
    begin(url, LEG, call="CAkilled", served=False)
    begin(url, call="CAnew", served=False)
    begin(url, LEG, (Ended, {"reason": "x", "next": "goodbye"}), call="CAending")
    listed = run("calls")
    (row,) = [line for line in listed.split("│ ") if "Margherita" in line]
    assert row == "one large Margherita [draft] "
    assert f"{CALL} │ casa-verde │" in listed
    assert "$15.70" in listed
    for call, state in {
        CALL: "Connecting",
        "CAringing": "ringing the staff",
        "CAstaff": "with the staff",
        "CAlost": "line lost",
        "CAkilled": "line lost",
        "CAnew": "ringing",
        "CAending": "ending",
    }.items():
        (line,) = [one for one in runner.invoke(app, ["calls"]).stdout.splitlines() if f" {call} " in one]
        assert f" {state} " in line
    assert run("calls", "--restaurant", "golden-bowl") == "No call is on."


def test_a_call_is_shown_with_the_menu_that_it_began_with(url: str) -> None:
    house = load_restaurants(SHIPPED, {})[0]
    renamed = {"margherita": "Uploaded"}
    items = [item.model_copy(update={"name": renamed.get(item.id, item.name)}) for item in house.menu.items]
    menu = house.menu.model_copy(update={"items": tuple(items), "digest": "0" * 16})
    stored(url, lambda store: store.menus.keep(HOUSE, menu.digest, menu.model_dump_json()))
    begin(url, LEG, ORDERED, menu_digest=menu.digest)
    assert "one large Uploaded [draft]" in run("calls")


def test_a_hint_lies_in_the_store(url: str) -> None:
    begin(url, LEG)
    assert run("staff", "hint", CALL, "we have\nno basil") == "The agent is told."
    (command,) = waiting(url)
    assert (command.call_id, command.action, command.text) == (CALL, "hint", "we have no basil")
    assert command.who


def test_to_take_a_call_and_to_end_it(url: str) -> None:
    begin(url, LEG)
    begin(url, LEG, call="CAlost", served=False)
    assert run("staff", "take", CALL) == "Your telephone will ring."
    assert run("staff", "end", "CAlost", "--restaurant", HOUSE) == "The call ends when the caller's turn comes."
    assert [(command.call_id, command.action) for command in waiting(url)] == [(CALL, "take_over"), ("CAlost", "end")]


# --- with a Twilio account, a call that nobody serves is led on at once ---

ACCOUNT, TOKEN = "AC" + "1" * 32, "token-of-the-tests"
TRANSFERRED = (Ended, {"reason": "x", "next": "transfer"})


async def steered(
    monkeypatch: pytest.MonkeyPatch, url: str, *words: str, live: bool = True, token: str = TOKEN
) -> tuple[str, list[str]]:
    """A command for a call whose staff's telephone rings: what is printed, and the documents that Twilio got."""
    async with TwilioApi(ACCOUNT, TOKEN) as api:
        if live:
            api.live.add(CALL)
        account = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": token, "TWILIO_API_URL": api.url}
        for name, value in {"PUBLIC_URL": "https://voice.example.com", **account}.items():
            monkeypatch.setenv(name, value)
        await asyncio.to_thread(begin, url, LEG, TRANSFERRED, served=False)
        result = await asyncio.to_thread(runner.invoke, app, words)
        assert result.exit_code == 0
        return " ".join(result.output.split()), [change.form["Twiml"] for change in api.changes]


async def test_with_an_account_the_end_does_not_wait(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    told, documents = await steered(monkeypatch, url, "staff", "end", CALL)
    assert told == "The call ends."
    (document,) = documents
    ((command,),) = [await asyncio.to_thread(waiting, url)]
    assert f"https://voice.example.com/twiml/next?leg=2&amp;staff={command.id}#" in document


@pytest.mark.parametrize(("action", "told"), [("take", "Your telephone will ring"), ("hint", "The agent is told")])
async def test_what_need_not_be_hurried_is_left_to_its_turn(
    monkeypatch: pytest.MonkeyPatch, url: str, action: str, told: str
) -> None:
    text = ("no basil",) if action == "hint" else ()
    printed, documents = await steered(monkeypatch, url, "staff", action, CALL, *text)
    assert printed.startswith(told)
    assert " when " in printed
    assert documents == []


async def test_a_call_that_twilio_has_ended_and_an_account_that_is_refused_leave_the_command(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    told, _ = await steered(monkeypatch, url, "staff", "end", CALL, live=False)
    assert told == "The call ends when the caller's turn comes."
    told, _ = await steered(monkeypatch, url, "staff", "end", CALL, token="another")
    assert "error 20003" in told
    assert "The call ends when the caller's turn comes." in told
    assert "another" not in told


def test_half_an_account_is_none(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    begin(url, LEG, TRANSFERRED, served=False)
    monkeypatch.setenv("PUBLIC_URL", "voice.example.com")
    assert run("staff", "end", CALL) == "The call ends when the caller's turn comes."
    monkeypatch.setenv("PUBLIC_URL", "https://voice.example.com")
    assert run("staff", "end", CALL) == "The call ends when the caller's turn comes."


def test_a_call_that_is_over_or_unknown(url: str) -> None:
    begin(url, LEG)
    stored(url, lambda store: store.end_call(HOUSE, CALL))
    for words in (("hint", CALL, "x"), ("take", CALL), ("end", CALL)):
        assert f"the call {CALL} is over" in run("staff", *words, status=1)
    assert "there is no call CAnone; `gateway calls` lists them" in run("staff", "end", "CAnone", status=1)
    assert waiting(url) == ()


def test_mistakes(url: str) -> None:
    begin(url, LEG)
    assert "there is no restaurant elsewhere" in run("calls", "--restaurant", "elsewhere", status=1)
    assert "says nothing" in run("staff", "hint", CALL, " \n", status=1)
    assert "at most 300 characters" in run("staff", "hint", CALL, "x" * 301, status=1)
    assert "the store cannot be used" in run("calls", "--redis-url", "redis://127.0.0.1:1/0", status=1)
    assert "nowhere" in run("calls", "--restaurants", "/nowhere", status=1)
    assert waiting(url) == ()


def test_a_restaurant_without_a_telephone(url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("restaurants")
    shutil.copytree(SHIPPED / HOUSE, folder / HOUSE)
    file = folder / HOUSE / "restaurant.toml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("transfer_to ")]
    file.write_text("\n".join(lines))
    begin(url, LEG)
    told = run("staff", "take", CALL, "--restaurants", str(folder), status=1)
    assert "casa-verde has no telephone to take it with: set transfer_to" in told


def test_what_staff_did_is_told_when_the_call_is_replayed(url: str) -> None:
    transferred = (Ended, {"reason": "x", "next": "transfer"})
    hinted = (StaffActed, {"command_id": "1-0", "action": "hint", "text": "no basil", "who": "Rosa"})
    nobody = (Dialled, {"leg": 2, "status": "busy"})
    accepted, spoke = (TransferAccepted, {"leg": 3}), (Dialled, {"leg": 3, "status": "completed", "bridged": True})
    begin(url, LEG, hinted, transferred, nobody, transferred, accepted, spoke)
    told = run("replay", CALL)
    assert "Rosa: hint: no basil" in told
    assert "the staff's telephone was rung: they took no call (busy)" in told
    assert "a person takes the call" in told
    assert "the staff's telephone was rung: they spoke with the caller" in told
