"""What all events share: frozen, camelCase on the wire, a call and a time. See `gateway.events`."""

from datetime import UTC, datetime
from typing import TypedDict

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Record(BaseModel):
    """What all events and their parts share: frozen, camelCase on the wire, unknown fields dropped."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )


class Event(Record):
    """A fact about one session. `session_id` is the call: Twilio's CallSid."""

    session_id: str
    timestamp: float

    @property
    def at(self) -> datetime:
        """When it happened, aware UTC."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    def to_json(self) -> str:
        """The event as it stands in the log: wire names, without fields that are not set."""
        return self.model_dump_json(exclude_none=True)


def milliseconds(at: datetime) -> float:
    """An aware time as an event's `timestamp`."""
    return at.timestamp() * 1000


class Stamp(TypedDict):
    """What every event of a call carries."""

    session_id: str
    timestamp: float


def stamp_of(call_id: str, at: datetime) -> Stamp:
    """Call and time, for an event that happens at `at`, aware UTC."""
    return {"session_id": call_id, "timestamp": milliseconds(at)}
