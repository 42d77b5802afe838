"""The other side of the phone: a small gateway whose answers are the test's."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator

TOKEN = "a token of the tests"

Document = str | Response | Callable[["Asked"], "str | Response"]


@dataclass
class Asked:
    path: str
    method: str
    query: str
    headers: dict[str, str]
    form: dict[str, str]
    signed: bool


class Media:
    """The gateway's end of one stream."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.stream_sid = ""
        self.received: list[dict] = []
        self.over = asyncio.Event()

    async def last(self) -> str:
        """The last event, once the stream is over."""
        async with asyncio.timeout(5):
            await self.over.wait()
        return self.received[-1]["event"]

    async def receive(self) -> dict:
        message = json.loads(await self.socket.receive_text())
        self.received.append(message)
        self.stream_sid = message.get("streamSid", self.stream_sid)
        return message

    async def receive_until(self, event: str) -> dict:
        while (message := await self.receive())["event"] != event:
            pass
        return message

    async def rest(self) -> None:
        """Reads on until the phone leaves."""
        try:
            while True:
                await self.receive()
        except WebSocketDisconnect:
            pass

    async def send(self, event: str, **fields: object) -> None:
        await self.socket.send_text(json.dumps({"event": event, "streamSid": self.stream_sid, **fields}))

    async def play(self, audio: bytes) -> None:

        await self.send("media", media={"payload": base64.b64encode(audio).decode()})

    async def mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})

    def of(self, event: str) -> list[dict]:
        return [message for message in self.received if message["event"] == event]


async def read_all(media: Media) -> None:
    await media.rest()


class FakeGateway:
    """Answers a path with its document; `stream` serves every media stream."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.asked: list[Asked] = []
        self.streams: list[Media] = []
        self.handshakes: list[dict[str, str]] = []
        self.stream: Callable[[Media], Awaitable[None]] = read_all
        self.refuse_streams = 0
        self.port = 0

    def url(self, path: str = "/voice") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/media"

    def on(self, path: str, *verbs: str) -> None:
        self.documents[path] = "".join(verbs)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def _http(self, request: Request) -> Response:
        url = self.url(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        form = dict(await request.form())
        signature = request.headers.get("x-twilio-signature", "")
        asked = Asked(
            request.url.path,
            request.method,
            request.url.query,
            dict(request.headers),
            form,
            RequestValidator(TOKEN).validate(url, form, signature),
        )
        self.asked.append(asked)
        document = self.documents.get(asked.path, Response(status_code=404))
        answer = document(asked) if callable(document) and not isinstance(document, Response) else document
        if isinstance(answer, str):
            return Response(f"<Response>{answer}</Response>", media_type="text/xml")
        return answer

    async def _ws(self, socket: WebSocket) -> None:
        if self.refuse_streams:
            self.refuse_streams -= 1
            await socket.close(1008)
            return
        self.handshakes.append({name.decode(): value.decode() for name, value in socket.headers.raw})
        await socket.accept()
        media = Media(socket)
        self.streams.append(media)
        await media.receive_until("start")
        try:
            await self.stream(media)
            await socket.close(1000)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            media.over.set()

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                WebSocketRoute("/media", self._ws),
                Route("/{path:path}", self._http, methods=["GET", "POST"]),
            ]
        )


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    fake = FakeGateway()
    config = uvicorn.Config(
        fake.app(), host="127.0.0.1", port=0, log_level="critical", lifespan="off", ws="websockets-sansio"
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Without uvicorn's main loop, which only looks for signals: a test starts and ends at once.
    await server.startup()
    fake.port = server.servers[0].sockets[0].getsockname()[1]
    yield fake
    server.force_exit = True
    await server.shutdown()
