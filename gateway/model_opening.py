"""Getting a call to its model: opening the connection, and moving it to a fresh one before its session's time is over.

A session lives 60 minutes at most (Realtime guide), so a call moves before: at a quiet moment from `MAX_AGE` on, in
the agent's next breath from `HARD_AGE` on, and at `LAST_AGE` whatever is going on.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime

import structlog

from gateway import errors
from gateway.call.effects import OpenModel
from gateway.call.machine import Call
from gateway.call.states import State
from gateway.errors import GatewayError
from gateway.events import (
    AnyEvent,
    ConnectionFailed,
    ErrorEvent,
    ModelLost,
    ModelOpened,
    ResponseFinished,
    Stamp,
    stamp_of,
)
from gateway.metrics import MetricsCollector
from gateway.realtime.link import ModelLink
from gateway.realtime.pool import MAX_AGE, ModelPool

HARD_AGE = 57 * 60.0
LAST_AGE = 59 * 60.0
"""Seconds; `MAX_AGE`, after which a session is not begun with either, comes before."""
QUIET_RETRY = 2.0
"""Seconds between looks whether the moment is quiet."""


def may_move(age: float, *, quiet: bool, playing: bool) -> bool:
    """Whether now is the moment to leave a connection that is so many seconds old, past `MAX_AGE`.

    Args:
        age: of the connection.
        quiet: nobody speaks and nothing is on its way.
        playing: the agent is heard.
    """
    return quiet or age >= LAST_AGE or (age >= HARD_AGE and not playing)


class ModelOpening:
    """The way of one call to its model, as tasks of the session that it belongs to."""

    def __init__(
        self,
        call: Call,
        pool: ModelPool,
        metrics: MetricsCollector,
        link: ModelLink,
        post: Callable[[AnyEvent], None],
        spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]],
    ) -> None:
        """Nothing opened yet.

        Args:
            call: whose model it is.
            pool: where sockets come from.
            metrics: counts attempts and their time.
            link: gets the socket.
            post: gets the outcome, as an event.
            spawn: starts a task that the session owns.
        """
        self._call = call
        self._pool = pool
        self._metrics = metrics
        self._link = link
        self._post = post
        self._spawn = spawn
        self._log = structlog.get_logger(__name__).bind(call_id=call.call_id, leg=call.leg)
        self._restaurant_id = call.restaurant.id
        self._route: str | None = None
        """The endpoint that serves the call, or served it last."""
        self._opening: asyncio.Task[None] | None = None
        self._move: asyncio.TimerHandle | None = None

    def begin(self, wanted: OpenModel) -> None:
        """Get a socket; ends in `call.model_opened` or `call.connection_failed`."""
        self.cancel()  # never two connections, not even two on their way
        if wanted.after is not None and self._route is not None:
            self._pool.routes.rest(self._route, wanted.after)
        self._opening = self._spawn(self._open(wanted.fresh))

    def close(self) -> None:
        """The call wants no model any more."""
        self.cancel()
        self._spawn(self._link.close())

    def cancel(self) -> None:
        """Do not go on with an opening."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def stop(self) -> None:
        """The leg is over."""
        self.cancel()
        if self._move is not None:
            self._move.cancel()

    def observe(self, event: AnyEvent) -> None:
        """An event of the call, before the core has it: what it says about the endpoint that serves is remembered."""
        if self._route is None:
            return
        routes = self._pool.routes
        match event:
            case ResponseFinished(status="completed", spoke=True):
                routes.served(self._route, self._restaurant_id)
            case ResponseFinished(status="failed", code=str(code)) | ModelLost(code=code, planned=False):
                routes.refused(self._route, self._restaurant_id, code)
            case ErrorEvent(error=error) if error.code == errors.API_KEY_INVALID.code:
                routes.refused(self._route, self._restaurant_id, error.code)
            case _:
                pass

    async def _open(self, fresh: bool) -> None:
        await self._link.close()
        began = self._metrics.record_connection_start()
        try:
            dialled = await self._pool.take(self._restaurant_id, fresh=fresh, on_retry=self._retrying)
        except GatewayError as error:
            self._log.warning("model_not_reached", code=error.kind.code, detail=error.detail)
            self._post(ConnectionFailed(**self._stamp(), code=error.kind.code))
            return
        self._metrics.record_connection_complete(began)
        if self._call.state not in (State.CONNECTING, State.RECOVERING):
            await dialled.client.close()  # the call ended while we dialled
            return
        self._link.attach(dialled)
        self._route = dialled.route
        self._metrics.record_model_opened(dialled.route)
        self._plan_move(dialled.opened)
        spare = self._pool.routes.spare(dialled.route, self._restaurant_id)
        self._post(ModelOpened(**self._stamp(), spare=spare))

    def _retrying(self, code: str, attempt: int) -> None:
        self._metrics.record_retry(code, attempt)
        self._log.warning("model_retry", code=code, attempt=attempt)

    def _plan_move(self, opened: float) -> None:
        def move() -> None:
            if self._link.opened != opened:
                return
            quiet = self._call.state in (State.READY, State.IDLE)
            if may_move(time.monotonic() - opened, quiet=quiet, playing=self._call.playing):
                self._post(ModelLost(**self._stamp(), planned=True))
            else:
                self._move = asyncio.get_running_loop().call_later(QUIET_RETRY, move)

        if self._move is not None:
            self._move.cancel()  # it was that of an earlier connection
        wait = max(0.0, opened + MAX_AGE - time.monotonic())
        self._move = asyncio.get_running_loop().call_later(wait, move)

    def _stamp(self) -> Stamp:
        return stamp_of(self._call.call_id, datetime.now(UTC))
