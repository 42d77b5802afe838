"""The input audio buffer of a local Realtime session and its turn detection. Pure.

Server VAD is energy over an adaptive noise floor, in windows of 20 ms: cheap, and good enough for synthetic speech.
It does not depend on how the audio was cut into events. Times are milliseconds of all audio appended in the session, as
`audio_start_ms` and `audio_end_ms` count them.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.audio import g711
from gateway.local.realtime_config import bytes_per_ms
from gateway.local.realtime_schema import AudioFormat, Pcmu, ServerVad

_WINDOW_MS: Final = 20
_START_MS: Final = 60  # of voice begin a turn: a click is shorter
_LONGEST_MS: Final = 600_000  # kept when the client commits; older audio is dropped

_FLOOR_LOWEST: Final = 8.0  # RMS, -72 dBFS: digital silence must not make a whisper of the line a voice
_FLOOR_HIGHEST_AT_START: Final = 600.0  # RMS, -35 dBFS: a call that begins with speech is not a noisy line
_FLOOR_FALL: Final = 0.25  # of the distance per window
_FLOOR_RISE: Final = 1.007  # per window, 3 dB/s: noise that grows is learned
_FLOOR_RISE_IN_SPEECH: Final = 1.002  # 0.9 dB/s
_STEADY_MS: Final = 3000  # sound that does not dip for so long is noise: speech has gaps between syllables
_STEADY_RATIO: Final = 2.8  # 9 dB


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A turn began at `audio_start_ms`; `audio` is everything since then."""

    audio_start_ms: int
    audio: bytes


@dataclass(frozen=True, slots=True)
class SpeechAudio:
    """More of the turn."""

    audio: bytes


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The silence was long enough: the turn is over, after `duration_ms` in all."""

    audio_end_ms: int
    duration_ms: int


Heard: TypeAlias = SpeechStarted | SpeechAudio | SpeechStopped
_NOTHING: Final[list[Heard]] = []


class NoiseFloor:
    """The level of the line without speech, and whether a window is louder than that by enough to be a voice.

    Args:
        threshold: 0 to 1 as in `server_vad`. At 0.5 a voice is 9 dB over the floor and at least -50 dBFS; 0 and 1 are
            6 and 10 dB off that.
    """

    def __init__(self, threshold: float) -> None:
        self._ratio = 10 ** ((3 + 12 * threshold) / 20)
        self._faintest = 32768 * 10 ** ((-60 + 20 * threshold) / 20)
        self._floor = _FLOOR_HIGHEST_AT_START
        self._learned = False
        self._steady_ms = 0
        self._low = self._high = 0.0

    def is_voice(self, level: int, speaking: bool) -> bool:
        """Judges one window.

        Args:
            level: Its RMS, 0 to 32768.
            speaking: A turn is open.
        """
        floor = self._floor
        if level < floor:
            # The first window sets the floor at once: there is nothing older to be careful with.
            floor += (level - floor) * (_FLOOR_FALL if self._learned else 1.0)
        else:
            floor *= _FLOOR_RISE_IN_SPEECH if speaking else _FLOOR_RISE
        self._learned = True
        self._floor = max(floor, _FLOOR_LOWEST)
        if speaking:
            self._watch_for_steady_noise(level)
        else:
            self._steady_ms = 0
        return level > self._faintest and level > self._floor * self._ratio

    def _watch_for_steady_noise(self, level: int) -> None:
        if not self._steady_ms or level * _STEADY_RATIO < self._high or level > self._low * _STEADY_RATIO:
            self._low = self._high = float(level)
            self._steady_ms = _WINDOW_MS
            return
        self._low, self._high = min(self._low, level), max(self._high, level)
        self._steady_ms += _WINDOW_MS
        if self._steady_ms >= _STEADY_MS:
            self._floor = max(self._floor, self._low)


class InputBuffer:
    """Audio that the client appended and that is not yet an item.

    Args:
        audio_format: What the client sends.
        turns: Turn detection; None if the client commits.
        total_ms: Milliseconds appended before, with an earlier configuration.
    """

    def __init__(self, audio_format: AudioFormat, turns: ServerVad | None, total_ms: float = 0) -> None:
        self._mulaw = isinstance(audio_format, Pcmu)
        self._bytes_per_ms = bytes_per_ms(audio_format)
        self._window = _WINDOW_MS * self._bytes_per_ms
        self._turns = turns
        self._noise = NoiseFloor(turns.threshold if turns else 0)
        self._prefix_ms = (turns.prefix_padding_ms if turns else 0) + _START_MS
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._rest = b""
        self._voice_ms = 0
        self._silence_ms = 0
        self.total_ms = total_ms
        self.speaking = False

    @property
    def held_ms(self) -> int:
        """Length of the buffer; while a turn is open, of that turn."""
        return (self._held_bytes + len(self._rest)) // self._bytes_per_ms

    def append(self, audio: bytes) -> list[Heard]:
        """Takes audio in the session's format, cut anywhere, and says what turn detection found in it."""
        if self._turns is None:
            self.total_ms += len(audio) / self._bytes_per_ms
            self._hold(audio, _LONGEST_MS)
            return _NOTHING
        if len(audio) == self._window and not self._rest:
            return self._hear(audio, self._turns)
        found: list[Heard] = []
        audio = self._rest + audio
        whole = len(audio) - len(audio) % self._window
        self._rest = audio[whole:]
        for start in range(0, whole, self._window):
            found += self._hear(audio[start : start + self._window], self._turns)
        return found

    def take(self) -> bytes:
        """Empties the buffer; returns what has not been handed out as speech."""
        audio = b"" if self.speaking else b"".join(self._held)
        audio += self._rest
        self._rest = b""
        self._held.clear()
        self._held_bytes = 0
        self._voice_ms = self._silence_ms = 0
        self.speaking = False
        return audio

    def _hear(self, window: bytes, turns: ServerVad) -> list[Heard]:
        self.total_ms += _WINDOW_MS
        level = g711.rms(g711.decode(window) if self._mulaw else window)
        voice = self._noise.is_voice(level, self.speaking)
        if self.speaking:
            self._held_bytes += len(window)
            self._silence_ms = 0 if voice else self._silence_ms + _WINDOW_MS
            if self._silence_ms < max(turns.silence_duration_ms, _WINDOW_MS):
                return [SpeechAudio(window)]
            duration_ms = self._held_bytes // self._bytes_per_ms  # what came after this window is no part of the turn
            self._held_bytes = 0
            self.speaking = False
            self._voice_ms = 0
            return [SpeechAudio(window), SpeechStopped(round(self.total_ms), duration_ms)]
        self._hold(window, self._prefix_ms)
        self._voice_ms = self._voice_ms + _WINDOW_MS if voice else 0
        if self._voice_ms < _START_MS:
            return _NOTHING
        self.speaking = True
        self._silence_ms = 0
        audio = b"".join(self._held)
        self._held.clear()
        return [SpeechStarted(max(round(self.total_ms) - len(audio) // self._bytes_per_ms, 0), audio)]

    def _hold(self, audio: bytes, longest_ms: int) -> None:
        self._held.append(audio)
        self._held_bytes += len(audio)
        while self._held_bytes - len(self._held[0]) >= longest_ms * self._bytes_per_ms:
            self._held_bytes -= len(self._held.popleft())
