"""What can go wrong, and whom it strikes. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A fault. The values name the rows of the table."""

    NONE = "none"
    LINE_DROP = "line drop"
    HALF_OPEN = "half-open line"
    LINE_LOST = "line lost, rings again"
    KILL = "SIGKILL of the worker"
    MODEL_DROP = "model drop"
    MODEL_STALL = "model stall"
    RATE_LIMIT = "rate_limit_exceeded"
    SERVER_ERROR = "server_error"
    SESSION_EXPIRED = "session_expired"
    QUOTA = "insufficient_quota"
    BAD_KEY = "invalid_api_key"
    REFUSED_401 = "upgrades refused, 401"
    REFUSED_429 = "upgrades refused, 429"
    REFUSED_503 = "upgrades refused, 503"
    STORE_RESTART = "Redis restart"
    STORE_AWAY = "Redis away"
    WORKER_RESTART = "worker restart"
    DEPLOY = "SIGTERM deploy"
    DUPLICATES = "duplicate webhooks"
    POS_DOWN = "POS down"


LINE_AND_PROCESS: Final = frozenset(
    {Kind.LINE_DROP, Kind.HALF_OPEN, Kind.LINE_LOST, Kind.KILL, Kind.WORKER_RESTART, Kind.DEPLOY}
)
"""Faults whose recovery has the limit of line and process loss."""

REFUSALS: Final = frozenset({Kind.REFUSED_401, Kind.REFUSED_429, Kind.REFUSED_503})
"""Faults in which nobody gets a connection to the model."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long faults of everybody last, seconds.

    Attributes:
        store_away, pos_down, refused: so long.
        restart: a worker that was told to end is waited for.
        apart: between the end of one and the begin of the next.
        sooner: retries of deliveries come so many times sooner than the product's, by which the last order of an
            outage of a minute may arrive a quarter of an hour later.
    """

    store_away: float = 10.0
    pos_down: float = 60.0
    refused: float = 3.0
    restart: float = 40.0
    apart: float = 2.0
    sooner: float = 60.0


SHORT: Final = Times(store_away=3.0, pos_down=6.0, refused=2.0, restart=20.0, apart=1.0, sooner=15.0)
"""For a run of a minute."""


def lasts(kind: Kind, times: Times) -> float:
    """How long a fault that strikes everybody keeps others of its sort away; 0 for one that strikes one call.

    That of the POS is apart from the telephones: it may come together with any other.
    """
    seconds = {
        Kind.KILL: 4.0,
        Kind.REFUSED_401: times.refused,
        Kind.REFUSED_429: times.refused,
        Kind.REFUSED_503: times.refused,
        Kind.STORE_RESTART: 1.0,
        Kind.STORE_AWAY: times.store_away + 1.0,
        Kind.WORKER_RESTART: 6.0,
        Kind.DEPLOY: 12.0,
    }
    return seconds[kind] + times.apart if kind in seconds else 0.0
