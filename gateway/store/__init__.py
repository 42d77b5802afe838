"""What outlives a process: the calls' event logs, leases, open orders and the outbox, in Redis or Valkey (7.0 and up).

`open_store` gives a `Store`: a user's Redis, or the embedded server. `SessionStore` keeps calls and orders;
`EventLog` gathers the log entries of all calls of a process and writes them behind the calls' backs.
"""

from gateway.store.admission import Admission, AdmissionLimits, AdmissionStore, Blocked
from gateway.store.commands import CommandStore
from gateway.store.connection import Connection, Health
from gateway.store.embedded import EmbeddedServer, EmbeddedServerError, default_data_dir
from gateway.store.errors import (
    LeaseLostError,
    LogIncompleteError,
    StaleLegError,
    StoreError,
    StoreRefusedError,
    StoreUnavailableError,
)
from gateway.store.event_log import EventLog
from gateway.store.expiry import keys_without_expiry
from gateway.store.offers import OfferStore
from gateway.store.opening import open_store
from gateway.store.records import (
    Batch,
    Claim,
    Delivery,
    Entry,
    FoundCall,
    HeldOrder,
    Hold,
    LatelyLimits,
    LiveCall,
    LogEntry,
    PlacedLately,
)
from gateway.store.sessions import SessionStore
from gateway.store.url import StoreUrlError, parse_store_url

__all__ = [
    "Admission",
    "AdmissionLimits",
    "AdmissionStore",
    "Batch",
    "Blocked",
    "Claim",
    "CommandStore",
    "Connection",
    "Delivery",
    "EmbeddedServer",
    "EmbeddedServerError",
    "Entry",
    "EventLog",
    "FoundCall",
    "Health",
    "HeldOrder",
    "Hold",
    "LatelyLimits",
    "LeaseLostError",
    "LiveCall",
    "LogEntry",
    "LogIncompleteError",
    "OfferStore",
    "PlacedLately",
    "SessionStore",
    "StaleLegError",
    "StoreError",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoreUrlError",
    "default_data_dir",
    "keys_without_expiry",
    "open_store",
    "parse_store_url",
]
