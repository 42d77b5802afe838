"""Runs one call of `gateway call` and prints what the phone measured."""

import asyncio
from pathlib import Path

from rich.markup import escape

from gateway.cli.terminal import err, fail, out
from gateway.local.phone import Phone
from gateway.local.phone_line import Line, Script
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import tone_voice
from gateway.local.phone_wav import NotPlayable, read_sound
from gateway.local.sounds import TONE_MS_PER_CHARACTER, phone_voice
from gateway.speech.tts import SynthesisFailed

QUIET_MS = 700
INTERRUPTED = 130


def setup(url: str, auth_token: str, *, from_number: str, to_number: str, tone: bool, voice: str) -> Phone:
    """The telephone; its voice is opened only when it is to speak."""
    speak = tone_voice(TONE_MS_PER_CHARACTER)
    if not tone:
        # Untyped and heavy, and not on every machine.
        from gateway.local.voices import open_voice  # noqa: PLC0415 - see above

        try:
            speak = phone_voice(open_voice(voice))
        except SynthesisFailed as error:
            fail(str(error))
    return Phone(
        voice_url=url, auth_token=auth_token, from_number=from_number, to_number=to_number, voice=speak, say_voice=speak
    )


def run(
    phone: Phone, lines: tuple[str, ...], recordings: tuple[Path, ...], record_to: Path | None, patience: float
) -> int:
    """Make the call. Returns the exit status: 0 when it was answered and the gateway broke no rule of Twilio's."""
    try:
        said: list[str | bytes] = [*lines]
        said += [read_sound(file.read_bytes(), "audio/wav") for file in recordings]
        record = asyncio.run(phone.call(_script(said, patience), record_to))
    except KeyboardInterrupt:
        err.print("hung up")
        return INTERRUPTED
    except TimeoutError as error:
        fail(str(error))
    except (OSError, NotPlayable) as error:
        fail(str(error))
    _print(record)
    return 0 if record.answered_s is not None and record.ended_by != "failed" and not record.violations else 1


def _script(lines: list[str | bytes], patience: float) -> Script:
    """Say the lines, then listen to the end. Without lines, only listen."""

    async def speak(line: Line) -> None:
        await line.wait_connected(timeout_s=patience)
        for said in lines:
            await line.listen_until_quiet(QUIET_MS, patience)
            await line.say(said)
        while True:  # an agent that says no more has been patient for longer than we are
            try:
                await line.listen_until_quiet(QUIET_MS, patience)
            except TimeoutError:
                return

    return speak


def _print(record: CallRecord) -> None:
    out.print(f"{record.call_sid}: ended by {record.ended_by} after {record.duration_s:.1f} s")
    for request in record.requests:
        out.print(f"[dim]{request.at:6.1f}  {request.status} {escape(request.url)}[/]", soft_wrap=True)
    for heard in record.heard:
        out.print(f"{heard.at:6.1f}  [cyan]{escape(heard.spoken)}[/]", soft_wrap=True)
    for said in record.utterances:
        answer = "no answer" if said.response_s is None else f"answered after {1000 * said.response_s:.0f} ms"
        out.print(f"{said.start:6.1f}  [green]{escape(said.text or '(recording)')}[/] ({answer})", soft_wrap=True)
    for notice in (*record.violations, *record.notices):
        out.print(f"{notice.at:6.1f}  [red]{notice.code}[/] {escape(notice.text)}", soft_wrap=True)
