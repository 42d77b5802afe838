"""When the caller has spoken and fallen silent, by the level of the line alone.

The model's turn detection says the same and better, but only while the model is there: this is how its absence shows.
"""

from typing import Final

PAUSE_MS: Final = 800
"""Silence after which a voice has ended: longer than the model's side takes to notice it (`VAD_SILENCE_MS`)."""
ONSET_MS: Final = 60
"""After so much of a voice somebody may be beginning to speak; the model's side needs three times as long to say so."""
_LEAST_VOICE_MS: Final = 160
"""What is shorter is a cough or a click."""


class PauseFinder:
    """Follows one caller's voice, in steps that are voiced or not.

    Attributes:
        began: whether a voice began with the last step: it has sounded for `ONSET_MS` now.
    """

    __slots__ = ("_silent_ms", "_spoke_ms", "_voiced_ms", "began")

    def __init__(self) -> None:
        self.began = False
        self._spoke_ms = 0  # from the first voiced step to the last
        self._voiced_ms = 0  # of these
        self._silent_ms = 0  # since the last

    @property
    def begins(self) -> bool:
        """Whether a voice sounds right now that was not told of yet."""
        return 0 < self._voiced_ms < ONSET_MS and not self._silent_ms

    def feed(self, voiced: bool, length_ms: int) -> int:
        """Take a step of sound in.

        Returns:
            How long the caller spoke, in milliseconds, when they have now been silent for `PAUSE_MS`; else 0.
        """
        if voiced:
            self._spoke_ms += length_ms + (self._silent_ms if self._voiced_ms else 0)
            self.began = self._voiced_ms < ONSET_MS <= self._voiced_ms + length_ms
            self._voiced_ms += length_ms
            self._silent_ms = 0
            return 0
        self.began = False
        self._silent_ms += length_ms
        if not self._voiced_ms or self._silent_ms < PAUSE_MS:
            return 0
        spoke = self._spoke_ms if self._voiced_ms >= _LEAST_VOICE_MS else 0
        self._spoke_ms = self._voiced_ms = 0
        return spoke
