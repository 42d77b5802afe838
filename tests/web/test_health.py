"""Health routes: alive whatever happens, ready only when a call would be taken, metrics for those who may."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from gateway.settings import Settings
from gateway.store import SessionStore, open_store
from gateway.web.readiness import LATE_S
from tests.web.conftest import SETTINGS, Web


async def test_a_healthy_process_is_alive_and_ready(web: Web) -> None:
    assert (await web.client.get("/healthz")).text == "ok"
    response = await web.client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True})


@pytest.mark.parametrize("reason", ["draining", "full", "overloaded"])
async def test_who_takes_no_calls_is_alive_and_not_ready(web: Web, reason: str) -> None:
    web.readiness.draining = reason == "draining"
    web.live = 0 if reason == "overloaded" else SETTINGS.max_calls
    for _ in range(LATE_S):
        web.readiness.loop_was_late(SETTINGS.max_loop_lag_ms + 1)
    response = await web.client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"ready": False, "reason": reason})
    assert (await web.client.get("/healthz")).status_code == 200


async def test_without_a_store_it_is_not_ready(tmp_path: Path, web_of: Callable[..., Web]) -> None:
    async with await open_store(f"unix://{tmp_path}/nobody.sock") as away:
        web = web_of(away)
        response = await web.client.get("/readyz")
        assert (response.status_code, response.json()["reason"]) == (503, "store_away")
        assert (await web.client.get("/healthz")).status_code == 200


async def test_a_store_that_never_answers_is_away(web_of: Callable[..., Web], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.health.STORE_PATIENCE_S", 0.05)
    silent = asyncio.Event()

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with await open_store(f"redis://127.0.0.1:{port}") as stalled:
        response = await web_of(stalled).client.get("/readyz")
        silent.set()
    server.close()
    assert response.json() == {"ready": False, "reason": "store_away"}


async def test_metrics_are_prometheus_text_for_this_machine(web: Web) -> None:
    await web.post("/twiml/voice")
    response = await web.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert 'gateway_webhooks_total{outcome="answered",path="/twiml/voice"} 1.0' in response.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_metrics_are_not_for_whom_a_proxy_speaks(web: Web, header: str) -> None:
    assert (await web.client.get("/metrics", headers={header: "for=192.0.2.1"})).status_code == 403


@pytest.mark.parametrize("host", ["192.0.2.1", "testclient", "::ffff:192.0.2.1"])
async def test_metrics_are_not_for_other_machines(web: Web, host: str) -> None:
    transport = httpx2.ASGITransport(app=web.app, client=(host, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://internal") as client:
        assert (await client.get("/metrics")).status_code == 403


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("Bearer the-token", 200), ("bearer  the-token", 200), ("Bearer wrong", 403), ("Basic the-token", 403), ("", 403)],
)
async def test_with_a_token_only_the_token_counts(
    store: SessionStore, web_of: Callable[..., Web], authorization: str, status: int
) -> None:
    web = web_of(store, Settings.model_validate(SETTINGS.model_dump() | {"metrics_token": "the-token"}))
    response = await web.client.get("/metrics", headers={"Authorization": authorization})
    assert response.status_code == status
