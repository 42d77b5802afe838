"""The Realtime server's messages as we read them: lenient records with the fields that are used.

Unknown fields and unknown types are passed over (the API adds them without notice); wrong types in known fields make
the message malformed, which is counted and ignored.
"""

import msgspec


class ErrorDetail(msgspec.Struct):
    """`error` of an error event, of a failed transcription and of a failed response's details."""

    type: str | None = None
    code: str | None = None
    message: str | None = None
    event_id: str | None = None


class StatusDetails(msgspec.Struct):
    """Why a response did not complete."""

    type: str | None = None
    reason: str | None = None
    error: ErrorDetail | None = None


class OutputItem(msgspec.Struct):
    """An item of a finished response; only function calls are looked at."""

    id: str | None = None
    type: str | None = None
    status: str | None = None
    name: str | None = None
    call_id: str | None = None
    arguments: str | None = None


class Usage(msgspec.Struct):
    """Tokens of one response."""

    input_tokens: int | None = None
    output_tokens: int | None = None


class Response(msgspec.Struct):
    """A response, begun or finished."""

    id: str = ""
    status: str | None = None
    status_details: StatusDetails | None = None
    output: list[OutputItem] = []
    usage: Usage | None = None


class LogProbability(msgspec.Struct):
    """The log probability of one token of a transcript."""

    logprob: float


class ServerMessage(msgspec.Struct):
    """Any message of the server, flat: `type` says which fields are filled."""

    type: str
    event_id: str | None = None
    response_id: str = ""
    item_id: str = ""
    content_index: int = 0
    delta: str = ""
    transcript: str = ""
    audio_start_ms: float = 0
    audio_end_ms: float = 0
    languages: list[str] | None = None
    logprobs: list[LogProbability] | None = None
    response: Response | None = None
    session: dict[str, object] | None = None
    error: ErrorDetail | None = None


decode = msgspec.json.Decoder(ServerMessage).decode
encode = msgspec.json.Encoder().encode
