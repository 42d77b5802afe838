"""Faults of the local Realtime server: what can be made to go wrong, as one value. Pure.

A fault is set at the start (JSON on the command line) or during a run (`RealtimeServer.set_faults`). All times are
seconds. The codes are those that the service gives: `rate_limit_exceeded`, `server_error`, `insufficient_quota` ...
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

_Seconds = Annotated[float, Meta(ge=0)]
Garbage = Literal["malformed", "binary", "unknown", "beta", "duplicate"]


class ResponseFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens to one `response.create`.

    Attributes:
        code: The error's code.
        message: The error's text.
        how: `failed`: the response is created and done with status failed; `error`: an `error` event and no response;
            `content_filter`: the response ends incomplete; `silent`: nothing is ever heard of it.
    """

    code: str = "server_error"
    message: str = "The server had an error while processing your request."
    how: Literal["failed", "error", "content_filter", "silent"] = "failed"


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can go wrong; the default is nothing.

    Attributes:
        connections: How many of the next connections are struck by the faults of a connection (the ones from
            `refuse_status` to `garbage_every`); None for all.
        refuse_status: The upgrade is answered with this HTTP status: 401, 403, 429, 500, 503.
        retry_after_s: `Retry-After` of a refused upgrade.
        slow_upgrade_s: The TCP connection stands, but the upgrade waits.
        slow_session_s: `session.created` comes late.
        stall: Everything is accepted and nothing answered, `session.created` neither.
        stall_after_events: As `stall`, after so many server events.
        drop_after_events: The TCP connection is cut after so many server events, without a close frame.
        drop_after_s: The same after a time.
        close_code: Instead of being cut the connection is closed with this code, for example 1012.
        error_code: Instead of being cut the connection is sent an `error` event with this code; closed, only with
            `close_code`.
        garbage: What is sent between the right events.
        garbage_every: After how many events; 0 for never.
        slow_audio_s: The first audio of every response comes late.
        responses: What happens to the next responses, one entry each; also during a run.
        transcription_fails: The recogniser gives up on every turn.
    """

    connections: int | None = None
    refuse_status: Annotated[int, Meta(ge=400, le=599)] | None = None
    retry_after_s: int | None = None
    slow_upgrade_s: _Seconds = 0
    slow_session_s: _Seconds = 0
    stall: bool = False
    stall_after_events: int | None = None
    drop_after_events: int | None = None
    drop_after_s: _Seconds | None = None
    close_code: Annotated[int, Meta(ge=1000, le=4999)] | None = None
    error_code: str | None = None
    garbage: tuple[Garbage, ...] = ()
    garbage_every: Annotated[int, Meta(ge=0)] = 0
    slow_audio_s: _Seconds = 0
    responses: tuple[ResponseFault, ...] = ()
    transcription_fails: bool = False

    def spare_connection(self) -> "Faults":
        """The faults for a connection that is not struck: those of responses and of hearing."""
        return Faults(
            slow_audio_s=self.slow_audio_s, responses=self.responses, transcription_fails=self.transcription_fails
        )


NO_FAULTS = Faults()


def parse_faults(text: str) -> Faults:
    """Reads faults from JSON, for example `{"drop_after_s": 20, "connections": 1}`.

    Raises:
        ValueError: It is no JSON, or names a fault or a value that does not exist; the text says which.
    """
    try:
        return msgspec.json.decode(text, type=Faults)
    except msgspec.MsgspecError as error:
        raise ValueError(f"these are no faults: {error}") from error


def garbage_event(kind: Garbage, last: bytes) -> bytes:
    """A message that a client must survive.

    Args:
        kind: `malformed`: half of an event; `binary`: the last event, for a binary frame; `unknown`: an event of a type
            that nobody knows; `beta`: an event of the beta protocol; `duplicate`: the last event again.
        last: The event sent before.
    """
    match kind:
        case "malformed":
            return last[: len(last) // 2]
        case "unknown":
            return b'{"type":"response.thought.delta","event_id":"event_unknown","delta":"?"}'
        case "beta":
            return b'{"type":"response.audio.delta","event_id":"event_beta","delta":"AAAA"}'
        case "duplicate" | "binary":
            return last
