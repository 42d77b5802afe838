"""Voice in the caller's sound, by level over an adaptive noise floor, and what it means while the agent speaks.

Sound is measured in steps of 20 ms. A step is voiced if it is 12 dB above the floor. While armed (the agent speaks):

* 200 ms of voice: `HOLD`. Sending stops; what Twilio has buffered plays on and covers the wait.
* 500 ms of voice within 800 ms: `BARGE_IN`, once. The caller wants to speak.
* The voice ends before that: `RESUME`. It was a cough, an echo or an "mm-hm", and playback goes on without a gap.
"""

from enum import Enum
from typing import Final

from gateway.audio import g711


class Signal(Enum):
    """What the caller's sound asks of the playback."""

    NONE = "none"
    HOLD = "hold"
    RESUME = "resume"
    BARGE_IN = "barge_in"


STEP_MS: Final = 20
_STEP: Final = STEP_MS * g711.BYTES_PER_MS

_BARGE_IN: Final = 500 // STEP_MS  # voiced steps ...
_WINDOW: Final = (1 << 800 // STEP_MS) - 1  # ... among these
_HOLD: Final = 200 // STEP_MS
_HOLD_WINDOW: Final = (1 << 300 // STEP_MS) - 1  # speech has gaps, so the 200 ms need not be one piece
_ENDED: Final = (1 << 100 // STEP_MS) - 1  # a voice has ended after 100 ms without; the gap in a "t" is shorter
_LONGEST_HOLD: Final = 600 // STEP_MS  # after this long neither barge-in nor end: a rattle, not a voice

_OVER_FLOOR: Final = 4  # 12 dB. The floor is a minimum: noise itself lies about 4 dB above it, with peaks at 8
_QUIETEST_VOICE: Final = 130  # -48 dBFS: a caller at -42 dBFS has most of his syllables above it
_LOUDEST_FLOOR: Final = 1_036  # -30 dBFS: what is louder is never taken for noise, even if nothing else was ever heard
_NOTHING: Final = 4  # below the smallest step of mu-law (8): digital silence
_BELIEVED: Final = 1_000 // STEP_MS  # steps of it until it counts as the line's real background
_SPAN: Final = 500 // STEP_MS  # the floor is the minimum over three of these: any talker pauses within 1.5 s


class _NoiseFloor:
    """The level of the line when nobody speaks: the least level of the last 1 to 1.5 s (minimum statistics).

    Digital silence fills in for lost packets and for a stream that is just starting, and says nothing about the line's
    noise; it counts only after a second of it. The first sound ever heard counts at once.
    """

    __slots__ = ("_earlier", "_least", "_nothing", "_previous", "_steps", "level")

    def __init__(self) -> None:
        self.level = _LOUDEST_FLOOR
        self._least = self._previous = self._earlier = _LOUDEST_FLOOR
        self._steps = 0
        self._nothing = 0

    def update(self, rms: int) -> None:
        if rms < _NOTHING:
            self._nothing += 1
            if self._nothing < _BELIEVED:
                return
        else:
            self._nothing = 0
        self._least = min(self._least, rms)
        self.level = min(self.level, rms)
        self._steps += 1
        if self._steps == _SPAN:
            self._steps = 0
            self._earlier, self._previous, self._least = self._previous, self._least, _LOUDEST_FLOOR
            self.level = min(self._earlier, self._previous)


class VoiceDetector:
    """Watches one caller's sound. Feed it everything, also while not armed: the floor is learnt all the time.

    Attributes:
        level: Root mean square of the last 20 ms step, 0 to 32768.
        voiced: Whether there was voice in that step.
    """

    __slots__ = ("_armed", "_floor", "_held", "_rest", "_voiced", "level", "voiced")

    def __init__(self) -> None:
        self._floor = _NoiseFloor()
        self._rest = b""  # less than a step
        self._armed = False
        self._voiced = 0  # one bit a step since armed, the latest lowest
        self._held = 0  # steps since HOLD, itself included; 0: not holding
        self.level = 0
        self.voiced = False

    @property
    def threshold(self) -> int:
        """Root mean square above which a step is voiced at present."""
        return max(_OVER_FLOOR * self._floor.level, _QUIETEST_VOICE)

    def arm(self) -> None:
        """The agent begins to speak. While it speaks, and after a barge-in until disarmed, this changes nothing."""
        if not self._armed:
            self._armed = True
            self._voiced = self._held = 0

    def disarm(self) -> None:
        """The agent speaks no more; a hold is over without a `RESUME`."""
        self._armed = False

    def feed(self, mulaw: bytes) -> Signal:
        """Takes sound, mu-law 8 kHz, of any length.

        Returns:
            What it changes. Of several things in one long piece: `BARGE_IN` if there was one, else the net effect.
        """
        if self._rest or len(mulaw) != _STEP:
            return self._feed_cut(self._rest + mulaw)
        return self._step(mulaw)

    def _feed_cut(self, mulaw: bytes) -> Signal:
        whole = len(mulaw) // _STEP * _STEP
        self._rest = mulaw[whole:]
        result = Signal.NONE
        for at in range(0, whole, _STEP):
            signal = self._step(mulaw[at : at + _STEP])
            if signal is Signal.BARGE_IN or result is Signal.NONE:
                result = signal
            elif signal is not Signal.NONE:
                result = Signal.NONE  # HOLD and RESUME take turns: two of them undo each other
        return result

    def _step(self, mulaw: bytes) -> Signal:
        rms = self.level = g711.rms(g711.decode(mulaw))
        self._floor.update(rms)
        self.voiced = voiced = rms > self.threshold
        if not self._armed:
            return Signal.NONE
        self._voiced = history = (self._voiced << 1 | voiced) & _WINDOW
        if self._held < 0:
            return Signal.NONE  # the barge-in has been told
        if voiced and history.bit_count() >= _BARGE_IN:
            self._held = -1
            return Signal.BARGE_IN
        if self._held:
            return self._holding(history)
        if voiced and (history & _HOLD_WINDOW).bit_count() >= _HOLD:
            self._held = 1
            return Signal.HOLD
        return Signal.NONE

    def _holding(self, history: int) -> Signal:
        self._held += 1
        if history & _ENDED and self._held <= _LONGEST_HOLD:
            return Signal.NONE
        if history & _ENDED:
            self._voiced = 0
        self._held = 0
        return Signal.RESUME
