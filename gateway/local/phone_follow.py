"""Follows a call's TwiML, verb by verb, as Twilio does.

Rules: verbs run in order; Redirect, and an action that is asked for, replace the rest of the document; what a verb
behind `<Connect action>` does is not documented, so both readings can be had. A stream that cannot be opened is told to
the debugger and the call goes on. When the verbs run out, the call ends.
"""

import asyncio
import uuid
from random import Random
from typing import Final, assert_never

from gateway.local import phone_wav, phone_wire
from gateway.local.phone_dialled import DialledEnd
from gateway.local.phone_ear import Ear
from gateway.local.phone_exchange import Exchange
from gateway.local.phone_line import Line
from gateway.local.phone_record import DialledLeg, StreamRecord
from gateway.local.phone_setup import DialOutcome, PhoneSetup
from gateway.local.phone_stream import MediaStream, StreamRefused
from gateway.local.phone_twiml import Document
from gateway.local.phone_verbs import Connect, Dial, Gather, Hangup, Pause, Play, Redirect, Reject, Say
from gateway.local.phone_webhook import WebhookFailed

_AUTO_SPEECH_TIMEOUT_S: Final = 0.6
_NO_END_S: Final = 86_400.0
_NEVER: Final = float("inf")


class Follower:
    """Carries out the documents of one call.

    Args:
        setup: The telephone.
        exchange: Asks for documents.
        ear: Plays.
        line: The caller.
    """

    def __init__(self, setup: PhoneSetup, exchange: Exchange, ear: Ear, line: Line) -> None:
        self._setup = setup
        self._exchange = exchange
        self._ear = ear
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._random = Random(setup.faults.seed)
        self._streams: list[MediaStream] = []

    async def follow(self, document: Document) -> None:
        """Follows a document, and those it leads to, until there is nothing left to do.

        Raises:
            CallFailed: A document could not be had.
        """
        following: Document | None = document
        while following is not None:
            following = await self._carry_out(following)

    def close(self) -> None:
        """Breaks connections that were left half open."""
        for stream in self._streams:
            stream.abort()

    async def _carry_out(self, document: Document) -> Document | None:
        """Runs the verbs of a document; returns the one that replaces it, or None if the call is over."""
        for position, verb in enumerate(document.verbs):
            following: Document | None = None
            match verb:
                case Say() | Play() | Pause():
                    await self._prompt(verb)
                case Connect():
                    following = await self._connect(verb, more=position + 1 < len(document.verbs))
                case Redirect():
                    return await self._exchange.document(verb.url, verb.method)
                case Gather():
                    following = await self._gather(verb)
                case Dial():
                    following = await self._dial(verb)
                case Hangup() | Reject():
                    return None
                case _:
                    assert_never(verb)
            if following is not None:
                return following
        return None

    # -- sound --

    async def _prompt(self, verb: Say | Play | Pause) -> None:
        if isinstance(verb, Pause):
            await asyncio.sleep(verb.length)
            return
        audio, text = await self._sound(verb)
        times = 0
        while audio and (verb.loop == 0 or times < verb.loop):
            times += 1
            self._ear.play(audio, self._loop.time(), "document", text)
            await asyncio.sleep(self._ear.buffered(self._loop.time()))

    async def _sound(self, verb: Say | Play) -> tuple[bytes, str]:
        """The sound of a verb and the text that it says, if that is known."""
        if isinstance(verb, Say):
            return (await asyncio.to_thread(self._setup.say_voice, verb.text) if verb.text else b""), verb.text
        try:
            file = await self._exchange.sound(verb.url)
            return phone_wav.read_sound(file.body, file.content_type), ""
        except WebhookFailed as error:
            self._exchange.notice(error.code, str(error))
        except phone_wav.NotPlayable as error:
            self._exchange.violation(12300, f"{verb.url}: {error}")
        return b"", ""

    # -- streams --

    async def _connect(self, verb: Connect, *, more: bool) -> Document | None:
        opened = await self._stream(verb)
        # A failed handshake goes to the next verb (Twilio's error 31920); without one the call ends.
        by_action = self._setup.after_action == "action" or (opened and not more)
        if verb.action and by_action:
            return await self._exchange.document(verb.action, verb.method)
        return None

    async def _stream(self, verb: Connect) -> bool:
        """Opens a stream and stays in it until it ends; False if it could not be opened."""
        setup, record = self._setup, StreamRecord("MZ" + uuid.uuid4().hex)
        writer = phone_wire.Writer(setup.account_sid, self._exchange.record.call_sid, record.stream_sid)
        violation = self._exchange.violation
        stream = MediaStream(verb.stream, self._ear, record, writer, setup.faults, self._random, violation)
        try:
            await stream.open(setup.auth_token)
        except StreamRefused as error:
            (violation if error.forbidden else self._exchange.notice)(error.code, str(error))
            self._exchange.tell_stream(verb.stream, record.stream_sid, "stream-error", str(error))
            return False
        self._streams.append(stream)
        self._exchange.record.streams.append(record)
        self._exchange.tell_stream(verb.stream, record.stream_sid, "stream-started")
        self._line.stream = stream
        self._line.number_of_streams += 1
        fault = None
        if self._line.number_of_streams == 1 and setup.faults.drop_socket_after_s is not None:
            fault = self._loop.call_later(setup.faults.drop_socket_after_s, stream.abort)
        try:
            await stream.closed.wait()
        finally:  # also when the caller hangs up, which cancels the wait
            if fault is not None:
                fault.cancel()
            self._line.stream = None
            await stream.stop()
            record.ended = self._loop.time()
            self._ear.clear(record.ended)  # nothing buffered survives the stream
            if record.ended_by == "gateway" and record.close_code is not None:
                self._exchange.notice(31921, f"the gateway closed the stream with {record.close_code}")
            elif record.ended_by != "caller":
                self._exchange.notice(31903, "the stream's connection broke")
            self._exchange.tell_stream(verb.stream, record.stream_sid, "stream-stopped")
        return True

    # -- input --

    async def _gather(self, verb: Gather) -> Document | None:
        """Plays the prompts, waits for keys or speech, and asks the action; None: nothing came, on to the next verb."""
        begun = self._loop.time()
        quiet_since: float | None = None  # when the prompts were over

        def keys() -> str:
            return "".join(key for at, key in self._line.pressed if at >= begun) if "dtmf" in verb.inputs else ""

        def speech() -> list[str]:
            since = begun if verb.barge_in else _NEVER if quiet_since is None else quiet_since
            said = [said for said in self._line.utterances if said.start >= since and said.text]
            return [one.text for one in said] if "speech" in verb.inputs else []

        def answered() -> bool:
            return bool(keys()) or bool(speech())

        def cut_in() -> bool:
            return verb.barge_in and answered()

        def finished() -> bool:
            now = self._loop.time()
            if pressed := keys():
                enough = verb.num_digits is not None and len(pressed) >= verb.num_digits
                ended = verb.finish_on_key != "" and verb.finish_on_key in pressed
                return enough or ended or now - self._line.pressed[-1][0] >= verb.timeout
            if speech():
                patience = _AUTO_SPEECH_TIMEOUT_S if verb.speech_timeout is None else verb.speech_timeout
                return not self._line.speaking and now - self._line.utterances[-1].end >= patience
            return quiet_since is not None and now - quiet_since >= verb.timeout and not self._line.speaking

        for prompt in verb.prompts:
            playing = asyncio.create_task(self._prompt(prompt))
            try:
                await self._line.until(lambda: playing.done() or cut_in(), _NO_END_S, "a prompt")  # noqa: B023 - awaited here
            finally:
                playing.cancel()
            if cut_in():
                self._ear.clear(self._loop.time())
                break
        quiet_since = self._loop.time()
        await self._line.until(finished, _NO_END_S, "input")
        if pressed := keys():
            result = {"Digits": pressed.split(verb.finish_on_key)[0] if verb.finish_on_key else pressed}
        elif texts := speech():
            result = {"SpeechResult": " ".join(texts)}
            if self._setup.confidence is not None:
                result["Confidence"] = str(self._setup.confidence)
        elif verb.action_on_empty_result:
            result = {"SpeechResult": ""} if "speech" in verb.inputs else {"Digits": ""}
        else:
            return None
        return await self._exchange.document(verb.action, verb.method, result)

    # -- other telephones --

    async def _dial(self, verb: Dial) -> Document | None:
        """Rings the numbers, all at once; the first that answers is talked to."""
        outcomes = [(number, self._setup.dial.get(number.number, DialOutcome())) for number in verb.numbers]
        answers = [(number, o) for number, o in outcomes if o.status == "completed" and o.ring_s <= verb.timeout]
        leg, talked_s = DialledLeg("CA" + uuid.uuid4().hex), 0.0
        if answers:
            number, outcome = min(answers, key=lambda each: each[1].ring_s)
            await asyncio.sleep(outcome.ring_s)
            leg.number = number.number
            self._exchange.record.dialled.append(leg)
            answered = self._loop.time()
            if await DialledEnd(self._setup, self._exchange, leg, outcome).meets(number):
                await asyncio.sleep(outcome.talk_s)
            talked_s = self._loop.time() - answered
            self._exchange.tell_leg(number, leg, talked_s)
        else:
            _, outcome = max(outcomes, key=lambda each: each[1].ring_s)
            await asyncio.sleep(min(outcome.ring_s, verb.timeout))
        if not verb.action:
            return None
        result = {
            "DialCallStatus": outcome.status if answers or outcome.status != "completed" else "no-answer",
            "DialCallSid": leg.call_sid,
            "DialBridged": "true" if leg.joined else "false",
        }
        if answers:
            result["DialCallDuration"] = str(round(talked_s))
        return await self._exchange.document(verb.action, verb.method, result)
