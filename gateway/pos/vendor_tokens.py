"""The access tokens for the POS systems: from the settings, or fetched, and kept while they are valid.

Rules kept here: a token is fetched once for all orders that wait for it; one that the system does not know any more is
fetched anew for the next attempt; no token and no secret is logged.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import httpx2

from gateway.orders.pos_systems import SystemSettings, ToastSettings
from gateway.pos.adapters.refusal import refusal_text
from gateway.pos.adapters.request import login_request
from gateway.pos.adapters.toast import ToastLoginError, access_token
from gateway.pos.attempt import Attempt, ask

UNAUTHORISED: Final = 401
EARLIER: Final = 0.1
"""A token is fetched anew when so much of its life is left."""


@dataclass(slots=True)
class _Kept:
    """A token, or none yet."""

    token: str = field(default="", repr=False)
    until: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class VendorTokens:
    """The tokens of one worker."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def get(
        self, client: httpx2.AsyncClient, base: str, settings: SystemSettings, now: datetime, timeout_s: float
    ) -> str | Attempt:
        """A token, or the attempt that has failed for want of one.

        Args:
            client: as for `gateway.pos.attempt.attempt_delivery`.
            base: where the system's API begins, without a slash at the end.
            settings: of the restaurant.
            now: aware UTC.
            timeout_s: for a login.
        """
        if not isinstance(settings, ToastSettings):
            return settings.token.get_secret_value()
        kept = self._of(base, settings)
        async with kept.lock:
            if kept.until is None or now >= kept.until:
                failed = await self._log_in(kept, client, base, settings, now, timeout_s)
                if failed is not None:
                    return failed
            return kept.token

    def refused(self, base: str, settings: SystemSettings, token: str) -> None:
        """The system does not know a token: it is not used again."""
        if isinstance(settings, ToastSettings) and (kept := self._of(base, settings)).token == token:
            kept.until = None

    def _of(self, base: str, settings: ToastSettings) -> _Kept:
        return self._kept.setdefault((base, settings.client_id), _Kept())

    @staticmethod
    async def _log_in(
        kept: _Kept,
        client: httpx2.AsyncClient,
        base: str,
        settings: ToastSettings,
        now: datetime,
        timeout_s: float,
    ) -> Attempt | None:
        wanted = login_request(settings)
        url = f"{base}{wanted.path}"
        got = await ask(client, "POST", url, wanted.headers, wanted.body, now=now, timeout_s=timeout_s)
        if isinstance(got, Attempt):
            return got
        if not 200 <= got.status < 300:
            return Attempt(got.status, got.retry_after_s, f"the login: {refusal_text(got.status, got.body)}")
        try:
            kept.token, valid_s = access_token(got.body)
        except ToastLoginError as error:
            return Attempt("protocol", None, str(error))
        kept.until = now + timedelta(seconds=valid_s * (1 - EARLIER))
        return None
