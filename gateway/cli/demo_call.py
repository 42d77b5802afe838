"""The call of the demo: a caller who reacts, and the call's log followed while it goes on.

The log is read as the staff's console will read it: from the store, not from this process's own stand-ins. The caller
learns from it what the agent has said; when the agent has finished is heard on the line.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.cli.demo_stage import Stage
from gateway.cli.story import Story
from gateway.events import AnyEvent, LegStarted, ModelOpened, read_event
from gateway.local.caller import Caller
from gateway.local.phone import Phone
from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from gateway.local.sounds import Sounds
from gateway.metrics import MetricsCollector

LOOK_S = 0.1
QUIET_MS = 700
PATIENCE_S = 45.0
LONGEST_CALL_S = 170.0


@dataclass(slots=True)
class Feed:
    """The log of one call as it grows.

    Attributes:
        stage: where it is.
        changed: called after new events.
        story: None until the call is in the store.
        metrics: what the events say about time and trade.
    """

    stage: Stage
    changed: Callable[[Story], None]
    story: Story | None = None
    metrics: MetricsCollector = field(default_factory=MetricsCollector)
    _position: str | None = None
    _leg_at: float | None = None

    async def follow(self) -> None:
        """Read until cancelled."""
        began = datetime.now(UTC) - timedelta(seconds=1)
        while True:
            if self.story is None:
                await self._find(began)
            else:
                await self.catch_up()
            await asyncio.sleep(LOOK_S)

    async def catch_up(self) -> None:
        """Read what is new."""
        if self.story is None:
            return
        call_id = self.story.call.call_id
        entries = await self.stage.store.read_log(self.stage.restaurant.id, call_id, self._position)
        for entry in entries:
            self._position = entry.position
            event = read_event(entry.event)
            self.story.take(event)
            self._measure(event)
        if entries:
            self.changed(self.story)

    async def _find(self, since: datetime) -> None:
        """The call of the demo is the one that began after it; older ones were left behind by processes that died."""
        for live in await self.stage.store.live_calls(self.stage.restaurant.id, datetime.now(UTC)):
            if live.started >= since:
                self.story = Story(live.call_id, self.stage.restaurant)

    def _measure(self, event: AnyEvent) -> None:
        self.metrics.observe(event, event.session_id)
        if isinstance(event, LegStarted):
            self._leg_at = event.timestamp
        elif isinstance(event, ModelOpened) and self._leg_at is not None:
            self.metrics.record_latency("connection", event.timestamp - self._leg_at)
            self._leg_at = None


@dataclass(frozen=True, slots=True)
class Played:
    """The call that was made."""

    record: CallRecord
    story: Story | None
    metrics: MetricsCollector
    unsaid: tuple[str, ...]


async def play_call(
    stage: Stage,
    sounds: Sounds,
    caller: Caller,
    recordings: Sequence[bytes],
    record_to: Path,
    changed: Callable[[Story], None],
) -> Played:
    """Ring, order, hang up.

    Args:
        stage: what is rung.
        sounds: how the caller sounds.
        caller: what is said.
        recordings: the sound (mulaw, 8 kHz) of the caller's first lines, in place of the voice.
        record_to: the stereo WAV.
        changed: told whenever the call's log has grown.

    Raises:
        TimeoutError: the agent fell silent, or did not stop.
    """
    feed = Feed(stage, changed)
    phone = Phone(
        voice_url=f"{stage.url}/twiml/voice",
        auth_token=stage.auth_token,
        to_number=stage.restaurant.numbers[0],
        voice=sounds.caller,
        say_voice=sounds.announcer,
        status_url=f"{stage.url}/twilio/status",
        timeout_s=LONGEST_CALL_S,
    )
    following = asyncio.create_task(feed.follow(), name="log of the call")
    try:
        record = await phone.call(lambda line: _converse(line, feed, caller, recordings), record_to)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    await feed.catch_up()  # raises what went wrong with the store, if it still does
    if feed.story is not None:
        feed.story.end()
    return Played(record, feed.story, feed.metrics, caller.unsaid)


async def _converse(line: Line, feed: Feed, caller: Caller, recordings: Sequence[bytes]) -> None:
    """Listen, answer, and so on, until the agent ends the call or the caller has had enough."""
    answered = 0
    while True:
        await line.listen_until_quiet(QUIET_MS, PATIENCE_S)
        words = feed.story.agent_words[answered:] if feed.story is not None else []
        if not words:
            continue  # the disclosure, or a clip: the agent has not spoken yet
        answered += len(words)
        utterance = caller.reply(" ".join(words))
        if utterance is None:
            await line.wait_over(PATIENCE_S)
            return
        recorded = utterance.line is not None and utterance.line < len(recordings)
        await line.say(recordings[utterance.line or 0] if recorded else utterance.text)
        if utterance.last:
            return
