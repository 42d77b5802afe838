"""What a POS tells us, over ASGI and a real store: who is let in, what changes, what comes twice."""

import base64
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from starlette.applications import Starlette

from gateway.houses import Houses
from gateway.metrics import MetricsCollector
from gateway.order_texts import Thread
from gateway.orders.pos_events import USUAL_EVENTS, PosEvent
from gateway.orders.restaurant import PosEndpoint, Restaurant
from gateway.pos.call_message import OrderStatusMessage
from gateway.store import Delivery, SessionStore, keys
from gateway.store.keys import partition, queue_key
from gateway.store.texts import TextStore
from gateway.web.pos_api import PosApi

SECRET, OTHER = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"k", b"o"))
KEY = "a-key-of-24-characters-or-more"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AT = "/pos/v1/restaurants/casa-verde"


class Pos:
    """A POS at the door."""

    def __init__(
        self, store: SessionStore, restaurants: tuple[Restaurant, ...], events: Sequence[PosEvent] = USUAL_EVENTS
    ) -> None:
        self.now = NOW
        self.store = store
        endpoint = PosEndpoint(
            url="https://pos.example", secrets=(SecretStr(SECRET),), api_keys=(SecretStr(KEY),), events=tuple(events)
        )
        served = [restaurants[0].model_copy(update={"pos": endpoint}), *restaurants[1:]]
        self.houses = Houses(served, store)
        routes = PosApi(served, store, self.houses, MetricsCollector(), lambda: self.now).routes()
        self.served = {
            (method, route.path)
            for route in routes
            for method in (route.methods or set()) - {"HEAD"}
            if route.path != "/openapi.json"
        }
        transport = httpx2.ASGITransport(app=Starlette(routes=routes))
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://gateway")

    async def says(
        self, method: str, path: str, body: object = None, *, secret: str = SECRET, message_id: str = "m1"
    ) -> httpx2.Response:
        """A signed request."""
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(self.now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, self.now, text),
        }
        return await self.client.request(method, path, content=text, headers=headers)

    async def placed(self, order_id: str = "order-CA1") -> None:
        await self.store.submit(
            "casa-verde",
            "CA1",
            None,
            order_id=order_id,
            version=3,
            order="{}",
            delivery=Delivery("d1", order_id, "order.confirmed", "{}"),
            events=[],
            now=NOW,
        )


@pytest.fixture
async def pos(store: SessionStore, restaurants: tuple[Restaurant, ...]) -> AsyncIterator[Pos]:
    pos = Pos(store, restaurants)
    yield pos
    await pos.client.aclose()


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_way_of_an_order_forward_only(pos: Pos) -> None:
    await pos.placed()
    path = f"{AT}/orders/order-CA1"
    for number, status in enumerate(("accepted", "preparing", "ready")):
        answer = await pos.says("POST", f"{path}/status", {"status": status, "pos_ref": "77"}, message_id=f"s{number}")
        assert answer.json() == {"order_ref": "order-CA1", "status": status, "changed": True}
    again = await pos.says("POST", f"{path}/status", {"status": "ready"}, message_id="s8")
    assert again.json()["changed"] is False
    back = await pos.says("POST", f"{path}/status", {"status": "accepted"}, message_id="s9")
    assert code(back) == (409, "status_backwards")
    assert back.json()["error"]["order_status"] == "ready"
    assert (await pos.says("GET", path)).json() == {"order_ref": "order-CA1", "status": "ready", "order_version": 3}


async def test_a_customer_who_agreed_to_texts_is_told_what_became_of_the_order(pos: Pos, store: SessionStore) -> None:
    await pos.placed()
    thread = Thread(to="+15557654321", sender="+15550100000", language="en")
    await TextStore(store.connection).keep_thread("casa-verde", "order-CA1", thread.model_dump_json(), 600)
    for number, status in enumerate(("accepted", "ready", "ready", "completed")):
        answer = await pos.says("POST", f"{AT}/orders/order-CA1/status", {"status": status}, message_id=f"m{number}")
        assert answer.status_code == 200
    queue = keys.queue_key(keys.partition("casa-verde"), "order-CA1:sms")
    queued = await store.connection.command("XRANGE", queue, "-", "+")
    assert isinstance(queued, list)
    ((_, fields),) = queued
    assert json.loads(fields["payload"])["text"] == "Casa Verde: your order ER-CA1 is ready."
    unreadable = "not a thread"
    await TextStore(store.connection).keep_thread("casa-verde", "order-CA2", unreadable, 600)
    await pos.placed("order-CA2")
    rejected = {"status": "rejected", "reason": "no dough"}
    assert (await pos.says("POST", f"{AT}/orders/order-CA2/status", rejected, message_id="m9")).status_code == 200


async def test_who_listens_at_the_endpoint_is_told_of_each_step_once_and_behind_the_order(
    store: SessionStore, restaurants: tuple[Restaurant, ...]
) -> None:
    pos = Pos(store, restaurants, events=("order.confirmed", "order.status"))
    await pos.placed()
    body = {"status": "rejected", "reason": "we are out of dough"}
    for message_id in ("s1", "s1", "s2"):
        await pos.says("POST", f"{AT}/orders/order-CA1/status", body, message_id=message_id)
    queue: Any = await store.connection.command("XRANGE", queue_key(partition("casa-verde"), "order-CA1"), "-", "+")
    (_, order), (_, told) = queue
    assert (order["id"], told["id"], told["type"]) == ("d1", "order-CA1_order-status_rejected", "order.status")
    message = OrderStatusMessage.model_validate_json(told["payload"])
    assert (message.timestamp, message.data.restaurant.name) == (NOW, "Casa Verde")
    assert (message.data.order_ref, message.data.status) == ("order-CA1", "rejected")
    assert message.data.reason == "we are out of dough"
    await pos.client.aclose()


async def test_a_status_is_told_to_nobody_who_did_not_ask_and_to_no_call_that_is_over(pos: Pos) -> None:
    await pos.placed()
    await pos.says("POST", f"{AT}/orders/order-CA1/status", {"status": "accepted"})
    queue: Any = await pos.store.connection.command("XRANGE", queue_key(partition("casa-verde"), "order-CA1"), "-", "+")
    assert [fields["type"] for _, fields in queue] == ["order.confirmed"]
    assert await pos.store.commands.waiting("casa-verde") == ()


async def test_an_order_that_is_not_there(pos: Pos) -> None:
    unknown = await pos.says("POST", f"{AT}/orders/nothing/status", {"status": "accepted"})
    assert code(unknown) == (404, "unknown_order")
    assert code(await pos.says("GET", f"{AT}/orders/nothing", message_id="m2")) == (404, "unknown_order")


async def test_what_comes_twice_gets_its_first_answer_and_changes_nothing(pos: Pos) -> None:
    await pos.placed()
    path = f"{AT}/orders/order-CA1/status"
    first = await pos.says("POST", path, {"status": "accepted"}, message_id="one")
    await pos.says("POST", path, {"status": "ready"}, message_id="two")
    repeated = await pos.says("POST", path, {"status": "accepted"}, message_id="one")
    assert (repeated.status_code, repeated.json()) == (200, first.json())
    assert (await pos.says("GET", f"{AT}/orders/order-CA1", message_id="three")).json()["status"] == "ready"


async def test_an_idempotency_key_does_the_same_for_those_with_an_api_key(pos: Pos) -> None:
    headers = {"authorization": f"Bearer {KEY}", "idempotency-key": "k1"}
    first = await pos.client.put(f"{AT}/quote", json={"minutes": 35}, headers=headers)
    second = await pos.client.put(f"{AT}/quote", json={"minutes": 50}, headers=headers)
    assert first.json() == second.json() == {"minutes": 35}
    assert (await pos.store.offers.read("casa-verde")).quote_minutes == 35


async def test_who_is_not_let_in(pos: Pos) -> None:
    body = {"minutes": 5}
    assert code(await pos.client.put(f"{AT}/quote", json=body)) == (401, "not_authorised")
    assert code(await pos.says("PUT", f"{AT}/quote", body, secret=OTHER)) == (401, "wrong_signature")
    wrong_key = {"authorization": "Bearer " + "x" * 30}
    assert code(await pos.client.put(f"{AT}/quote", json=body, headers=wrong_key)) == (401, "not_authorised")
    # Another restaurant's door, with our key; one without a POS; one that does not exist.
    for other in ("golden-bowl", "nowhere"):
        path = f"/pos/v1/restaurants/{other}/quote"
        assert code(await pos.says("PUT", path, body)) == (401, "not_authorised")
    pos.now = NOW - timedelta(seconds=600)
    stale = Webhook(SECRET).sign("m1", pos.now, "{}")
    headers = {"webhook-id": "m1", "webhook-timestamp": str(int(pos.now.timestamp())), "webhook-signature": stale}
    pos.now = NOW
    assert code(await pos.client.put(f"{AT}/quote", content="{}", headers=headers)) == (401, "wrong_timestamp")
    assert (await pos.store.offers.read("casa-verde")).quote_minutes is None


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("quote", "no json", "invalid_body"),
        ("quote", {}, "invalid_body"),
        ("quote", {"minutes": 0}, "invalid_body"),
        ("quote", {"minutes": "20"}, "invalid_body"),
        ("ordering", {"paused": True, "until": "2026-11-25T12:00:00"}, "invalid_body"),
        ("ordering", {"paused": True, "until": 55013}, "invalid_body"),
        ("ordering", {"paused": True, "until": "55013"}, "invalid_body"),
        ("ordering", {"paused": True, "until": "0001-01-01T00:00:00+05:00"}, "invalid_body"),
        ("ordering", {"paused": True, "until": "1969-12-31T23:59:59Z"}, "invalid_body"),
        ("sold-out", {"items": [{"ref": "coke", "until": "9999-12-31T23:59:59.9999999Z"}]}, "invalid_body"),
        ("ordering", {"paused": "yes"}, "invalid_body"),
        ("sold-out", {"items": [{"ref": "no-such-thing"}]}, "unknown_refs"),
        ("sold-out", {"items": [{"ref": "coke", "mood": 1}]}, "invalid_body"),
    ],
)
async def test_a_body_that_makes_no_sense_is_told_where(pos: Pos, path: str, body: Any, wrong: str) -> None:
    assert code(await pos.says("PUT", f"{AT}/{path}", body)) == (422, wrong)


async def test_what_can_be_had(pos: Pos) -> None:
    until = "2026-11-25T18:00:00+00:00"
    items = [{"ref": "coke"}, {"ref": "toppings/basil", "until": until}, {"ref": "coke"}]
    assert (await pos.says("PUT", f"{AT}/sold-out", {"items": items}, message_id="a")).json() == {"sold_out": 2}
    paused = {"paused": True, "until": until, "reason": "the oven is down"}
    assert (await pos.says("PUT", f"{AT}/ordering", paused, message_id="b")).json() == {"paused": True}
    offer = (await pos.says("GET", f"{AT}/offer", message_id="c")).json()
    assert offer == {
        "sold_out": [{"ref": "coke", "until": None}, {"ref": "toppings/basil", "until": "2026-11-25T18:00:00Z"}],
        "minutes": 20,
        "paused": True,
    }
    pause = (await pos.store.offers.read("casa-verde")).pause
    assert pause is not None
    assert (pause.reason, pause.holds(NOW)) == ("the oven is down", True)
    await pos.says("PUT", f"{AT}/sold-out", {"items": []}, message_id="d")
    await pos.says("PUT", f"{AT}/ordering", {"paused": False}, message_id="e")
    assert (await pos.says("GET", f"{AT}/offer", message_id="f")).json()["sold_out"] == []
    assert (await pos.store.offers.read("casa-verde")).pause is None


async def test_two_messages_about_one_order_at_once_leave_the_later_step(pos: Pos, store: SessionStore) -> None:
    from gateway.store.pos_status import PosStatusStore  # noqa: PLC0415 - the race is made by hand

    await pos.placed()
    status = PosStatusStore(store.connection, store.retention_s)
    seen = await status.read("casa-verde", "order-CA1")
    assert seen is not None
    assert await status.move("casa-verde", seen, "accepted", NOW) is True
    assert await status.move("casa-verde", seen, "preparing", NOW) is False, "it is another than was seen"
    assert await status.move("casa-verde", seen, "accepted", NOW) is False


def edited(pos: Pos, price: int) -> str:
    menu = pos.houses._base["casa-verde"].menu.model_dump(mode="json")
    coke = next(item for item in menu["items"] if item["id"] == "coke")
    coke["variations"][0]["price"] = price
    return json.dumps(menu)


async def test_a_menu_is_judged_told_apart_and_put_in_force(pos: Pos) -> None:
    old = (await pos.houses.now("casa-verde")).menu.digest
    dry = (await pos.says("PUT", f"{AT}/menu?dry_run=true", edited(pos, 325), message_id="a")).json()
    assert dry["applied"] is False
    assert [(change["kind"], change["before"], change["after"]) for change in dry["changes"]] == [("changed", 300, 325)]
    assert (await pos.houses.now("casa-verde")).menu.digest == old
    real = (await pos.says("PUT", f"{AT}/menu", edited(pos, 325), message_id="b")).json()
    assert (real["applied"], real["digest"]) == (True, dry["digest"])
    now = await pos.houses.now("casa-verde")
    coke = now.menu.item("coke")
    assert coke is not None
    assert coke.variations[0].price == 325
    # A call that began before keeps its menu, also in a process that has just come up.
    assert (await pos.houses.of("casa-verde", old)).menu.digest == old
    again = (await pos.says("PUT", f"{AT}/menu", edited(pos, 325), message_id="c")).json()
    assert (again["applied"], again["changes"]) == (False, [])
    gone = (await pos.says("DELETE", f"{AT}/menu", message_id="d")).json()
    assert (gone["applied"], gone["digest"]) == (True, old)
    assert (await pos.houses.now("casa-verde")).menu.digest == old
    assert (await pos.houses.of("casa-verde", real["digest"])).menu.digest == real["digest"]


async def test_a_menu_with_mistakes_is_refused_with_all_of_them(pos: Pos) -> None:
    for number, broken in enumerate(
        ("no json", "{}", "[]", edited(pos, -1), "\udcff".encode("utf-8", "replace").decode())
    ):
        answer = await pos.says("PUT", f"{AT}/menu", broken, message_id=f"m{number}")
        assert code(answer) == (422, "invalid_menu")
        assert answer.json()["error"]["problems"]
    assert await pos.store.menus.in_force("casa-verde") is None


async def test_a_menu_that_is_gone_is_replaced_by_the_one_that_holds(pos: Pos) -> None:
    await pos.store.menus.put_in_force("casa-verde", "0" * 16)
    base = pos.houses._base["casa-verde"]
    assert (await pos.houses.now("casa-verde")) is base
    assert (await pos.houses.of("casa-verde", "1" * 16)) is base
    await pos.store.menus.keep("casa-verde", "2" * 16, "{}")
    assert (await pos.houses.of("casa-verde", "2" * 16)) is base


async def test_what_is_served_is_what_the_document_says(pos: Pos) -> None:
    answer = await pos.client.get("/openapi.json")
    document = answer.json()
    assert (answer.status_code, document["openapi"]) == (200, "3.1.0")
    assert pos.served == {
        (method.upper(), path) for path, item in document["paths"].items() for method in item if method != "parameters"
    }
