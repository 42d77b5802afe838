"""One client of the local Realtime server: a WebSocket, its session, its timer, and the faults that strike it.

The shell around `RealtimeSession`: it carries outputs out in order and holds no opinion. A frame of audio costs no task
and no timer; there is one timer for the session, one task for a turn that is heard and one for a text that is spoken.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import assert_never

from picows import WSFrame, WSListener, WSMsgType, WSTransport

from gateway.local.faults import Faults, garbage_event
from gateway.local.realtime_host import Host
from gateway.local.realtime_outbox import Close, Forget, HearMore, Listen, Output, Speak, TurnEnded
from gateway.local.realtime_session import RealtimeSession
from gateway.local.utterance import Utterance
from gateway.speech.transcription import TranscriptionFailed
from gateway.speech.tts import SynthesisFailed

_CLOSE_WAIT_S = 2.0
_EARLY = 256  # messages kept for a client that does not wait for `session.created`


@dataclass(slots=True)
class _Work:
    """What runs for a connection beside its socket."""

    utterances: dict[str, Utterance] = field(default_factory=dict)
    hearing: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    timer: asyncio.TimerHandle | None = None
    drop: asyncio.TimerHandle | None = None


class Connection(WSListener):
    """One client.

    Args:
        number: Counts the server's connections from 1.
        session: Its session.
        begin: The session's first outputs: what it is greeted or refused with.
        faults: What goes wrong with it.
        host: The server.

    Attributes:
        number: Counts the server's connections from 1.
        session: Its session.
        close_code: The code it was closed with, by either side; None while it stands and if it was cut.
    """

    def __init__(
        self,
        number: int,
        session: RealtimeSession,
        begin: Callable[[], list[Output]],
        faults: Faults,
        host: "Host[Connection]",
    ) -> None:
        super().__init__()
        self.number = number
        self.session = session
        self.close_code: int | None = None
        self._begin = begin
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._work = _Work()
        self._transport: WSTransport | None = None
        self._started = False
        self._early: deque[bytes] = deque(maxlen=_EARLY)
        self._fragments: list[bytes] = []
        self._faults = faults
        self._events = 0
        self._last = b""

    # --- called by picows ----------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade is done."""
        self._transport = transport
        self._host.begin(self)
        self.set_faults(self._faults)
        if self._faults.slow_session_s:
            self._work.timer = self._loop.call_later(self._faults.slow_session_s, self._start)
        else:
            self._start()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame; messages in several frames are put together."""
        kind = frame.msg_type
        if kind == WSMsgType.TEXT and frame.fin:
            self._receive(frame.get_payload_as_bytes())
        elif kind in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._fragments.append(frame.get_payload_as_bytes())
            if frame.fin:
                whole, self._fragments = b"".join(self._fragments), []
                self._receive(whole)
        elif kind == WSMsgType.CLOSE:
            # Read by hand: picows has names for the codes of the RFC only.
            code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big") or 1005
            self.close(1000 if code == 1005 else code, "")  # does nothing if this is the answer to our own close
            self.close_code = self.close_code or code
            transport.disconnect()
        elif kind == WSMsgType.BINARY:
            self.close(1003, "events are text")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The connection is gone: whatever ran for it ends."""
        work = self._work
        for handle in (work.timer, work.drop):
            if handle is not None:
                handle.cancel()
        for task in work.tasks:
            task.cancel()
        self._transport = None
        self._host.end(self)

    # --- called by the server ------------------------------------------------------------------------------------

    def set_faults(self, faults: Faults) -> None:
        """From now on these things go wrong; events are counted from here."""
        self._faults = faults
        self._events = 0
        self.session.delay_first_audio(faults.slow_audio_s)
        if self._work.drop is not None:
            self._work.drop.cancel()
            self._work.drop = None
        if faults.drop_after_s is not None:
            self._work.drop = self._loop.call_later(faults.drop_after_s, self.drop)

    def drop(self) -> None:
        """Loses the connection: without a close frame, or with the error and the close code of the fault."""
        if self._transport is None:
            return
        faults = self._faults
        if faults.error_code is not None:
            self.fail(faults.error_code, faults.close_code)
        elif faults.close_code is not None:
            self.close(faults.close_code, "")
        else:
            self.cut()

    def fail(self, code: str, close_code: int | None = None) -> None:
        """Sends an `error` event that nothing has caused; closes the WebSocket if there is a close code."""
        self._carry_out(self.session.fail(code, "The server was told to say so.", close_code))

    def cut(self) -> None:
        """Cuts the TCP connection, without a close frame."""
        if self._transport is not None:
            self._transport.underlying_transport.abort()
            self._transport = None  # what is sent in the same breath must not get through any more

    def close(self, code: int, reason: str) -> None:
        """Closes the WebSocket; a client that does not answer is cut off."""
        if self._transport is None or self._transport.is_close_frame_sent:
            return
        self.close_code = code
        # picows names the codes of the RFC; those of applications (3000 to 4999) go through it as numbers.
        self._transport.send_close(code, reason.encode())  # type: ignore[arg-type]  # see above
        self._loop.call_later(_CLOSE_WAIT_S, self._transport.disconnect, False)

    def send(self, raw: bytes, *, binary: bool = False) -> None:
        """Sends a message as it is."""
        if self._transport is not None and not self._transport.is_close_frame_sent:
            self._transport.send(WSMsgType.BINARY if binary else WSMsgType.TEXT, raw)

    # --- the session ---------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._started = True
        self._carry_out(self._begin())
        while self._early:
            self._carry_out(self.session.receive(self._early.popleft(), self._loop.time()))

    def _receive(self, raw: bytes) -> None:
        try:
            self._host.received(self, raw)
            if not self._started:
                self._early.append(raw)
            elif not self._stalled:
                outputs = self.session.receive(raw, self._loop.time())
                if outputs:
                    self._carry_out(outputs)
        except BaseException as error:
            self._host.failed(error)  # picows would only log it
            raise

    @property
    def _stalled(self) -> bool:
        after = self._faults.stall_after_events
        return self._faults.stall or (after is not None and self._events >= after)

    def _tick(self) -> None:
        self._work.timer = None
        try:
            self._carry_out(self.session.advance(self._loop.time()))
        except BaseException as error:
            self._host.failed(error)
            self.close(1011, "a fault of the server")
            raise

    def _carry_out(self, outputs: list[Output]) -> None:
        work = self._work
        for output in outputs:
            match output:
                case bytes():
                    self._emit(output)
                case HearMore():
                    if output.item_id in work.utterances:
                        work.utterances[output.item_id].hear(output.audio)
                case Listen():
                    utterance = self._host.listen(output)
                    work.utterances[output.item_id] = utterance
                    work.hearing[output.item_id] = self._run(self._hear(output.item_id, utterance))
                case TurnEnded():
                    work.utterances[output.item_id].end()
                case Forget():
                    del work.utterances[output.item_id]
                    work.hearing.pop(output.item_id).cancel()
                case Speak():
                    self._run(self._speak(output))
                case Close():
                    self.close(output.code, output.reason)
                case _:
                    assert_never(output)
        self._set_timer()

    def _set_timer(self) -> None:
        if self._transport is None:
            return
        deadline = self.session.next_deadline()
        timer = self._work.timer
        if timer is None or deadline < timer.when():
            if timer is not None:
                timer.cancel()
            # A timer that comes too early comes again, so it is never cancelled for a later deadline.
            self._work.timer = self._loop.call_at(deadline, self._tick)

    def _emit(self, raw: bytes) -> None:
        faults = self._faults
        if self._stalled:
            return
        self._host.sent(self, raw)
        self.send(raw)
        self._events += 1
        self._last = raw
        if faults.garbage and faults.garbage_every and self._events % faults.garbage_every == 0:
            kind = faults.garbage[self._events // faults.garbage_every % len(faults.garbage)]
            self.send(garbage_event(kind, self._last), binary=kind == "binary")
        if self._events == faults.drop_after_events:
            self.drop()

    # --- engines -------------------------------------------------------------------------------------------------

    def _run(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._host.start(work)
        self._work.tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._work.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.close(1011, "a fault of the server")  # the server keeps the exception: see `Host.start`

    async def _hear(self, item_id: str, utterance: Utterance) -> None:
        try:
            result = await utterance.recognise()
            if self._faults.transcription_fails:
                raise TranscriptionFailed("the recogniser was told to fail")
        except TranscriptionFailed as error:
            outputs = self.session.not_heard(item_id, str(error), self._loop.time())
        else:
            outputs = self.session.heard(item_id, result.text, result.confidence, self._loop.time())
        del self._work.utterances[item_id], self._work.hearing[item_id]
        self._carry_out(outputs)

    async def _speak(self, wanted: Speak) -> None:
        try:
            speech = await self._host.speak(wanted.text, wanted.audio_format)
        except SynthesisFailed as error:
            outputs = self.session.not_spoken(wanted.response_id, str(error))
        else:
            outputs = self.session.spoken(wanted.response_id, speech, self._loop.time())
        self._carry_out(outputs)
