"""What can go wrong with the store, in our words. redis-py's exceptions stop here; they are kept as the cause.

StoreError
  StoreUnavailableError   no server, or one that cannot answer now: try again later, the call goes on
  StoreRefusedError       the server refuses this very command: trying again does not help
  LeaseLostError          another leg of the call has taken over: this one must stop
    StaleLegError         the leg that asks is older than the one that runs
  LogIncompleteError      the log of this call could not be kept whole; what is stored is a clean beginning of it
"""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ClusterError,
    ConnectionError,  # noqa: A004 - redis-py's own, wider than the built-in one
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - redis-py's own
    TryAgainError,
)

# A replica that was just demoted, a cluster that is moving slots, a server that loads its data: all pass by themselves.
AWAY = (
    ConnectionError,
    TimeoutError,
    BusyLoadingError,
    ReadOnlyError,
    ClusterDownError,
    ClusterError,
    MasterDownError,
    OutOfMemoryError,
    TryAgainError,
    OSError,
    AttributeError,  # redis-py's cluster client closes connections under commands that are just connecting on them
)
# The same, met inside a script: disk full, too few replicas, memory full.
_AWAY_CODES = ("MISCONF", "NOREPLICAS", "OOM", "READONLY", "CLUSTERDOWN", "MASTERDOWN")


class StoreError(Exception):
    """Any failure of the store."""


class StoreUnavailableError(StoreError):
    """The server cannot be reached, or says that it cannot serve now."""


class StoreRefusedError(StoreError):
    """The server refuses a command: a wrong password's rights, a key of another kind, a bug of ours."""


class LeaseLostError(StoreError):
    """A higher leg holds the call's lease, so nothing was written.

    Attributes:
        call_id: the call.
    """

    def __init__(self, call_id: str) -> None:
        super().__init__(f"another leg has taken over call {call_id}")
        self.call_id = call_id


class StaleLegError(LeaseLostError):
    """The leg that asked for the lease is older than the one that holds it."""


class LogIncompleteError(StoreError):
    """More of a call's log piled up than may wait; from there on it was dropped.

    Attributes:
        call_id: the call.
    """

    def __init__(self, call_id: str) -> None:
        super().__init__(f"the log of call {call_id} could not be written in time and is cut off")
        self.call_id = call_id


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn redis-py's exceptions into ours."""
    try:
        yield
    except AWAY as error:
        raise StoreUnavailableError(f"{type(error).__name__}: {error}") from error
    except RedisError as error:
        away = str(error).startswith(_AWAY_CODES)
        raise (StoreUnavailableError if away else StoreRefusedError)(f"{type(error).__name__}: {error}") from error
