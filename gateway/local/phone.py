"""A telephone that behaves like Twilio: it calls a gateway, follows its TwiML, and speaks and listens over its stream.

Rules: real HTTP and a real WebSocket, signed; frames go out on an absolute clock, frame n at n * 20 ms after the
answer, late ones at once; a call is bounded in time and leaves nothing running. What Twilio does not document can be
switched.

    phone = Phone(voice_url="http://127.0.0.1:8000/twiml/voice", auth_token="...")
    record = await phone.call(conversation(["One large margherita, please.", "Yes."]))
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from gateway.local import phone_wav
from gateway.local.phone_ear import Ear, Heard, Span
from gateway.local.phone_exchange import CallFailed, Exchange
from gateway.local.phone_follow import Follower
from gateway.local.phone_line import CallOver, Line, Script
from gateway.local.phone_record import CallRecord, EndedBy, measure
from gateway.local.phone_setup import PhoneSetup
from gateway.local.phone_stream import FRAME_MS
from gateway.local.phone_verbs import Reject
from gateway.local.phone_webhook import Webhooks

__all__ = ["Phone", "conversation"]

_SCRIPT_GRACE_S: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class Phone(PhoneSetup):
    """A telephone; the fields are those of `PhoneSetup`. Each `call` is a call of its own, also at the same time."""

    async def call(self, script: Script, record_to: Path | None = None) -> CallRecord:
        """Calls, does what the script says, and returns when the call is over and everything is closed.

        Args:
            script: Runs from the answer on. When it returns, the caller hangs up; when the gateway ends the call, its
                waits raise CallOver, which it need not catch.
            record_to: A WAV file to write: the caller left, the agent right.

        Raises:
            Exception: Whatever the script raised, after the call was ended in good order.
        """
        async with httpx2.AsyncClient(trust_env=False) as client:
            webhooks = Webhooks(client, self.auth_token, self.retry_pause_s, lose_answers=self.faults.lose_answers)
            exchange = Exchange(self, webhooks)
            call = _Call(self, exchange)
            try:
                await call.run(script)
            finally:
                await exchange.drain()
        if record_to is not None:
            record = exchange.record
            await asyncio.to_thread(phone_wav.write_recording, record_to, record.caller_audio, record.agent_audio)
        return exchange.record


class _Call:
    """One call from the first ring to the end."""

    def __init__(self, setup: PhoneSetup, exchange: Exchange) -> None:
        self._setup = setup
        self._exchange = exchange
        self._record = exchange.record
        self._loop = asyncio.get_running_loop()
        self._ear = Ear()
        self._line = Line(self._ear, setup.voice, setup.comfort_noise_dbfs)
        self._follower = Follower(setup, exchange, self._ear, self._line)
        self._answered: float | None = None
        self._caller: list[bytes] = []

    async def run(self, script: Script) -> None:
        """Rings, and if the call is answered talks until one side ends it."""
        self._exchange.tell_status("initiated")
        self._exchange.tell_status("ringing")
        ended_by: EndedBy = "failed"
        status = "failed"
        try:
            document = await self._exchange.document(self._setup.voice_url)
            first = document.verbs[0] if document.verbs else None
            if isinstance(first, Reject):
                ended_by, status = "rejected", "busy" if first.reason == "busy" else "no-answer"
            else:
                self._answered = self._loop.time()
                self._exchange.status = "in-progress"
                self._exchange.tell_status("answered")
                ended_by = await self._talk(script, asyncio.create_task(self._follower.follow(document)))
                status = "failed" if ended_by == "failed" else "completed"
        except CallFailed:
            pass
        finally:
            self._finish(ended_by, status)

    async def _talk(self, script: Script, following: asyncio.Task[None]) -> EndedBy:
        """Runs the clock, the document and the script until the first of them ends the call."""
        clock = asyncio.create_task(self._tick())
        scripted = asyncio.create_task(self._play_script(script))
        hung_up = asyncio.create_task(self._line.hung_up.wait())
        tasks = (following, scripted, hung_up, clock)
        try:
            await asyncio.wait(tasks, timeout=self._setup.timeout_s, return_when=asyncio.FIRST_COMPLETED)
            ended_by: EndedBy = "time-out"
            if following.done():
                ended_by = "failed" if isinstance(following.exception(), CallFailed) else "gateway"
            elif hung_up.done() or scripted.done():
                ended_by = "caller"
            # The stream is stopped while the clock still runs; only then do the script's waits learn of the end.
            following.cancel()
            await asyncio.wait([following])
        finally:
            self._line.end()
            if not scripted.done():
                await asyncio.wait([scripted], timeout=_SCRIPT_GRACE_S)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._follower.close()
        for task in (scripted, clock, following):
            if not task.cancelled() and (error := task.exception()) and not isinstance(error, CallFailed | CallOver):
                raise error
        return ended_by

    async def _play_script(self, script: Script) -> None:
        try:
            await script(self._line)
        except CallOver:
            return

    async def _tick(self) -> None:
        """The call's clock: every 20 ms a frame of the caller, and a look at what is waited for."""
        started = self._loop.time()
        frames = 0
        while True:
            frames += 1
            due = started + frames * FRAME_MS / 1000
            await asyncio.sleep(max(due - self._loop.time(), 0))
            now = self._loop.time()
            frame = self._line.next_frame(now)
            self._caller.append(frame)
            if self._line.stream is not None:
                self._line.stream.frame(frame)
            self._line.look()

    # -- afterwards --

    def _finish(self, ended_by: EndedBy, status: str) -> None:
        """Fills in the record: what was heard and measured, with the time of the first ring as zero."""
        now = self._loop.time()
        began = self._exchange.began
        record, ear = self._record, self._ear
        ear.clear(now)
        record.ended_by = ended_by
        record.duration_s = now - began
        record.underruns = ear.underruns
        measure(self._line.utterances, ear)
        record.utterances = self._line.utterances
        for said in record.utterances:
            said.start -= began
            said.end -= began
        for stream in record.streams:
            stream.started -= began
            stream.ended -= began
            stream.first_media = None if stream.first_media is None else stream.first_media - began
        heard = ear.texts(now)
        record.heard = [Heard(each.at - began, each.text, each.spoken, each.source) for each in heard]
        record.spoken = [Span(span.start - began, span.end - began) for span in ear.spans]
        answered = now if self._answered is None else self._answered
        record.answered_s = None if self._answered is None else answered - began
        record.caller_audio = b"".join([phone_wav.silence(answered - began), *self._caller])
        record.agent_audio = phone_wav.place([(run.start - began, bytes(run.audio)) for run in ear.runs], now - began)
        self._exchange.status = status
        self._exchange.tell_status("completed", now - answered)


def conversation(lines: Sequence[str | bytes], *, quiet_ms: int = 700, wait_s: float = 30) -> Script:
    """A script that says its lines, each when the agent has finished, and then waits for the agent to end the call.

    Args:
        lines: Texts, or sound (mulaw, 8 kHz).
        quiet_ms: Silence after which the agent is taken to have finished.
        wait_s: How long the agent may take for each turn; after it, the script fails with TimeoutError.
    """

    async def speak(line: Line) -> None:
        for text in lines:
            await line.listen_until_quiet(quiet_ms, wait_s)
            await line.say(text)
        await line.listen_until_quiet(quiet_ms, wait_s)
        await line.wait_over(wait_s)

    return speak
