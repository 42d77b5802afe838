"""`gateway pos deliveries`: what waits, what was given up, and how it is sent again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.cli.pos_deliveries import _age
from gateway.pos.examples import examples
from gateway.pos.outbox import Outbox
from gateway.store import Delivery, SessionStore, keys, open_store
from tests.cli.width import set_width

runner = CliRunner()
ORDER = "order-CA" + "0" * 32
NUMBER = keys.partition("casa-verde")


def run(*words: str, status: int = 0) -> str:
    result = runner.invoke(app, ["pos", "deliveries", *words])
    assert result.exit_code == status, result.output
    assert all(len(line) <= 80 for line in result.stdout.splitlines() if "gateway pos" not in line), result.stdout
    return result.stdout if status == 0 else result.stdout + " ".join(result.stderr.split())


@pytest.fixture(autouse=True)
def url(monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> str:
    set_width(monkeypatch, 80)
    monkeypatch.setenv("REDIS_URL", valkey_url)
    in_store(valkey_url, lambda store: store.connection.command("FLUSHALL"))
    return valkey_url


def in_store(url: str, work: Callable[[SessionStore], Awaitable[object]]) -> None:
    async def do() -> None:
        async with await open_store(url) as store:
            await work(store)

    asyncio.run(do())


async def submit(store: SessionStore, order_id: str = ORDER, restaurant: str = "casa-verde") -> None:
    payload = json.dumps(examples()["order.confirmed"])
    delivery = Delivery(f"{order_id}_order-confirmed_1", order_id, "order.confirmed", payload)
    now = datetime.now(UTC) - timedelta(minutes=5)
    await store.submit(
        restaurant, "CA1", None, order_id=order_id, version=1, order="{}", delivery=delivery, events=[], now=now
    )


async def fail(store: SessionStore, *, dead: bool) -> None:
    """One attempt at everything of the restaurant, as a worker makes it."""
    outbox = Outbox(store, "worker")
    await outbox.prepare()
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    for token in await outbox.read([NUMBER], 100, 0.1):
        head = await outbox.head(token)
        assert head is not None
        if dead:
            await outbox.finish(token, head, dead="the receiver answered 410 Gone", now_ms=now_ms)
        else:
            await outbox.retry(token, head, now_ms + 45_000, "the receiver answered 503")


def test_nothing() -> None:
    assert run() == "Nothing waits, and nothing was given up.\n"
    assert run("redeliver", "--all-dead") == "Nothing was given up.\n"
    assert run("enable", "casa-verde") == "No endpoint of casa-verde is disabled.\n"


def test_what_waits_and_why(url: str) -> None:
    in_store(url, submit)
    assert f"waiting\n{ORDER}_order-confirmed_1\n    casa-verde; 0 attempts failed, next now" in run()
    in_store(url, lambda store: fail(store, dead=False))
    printed = run("--restaurant", "casa-verde")
    assert "casa-verde; 1 attempt failed, next in 4" in printed
    assert "; the receiver answered 503" in " ".join(printed.split())
    assert "given up" not in printed
    shown = run("show", f"{ORDER}_order-confirmed_1")
    for told in ("attempts     1", "last failure  the receiver answered 503", "5 min ago", '"name": "Margherita"'):
        assert " ".join(told.split()) in " ".join(shown.split())
    assert "+1555" not in shown
    assert '"phone": "[masked]"' in shown


def test_a_dead_letter_is_sent_again_once(url: str) -> None:
    in_store(url, submit)
    in_store(url, lambda store: fail(store, dead=True))
    assert f"given up\n{ORDER}_order-confirmed_1\n    casa-verde; 0 s ago; the receiver answered 410 Gone" in run()
    assert "given up" in run("show", f"{ORDER}_order-confirmed_1")
    assert f"on its way again: {ORDER}_order-confirmed_1" in run("redeliver", f"{ORDER}_order-confirmed_1")
    assert "it is on its way, was delivered" in run("redeliver", f"{ORDER}_order-confirmed_1", status=1)
    assert "0 attempts failed, next now" in run()


def test_all_dead_of_one_restaurant_and_not_of_a_disabled_endpoint(url: str) -> None:
    async def prepared(store: SessionStore) -> None:
        for number in range(3):
            await submit(store, f"o{number}")
        await fail(store, dead=True)
        await Outbox(store, "worker").disable("casa-verde", "hash", "the receiver answered 410 Gone")

    in_store(url, prepared)
    listed = run("--limit", "2")
    assert "There is more; --limit shows it." in listed
    assert "casa-verde is sent nothing: the receiver answered 410 Gone." in listed
    assert run("redeliver", "--all-dead", "--restaurant", "golden-bowl") == "Nothing was given up.\n"
    refused = run("redeliver", "--all-dead", status=1)
    assert "gateway pos deliveries enable casa-verde" in refused
    assert "on its way" not in refused
    assert "casa-verde is delivered to again." in run("enable", "casa-verde")
    assert run("redeliver", "--all-dead").count("on its way again") == 3


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("show", "none"), "nothing with the id none waits or was given up"),
        (("redeliver",), "name one webhook-id, or everything with --all-dead"),
        (("redeliver", "x", "--all-dead"), "name one webhook-id, or everything with --all-dead"),
        (("--redis-url", "redis://127.0.0.1:1/0"), "the store cannot be used"),
        (("--redis-url", "redis://127.0.0.1:1/0", "show", "x"), "the store cannot be used"),
        (("show", "x", "--redis-url", "redis://127.0.0.1:1/0"), "the store cannot be used"),
    ],
)
def test_mistakes(words: tuple[str, ...], reason: str) -> None:
    assert reason in run(*words, status=1)


def test_how_long_ago_in_a_glance() -> None:
    spans = (timedelta(0), timedelta(seconds=119), timedelta(minutes=7), timedelta(hours=47), timedelta(days=3))
    assert [_age(span) for span in spans] == ["0 s", "119 s", "7 min", "47 h", "3 d"]
    assert _age(timedelta(seconds=-1)) == "0 s"
