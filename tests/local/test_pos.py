"""The POS receiver: what it takes, what it refuses, and its faults."""

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from gateway.local.pos import Fault, PosReceiver
from gateway.pos.webhook import headers

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
BODY = json.dumps({"type": "order.confirmed", "data": {"order_ref": "o1"}}).encode()


async def send(pos: PosReceiver, message_id: str = "m1", *, body: bytes = BODY, age_s: float = 0) -> httpx2.Response:
    signed = headers([SECRET], message_id, datetime.now(UTC) - timedelta(seconds=age_s), BODY)
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.post(pos.url, content=body, headers=signed, timeout=2)


async def test_a_signed_order_is_kept_once() -> None:
    async with PosReceiver(SECRET) as pos:
        for _ in range(2):
            assert (await send(pos)).status_code == 204
        [order] = await pos.wait_for(1)
    assert (order.id, order.type, order.data, order.body) == ("m1", "order.confirmed", {"order_ref": "o1"}, BODY)
    assert (pos.requests, pos.duplicates, pos.refused) == (2, 1, 0)


async def test_what_is_not_signed_or_old_or_changed_is_refused() -> None:
    async with PosReceiver(SECRET) as pos:
        assert (await send(pos, body=BODY + b" ")).status_code == 401
        assert (await send(pos, age_s=400)).status_code == 401
        async with httpx2.AsyncClient(trust_env=False) as client:
            assert (await client.post(pos.url, content=BODY)).status_code == 401
            unreadable = headers([SECRET], "m1", datetime.now(UTC), BODY) | {"webhook-signature": "no-comma"}
            assert (await client.post(pos.url, content=BODY, headers=unreadable)).status_code == 401
            assert (await client.get(pos.url)).status_code == 405
        with pytest.raises(TimeoutError):
            await pos.wait_for(1, timeout_s=0.05)
    assert pos.refused == 4


async def test_faults_happen_in_turn_and_pass() -> None:
    async with PosReceiver(SECRET) as pos:
        pos.faults = [
            Fault("status", times=2, status=503, headers={"retry-after": "7"}),
            Fault("slow", seconds=0.05),
            Fault("half", keeps=True),
        ]
        for _ in range(2):
            answer = await send(pos)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
        assert pos.orders == []
        assert (await send(pos)).status_code == 204
        with pytest.raises(httpx2.RemoteProtocolError):
            await send(pos, "m2")
        assert [order.id for order in pos.orders] == ["m1", "m2"]
        assert (await send(pos, "m3")).status_code == 204


async def test_a_hanging_request_does_not_keep_it_from_closing() -> None:
    async with PosReceiver(SECRET) as pos:
        pos.faults = [Fault("hang")]
        async with httpx2.AsyncClient(trust_env=False) as client:
            signed = headers([SECRET], "m1", datetime.now(UTC), BODY)
            with pytest.raises(httpx2.ReadTimeout):
                await client.post(pos.url, content=BODY, headers=signed, timeout=0.1)
    assert pos.orders == []
