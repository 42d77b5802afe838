"""The ways to a model: the endpoint of the settings, and a second one that stands in for it.

Rules: the first endpoint is used while it works; one that failed rests for a time, which doubles, and is then tried
first again; a failure of any class leads to the other at once, before anything is waited for. Limits and exhausted
quotas open a breaker per restaurant and endpoint: an attempt then fails at once. Retries follow the error table.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from gateway import errors
from gateway.breaker import Breaker
from gateway.errors import ErrorHandler, ErrorType, GatewayError
from gateway.realtime.dialler import Dialled, Dialler

FIRST_PATIENCE = 3.0
"""Seconds that an endpoint may take when another one could be asked instead."""
LIMIT_FAILURES = 5
"""Refusals because of limits, quota or key within a minute that open a restaurant's breaker."""
REST_S = 30.0
LONGEST_REST_S = 600.0
"""Seconds that an endpoint rests after a failure, when there is another one; doubled with each failure in a row."""
LIMITS = frozenset({errors.RATE_LIMITED.code, errors.API_KEY_INVALID.code})
"""What opens a breaker. An exhausted quota is classed with refused keys: it is not to be tried again either."""
RESTS = LIMITS | {errors.MODEL_OVERLOADED.code, errors.TTS_FAILED.code}
"""What makes an endpoint rest that had served a call; a broken connection does not."""

log = structlog.get_logger(__name__)


class BreakerOpenError(GatewayError):
    """Nothing was tried, since it was refused too often lately."""

    def __init__(self) -> None:
        super().__init__(errors.RATE_LIMITED, "refused too often lately, not tried")


class Route:
    """One endpoint, with what is known about it."""

    def __init__(self, dialler: Dialler) -> None:
        self.dialler = dialler
        self.name = dialler.name
        self.health = Breaker(limit=1, open_s=REST_S, longest_s=LONGEST_REST_S)
        self._limits: dict[str | None, Breaker] = {}

    def limits(self, restaurant_id: str | None) -> Breaker:
        """The breaker of a restaurant; None: of the warm pool, which belongs to all."""
        return self._limits.setdefault(restaurant_id, Breaker(limit=LIMIT_FAILURES))


class Routes:
    """All endpoints, the preferred one first."""

    def __init__(
        self,
        diallers: Sequence[Dialler],
        jitter: Callable[[], float],
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        on_opened: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Nothing is known about them yet.

        Args:
            diallers: at least one; their names differ.
            jitter: a number in [0, 1) per call, spreads retries of many calls.
            sleep: waits so many seconds between attempts.
            clock: monotonic seconds.
            on_opened: told the endpoint's name when a breaker opens.
        """
        self._routes = {dialler.name: Route(dialler) for dialler in diallers}
        self.jitter = jitter
        self._sleep = sleep
        self._clock = clock
        self._on_opened = on_opened

    # --- what is known ---

    def admits(self, route: str, restaurant_id: str | None) -> bool:
        """Whether a socket of this endpoint that stands already may serve a call of this restaurant."""
        now, known = self._clock(), self._routes[route]
        rests = len(self._routes) > 1 and known.health.is_open(now)  # with a single endpoint there is no better one
        return not rests and known.limits(restaurant_id).allows(now)

    def spare(self, route: str, restaurant_id: str | None) -> bool:
        """Whether another endpoint could serve in the place of this one, as far as is known."""
        now = self._clock()
        others = (known for known in self._routes.values() if known.name != route)
        return any(not o.health.is_open(now) and not o.limits(restaurant_id).is_open(now) for o in others)

    def refused(self, route: str, restaurant_id: str | None, code: str) -> None:
        """Something asked of this endpoint failed, with this code of the taxonomy: limits are counted."""
        if code in LIMITS and self._routes[route].limits(restaurant_id).failed(self._clock(), self.jitter()):
            log.warning("model_breaker_opened", route=route, restaurant=restaurant_id, code=code)
            self._on_opened(route)

    def served(self, route: str, restaurant_id: str | None) -> None:
        """This endpoint has answered a caller."""
        self._routes[route].limits(restaurant_id).worked(self._clock())

    def rest(self, route: str, code: str) -> None:
        """A call had to leave this endpoint, with this code of the taxonomy: others go there only after a pause."""
        if code in RESTS:
            self._rest(self._routes[route], code)

    def _rest(self, route: Route, code: str) -> None:
        if route.health.failed(self._clock(), self.jitter()) and len(self._routes) > 1:
            log.warning("model_endpoint_rests", route=route.name, code=code)

    # --- dialling ---

    async def dial(self, restaurant_id: str | None = None) -> Dialled:
        """One attempt per endpoint.

        Raises:
            GatewayError: the failure that is best worth another attempt, by the taxonomy.
        """
        return await self._dial_one_of(restaurant_id, set())

    async def dial_with_retries(self, restaurant_id: str | None, on_retry: Callable[[str, int], None]) -> Dialled:
        """Attempts and delays by the error table; an endpoint that says when to come back is given that time.

        Args:
            restaurant_id: whose call it is.
            on_retry: told `(code, attempt)` before each wait.

        Raises:
            GatewayError: not to be retried, or the attempts are used up.
        """
        attempt, hopeless = 0, set[str]()
        while True:
            try:
                return await self._dial_one_of(restaurant_id, hopeless)
            except GatewayError as error:
                attempt += 1
                delay = None if isinstance(error, BreakerOpenError) else ErrorHandler.next_delay_ms(error.kind, attempt)
                if delay is None:
                    raise
                on_retry(error.kind.code, attempt)
                asked = min(error.retry_after_ms, error.kind.strategy.max_delay_ms)
                await self._sleep(max(delay * (0.5 + self.jitter() / 2), asked) / 1000)

    async def _dial_one_of(self, restaurant_id: str | None, hopeless: set[str]) -> Dialled:
        """Try the endpoints in the order of preference; those that another attempt cannot mend go to `hopeless`."""
        failures: list[GatewayError] = []
        wanted = [route for route in self._preferred() if route.name not in hopeless]
        for place, route in enumerate(wanted, 1):
            try:
                if not route.limits(restaurant_id).allows(self._clock()):
                    raise BreakerOpenError
                dialled = await self._dial(route, None if place == len(wanted) else FIRST_PATIENCE)
            except BreakerOpenError as error:
                failures.append(error)
            except GatewayError as error:
                failures.append(error)
                self.refused(route.name, restaurant_id, error.kind.code)
                self._rest(route, error.kind.code)
                if not error.kind.retry:
                    hopeless.add(route.name)
            else:
                route.health.worked(self._clock())
                if restaurant_id is None:  # a socket for the pool: nobody will tell what came of it
                    route.limits(None).worked(self._clock())
                return dialled
        raise min(failures, key=_worth)

    async def _dial(self, route: Route, patience: float | None) -> Dialled:
        try:
            async with asyncio.timeout(patience):
                return await route.dialler.dial()
        except TimeoutError:
            raise GatewayError(errors.WS_CONNECTION_FAILED, f"no session within {patience} s") from None

    def _preferred(self) -> list[Route]:
        """Those that rest come last, and are tried when nothing else is left."""
        now = self._clock()
        return sorted(self._routes.values(), key=lambda route: route.health.is_open(now))


def _worth(failure: GatewayError) -> int:
    """Which of several failures decides: one that is worth another attempt, then one that was met, not assumed."""
    kind: ErrorType = failure.kind
    if isinstance(failure, BreakerOpenError):
        return 2
    return 0 if kind.retry else 1
