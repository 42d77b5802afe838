"""Health for orchestrators and operators: `/healthz` lives, `/readyz` takes calls, `/metrics` for Prometheus.

Ready means: not draining, not full, and the store answers. A process that is not ready still serves the calls it has,
so liveness never depends on anything but the event loop. Metrics say nothing about callers, but much about a business:
they go to whoever has `METRICS_TOKEN`, and without one to this machine alone.
"""

import asyncio
import hmac
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.metrics import MetricsCollector
from gateway.metrics.series import CONTENT_TYPE
from gateway.settings import Settings
from gateway.store import SessionStore
from gateway.web.readiness import Readiness

STORE_PATIENCE_S = 2.0
"""Shorter than the probe's own time-out usually is, so that the answer says what is wrong."""


class Health:
    """The routes. Built once, in the application's lifespan."""

    def __init__(
        self, settings: Settings, store: SessionStore, readiness: Readiness, metrics: MetricsCollector
    ) -> None:
        self._token = settings.metrics_token
        self._store = store
        self._readiness = readiness
        self._metrics = metrics

    def routes(self) -> list[Route]:
        """The three routes, GET and HEAD."""
        return [
            Route("/healthz", self.live),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def live(self, _request: Request) -> Response:
        """200 as long as the event loop turns."""
        return PlainTextResponse("ok")

    async def ready(self, _request: Request) -> Response:
        """200 when a new call would be taken, else 503 and why: `draining`, `full` or `store_away`."""
        reason = self._readiness.refusal() or await self._store_refusal()
        if reason is None:
            return JSONResponse({"ready": True})
        return JSONResponse({"ready": False, "reason": reason}, 503)

    async def metrics(self, request: Request) -> Response:
        """All series in Prometheus' text format, for those who may read them."""
        if not self._may_read(request):
            return PlainTextResponse("forbidden", 403)
        return Response(self._metrics.exposition(), media_type=CONTENT_TYPE)

    async def _store_refusal(self) -> str | None:
        try:
            async with asyncio.timeout(STORE_PATIENCE_S):
                health = await self._store.health()
        except TimeoutError:
            return "store_away"
        return None if health.problem is None else "store_away"

    def _may_read(self, request: Request) -> bool:
        if self._token is not None:
            scheme, _, given = request.headers.get("authorization", "").partition(" ")
            expected = self._token.get_secret_value().encode()
            return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), expected)
        # A proxy on this machine speaks for somebody else.
        proxied = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
        return not proxied and request.client is not None and _is_loopback(request.client.host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a Unix socket, or a test client's made-up name
        return False
