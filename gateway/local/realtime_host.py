"""What a connection of the local Realtime server needs of that server, so that neither imports the other's details."""

import asyncio
from collections.abc import Coroutine
from typing import Protocol, TypeVar

from gateway.local.realtime_outbox import Listen
from gateway.local.realtime_schema import AudioFormat
from gateway.local.realtime_speech import Speech
from gateway.local.utterance import Utterance

Peer_contra = TypeVar("Peer_contra", contravariant=True)


class Host(Protocol[Peer_contra]):
    """What a connection, a `Peer_contra`, needs of its server."""

    def begin(self, connection: Peer_contra) -> None:
        """The connection stands."""
        ...

    def end(self, connection: Peer_contra) -> None:
        """The connection is gone."""
        ...

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Runs work as a task that the server owns; an exception that it ends with is kept as by `failed`."""
        ...

    def failed(self, error: BaseException) -> None:
        """A fault of our own."""
        ...

    def listen(self, command: Listen) -> Utterance:
        """Gets a recogniser ready."""
        ...

    async def speak(self, text: str, audio_format: AudioFormat) -> Speech:
        """Speaks a text; raises `SynthesisFailed`."""
        ...

    def sent(self, connection: Peer_contra, raw: bytes) -> None:
        """An event goes out."""
        ...

    def received(self, connection: Peer_contra, raw: bytes) -> None:
        """A client message came in."""
        ...
