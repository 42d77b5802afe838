"""The scripted model's ear: turn detection on the level code. Pure.

Voice begins at the first loud sample and has ended when `silence_ms` have passed without one. Everything is counted in
samples of the stream, as the Realtime server counts, never in time.
"""

from enum import Enum

from infra.bench.level_code import CODED_MS, RATES, Encoding, Message, first_voice, last_voice, read


class Ear:
    """Listens to one stream of caller audio.

    Attributes:
        samples: how many samples have come.
        edge: stream position of the voice's first sample, of the latest voice.
        message: what the latest voice said; None while that is unknown, and when it cannot be read.
    """

    class Signal(Enum):
        """What a piece of sound changed."""

        NONE = "none"
        BEGAN = "began"
        READ = "read"
        ENDED = "ended"

    def __init__(self, encoding: Encoding, silence_ms: int) -> None:
        self._encoding: Encoding = encoding
        self._rate = RATES[encoding]
        self._size = 1 if encoding == "pcmu" else 2
        self._silence = silence_ms * self._rate // 1_000
        self._coded = CODED_MS * self._rate // 1_000 * self._size
        self._collected: bytearray | None = None
        self._speaking = False
        self._quiet = 0
        self.samples = 0
        self.edge = 0
        self.message: Message | None = None

    def push(self, sound: bytes) -> Signal:
        """Take sound in, in the stream's encoding, at most as long as a turn's closing silence."""
        before, count = self.samples, len(sound) // self._size
        self.samples = before + count
        if not self._speaking:
            first = first_voice(sound, self._encoding)
            if first < 0:
                return Ear.Signal.NONE
            self._speaking, self._quiet, self.message = True, 0, None
            self.edge = before + first
            self._collected = bytearray(sound[first * self._size :])
            return Ear.Signal.BEGAN
        last = last_voice(sound, self._encoding)
        self._quiet = count - 1 - last if last >= 0 else self._quiet + count
        if self._collected is not None:
            self._collected += sound
            if len(self._collected) >= self._coded:
                self.message = read(bytes(self._collected), self._encoding)
                self._collected = None
                return Ear.Signal.READ
        if self._quiet >= self._silence:
            self._speaking, self._collected = False, None
            return Ear.Signal.ENDED
        return Ear.Signal.NONE
