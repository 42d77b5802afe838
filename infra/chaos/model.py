"""The process of the model: `python -m infra.chaos.model PORT`, the local Realtime server that does as it is told.

It prints `serving PORT`. Then every line on its standard input is a `Strike` (JSON), answered with a line: how many
connections it struck. The connection of a call is the one that heard, or was told, what the caller said. The end of
its input ends it.
"""

import asyncio
import sys
from collections import deque
from typing import Any, Final, Literal

import msgspec
from picows import WSUpgradeRequest

from gateway.brain.brain import Brain
from gateway.local.faults import NO_FAULTS, Faults, ResponseFault
from gateway.local.realtime_connection import Connection
from gateway.local.server import RealtimeServer, ServerOptions
from gateway.local.tone_engines import ToneEars, ToneVoice

MODEL_KEY: Final = "key-of-the-model"
MS_PER_CHAR: Final = 15.0

How = Literal["drop", "stall", "error", "response", "refuse", "heal", "count"]


class Strike(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to break.

    Attributes:
        how: `drop` cuts the connection; `stall` never answers on it again; `error` sends an error event, and closes
            with `close` if that is not 0; `response` fails the next response; `refuse` answers upgrades with the HTTP
            status in `code`, and cuts the connection; `heal` ends that; `count` strikes nothing.
        words: something that was said on the connection, as a text; empty for none.
        code: of the error.
        close: the WebSocket's close code.
    """

    how: How
    words: str = ""
    code: str = ""
    close: int = 0


class Model(RealtimeServer):
    """The local Realtime server; each connection has faults of its own."""

    def __init__(self, port: int) -> None:
        self._words: dict[Connection, bytearray] = {}
        self._failing: dict[Connection, deque[ResponseFault]] = {}
        super().__init__(
            Brain,
            ToneEars(),
            ToneVoice(ms_per_char=MS_PER_CHAR),
            options=ServerOptions(threads=0, keep=0, keys=frozenset({MODEL_KEY})),
            port=port,
        )

    def _upgrade(self, request: WSUpgradeRequest) -> Any:
        self._response_faults = deque()  # every session keeps the one that it is made with
        accepted = super()._upgrade(request)
        if isinstance(accepted, Connection):
            self._failing[accepted] = self._response_faults
        return accepted

    def begin(self, connection: Connection) -> None:
        """See `Host`."""
        super().begin(connection)
        self._words[connection] = bytearray()

    def end(self, connection: Connection) -> None:
        """See `Host`."""
        super().end(connection)
        self._words.pop(connection, None)
        self._failing.pop(connection, None)

    def received(self, connection: Connection, raw: bytes) -> None:
        """See `Host`. What an earlier connection heard is told to the next one as items."""
        if b'"conversation.item.create"' in raw:
            self._words[connection] += raw

    def sent(self, connection: Connection, raw: bytes) -> None:
        """See `Host`."""
        if b'input_audio_transcription.completed"' in raw and connection in self._words:
            self._words[connection] += raw

    def strike(self, strike: Strike) -> int:
        """Break what is to be broken; returns how many connections that struck."""
        if strike.how == "heal":
            self._faults = NO_FAULTS  # what has stalled stays so: upgrades alone are taken again
            return 0
        if strike.how == "refuse":
            # Live connections are left as they are: only upgrades look at this.
            self._faults = Faults(refuse_status=int(strike.code))
        found = self._of(strike.words)
        if found is None or strike.how == "count":
            return 0 if found is None else 1
        match strike.how:
            case "drop" | "refuse":
                found.cut()
            case "stall":
                found.set_faults(Faults(stall=True))
            case "response":
                self._failing[found].append(ResponseFault(code=strike.code, message=f"{strike.code}, as told."))
            case "error":
                found.send(_error(strike.code))
                if strike.close:
                    found.close(strike.close, strike.code)
        return 1

    def _of(self, words: str) -> Connection | None:
        """The newest connection on which this was said."""
        wanted = msgspec.json.encode(words)  # with its quotation marks: all of what was said in a turn
        found = [each for each, said in self._words.items() if wanted in said]
        return max(found, key=lambda each: each.number, default=None)


def _error(code: str) -> bytes:
    kind = "server_error" if code == "server_error" else "invalid_request_error"
    error = {"type": kind, "code": code, "message": f"{code}, as told.", "param": None, "event_id": None}
    return msgspec.json.encode({"type": "error", "event_id": "event_told", "error": error})


async def main(port: int) -> None:
    """Serve until the input ends."""
    decode = msgspec.json.Decoder(Strike).decode
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with Model(port) as model:
        print(f"serving {model.url}", flush=True)
        while line := await reader.readline():
            print(model.strike(decode(line)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
