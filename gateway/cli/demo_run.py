"""Runs the demo: sounds, stage, call, report; and ends it in good order whatever happens."""

import asyncio
import shlex
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
from rich.markup import escape

from gateway.cli.demo_call import Played, play_call
from gateway.cli.demo_report import (
    Outcome,
    heard_words,
    judge,
    judge_elsewhere,
    print_report,
    read_gateway,
    was_placed,
)
from gateway.cli.demo_stage import Stage, StageError, set_stage
from gateway.cli.demo_view import open_view
from gateway.cli.terminal import INSTALL_LOCAL, err, fail, out
from gateway.local.caller import Caller
from gateway.local.examples import demo_script
from gateway.local.phone_wav import NotPlayable, read_sound
from gateway.local.pos_simulator import GATEWAY as SIMULATORS_GATEWAY
from gateway.local.sounds import Sounds, speech_sounds, tone_sounds
from gateway.logs import configure_logs
from gateway.pos.attempt import TIMEOUT_S
from gateway.pos.deliveries import DeliveryBook
from gateway.settings import Settings
from gateway.speech.transcription import TranscriptionFailed
from gateway.speech.tts import SynthesisFailed
from gateway.store import EmbeddedServerError, StoreError

DELIVERY_S = 10.0
_REST_OF_AN_ORDER = ("No, that's all.", "Bo, pickup.", "Yes.")
INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    restaurant: str
    lines: tuple[str, ...]
    recordings: tuple[Path, ...]
    name: str
    tone: bool
    keep: bool
    record: Path
    data_dir: Path
    pos: tuple[str, str] | None
    retry_speed: float
    agent_voice: str
    caller_voice: str


def run(options: Options) -> int:
    """Run the demo. Returns the exit status."""
    try:
        recordings = [read_sound(file.read_bytes(), "audio/wav") for file in options.recordings]
        return asyncio.run(_run(options, recordings))
    except (KeyboardInterrupt, asyncio.CancelledError):
        err.print("stopped")
        return INTERRUPTED
    except (StageError, EmbeddedServerError, StoreError, TranscriptionFailed, SynthesisFailed) as error:
        fail(str(error))
    except (OSError, NotPlayable) as error:
        fail(f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error))


async def _run(options: Options, recordings: list[bytes]) -> int:
    task = asyncio.current_task()
    assert task is not None
    # SIGTERM ends the demo as Ctrl-C does: what it started is ended first.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with out.status("") as status:

        def progress(text: str) -> None:
            status.update(text)
            if not out.is_terminal:
                out.print(f"{text} ...")

        _log_to_file(options.data_dir)
        sounds = await _sounds(options, progress)
        async with set_stage(
            options.data_dir,
            options.restaurant,
            sounds,
            progress,
            elsewhere=options.pos,
            retry_speed=options.retry_speed,
        ) as stage:
            status.stop()
            out.print(f"[dim]{escape(sounds.about)}[/]", soft_wrap=True)
            out.print(f"[dim]{escape(stage.restaurant.name)}: its own menu, in a copy that is open at every hour[/]")
            caller = Caller([*(f"({file.name})" for file in options.recordings), *options.lines], name=options.name)
            with open_view(out) as view:
                played = await play_call(stage, sounds, caller, recordings, options.record, view)
            outcome = await _outcome(stage, played)
            wav = options.record.absolute()
            print_report(out, played, outcome, zone=stage.restaurant.zone, wav=wav, recorded=bool(recordings))
            _print_where(stage, played, options)
            if options.keep:
                await _keep(stage, options)
            return outcome.status


def _log_to_file(folder: Path) -> None:
    """Lines of the stand-ins go to a file: the terminal is for the call."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    configure_logs(Settings(log_format="json"), (folder / "demo.log").open("w", encoding="utf-8"))


async def _sounds(options: Options, progress: Callable[[str], None]) -> Sounds:
    if options.tone:
        return tone_sounds()
    progress("opening the recogniser (the first time, its model of 68 MB is fetched)")
    try:
        return await asyncio.to_thread(speech_sounds, options.agent_voice, options.caller_voice)
    except ImportError as error:
        raise StageError(f"{error}; the speech parts come with: {INSTALL_LOCAL}") from error


async def _outcome(stage: Stage, played: Played) -> Outcome:
    """Wait for the webhook of a confirmed order, look at the gateway's own figures, and judge."""
    pos, book = stage.pos, DeliveryBook(stage.store)
    with suppress(TimeoutError):
        while pos is not None and was_placed(played) and not judge(played, pos).webhooks:
            await pos.wait_for(len(pos.orders) + 1, DELIVERY_S)
    if pos is None and was_placed(played):
        await _until_tried(played, book)
    async with httpx2.AsyncClient(trust_env=False) as client:
        read_gateway((await client.get(f"{stage.url}/metrics")).text, played.metrics)
    if any(utterance.text for utterance in played.record.utterances):
        played.metrics.record_accuracy(heard_words(played)[2].accuracy)
    return await judge_elsewhere(played, book, stage.pos_url) if pos is None else judge(played, pos)


async def _until_tried(played: Played, book: DeliveryBook) -> None:
    """Until the POS, which is elsewhere, has the order, or has not taken it at the first attempt."""
    assert played.story is not None
    call = played.story.call
    assert call.order is not None
    with suppress(TimeoutError):
        async with asyncio.timeout(DELIVERY_S + TIMEOUT_S):
            while (waiting := await book.waits(call.restaurant.id, call.order.id)) is not None:
                if waiting.tries:
                    return
                await asyncio.sleep(0.1)


def _print_where(stage: Stage, played: Played, options: Options) -> None:
    out.print(f"log of the gateway: {escape(str(stage.log))}", soft_wrap=True)
    out.print(
        f"again: gateway replay {played.record.call_sid} --data-dir {escape(str(options.data_dir))}", soft_wrap=True
    )


async def _keep(stage: Stage, options: Options) -> None:
    """Leave it all running, and say how to ring it."""
    out.rule("still running; Ctrl-C ends it", align="left")
    for what, where in (
        ("voice webhook", f"{stage.url}/twiml/voice"),
        ("health", f"{stage.url}/readyz"),
        ("metrics", f"{stage.url}/metrics"),
        ("model (Realtime)", stage.model.url),
        ("POS", stage.pos_url),
        ("what a POS tells", f"{stage.url}/pos/v1/restaurants/{stage.restaurant.id}"),
    ):
        out.print(f"{what:<17} {where}")
    says = " ".join(f'--say "{line}"' for line in (demo_script(stage.restaurant.id)[0], *_REST_OF_AN_ORDER))
    out.print(
        f"ring it: TWILIO_AUTH_TOKEN={stage.auth_token} gateway call {'--tone ' if options.tone else ''}"
        f"--url {stage.url}/twiml/voice --to {stage.restaurant.numbers[0]} {says}",
        soft_wrap=True,
    )
    folder = escape(shlex.quote(str(options.data_dir)))
    out.print(f"what waits for the POS: export DATA_DIR={folder}; gateway pos deliveries", soft_wrap=True)
    if stage.pos is None and stage.url != SIMULATORS_GATEWAY:
        out.print(f"tell the simulator where the gateway is: gateway {stage.url}", soft_wrap=True)
    await asyncio.Event().wait()
