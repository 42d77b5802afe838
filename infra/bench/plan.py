"""Who speaks when, the same for callers and model: a call is a row of cycles. Pure.

A cycle: the caller says a message (0.8 s), the model answers for about half of the cycle, then it is quiet. In some
cycles the caller interrupts the answer with a second message, and the model's answer to that is as long as what was cut
off, so that the agent speaks for about half of the time in every cycle.
"""

from typing import Final

import msgspec

from infra.bench.level_code import FRAME_MS, FRAMES, MESSAGE_MS

FRAMES_PER_S: Final = 1_000 // FRAME_MS
BARGE_IN_FRAMES: Final = 500 // FRAME_MS
"""The gateway takes 500 ms of voice for an interruption (design.md section 4): it is confirmed by the 25th frame."""
SHORTEST_CYCLE_S: Final = 6.0
_GREETING_OVER_S: Final = 1.7  # from `start` to the end of the greeting, generously
_GOLDEN: Final = 0.618_034  # of a cycle: spreads the callers evenly, however many there are
_LISTEN_MS: Final = 800  # how much of an answer is played before the interruption begins


class Plan(msgspec.Struct, frozen=True):
    """The script of a run.

    Attributes:
        cycle_s: seconds from one message of a caller to the next.
        every: one cycle in so many has an interruption; 0: none has.
        silence_ms: silence after which the model's turn detection ends a turn.
        greeting_ms: length of the agent's greeting.
    """

    cycle_s: float = 8.0
    every: int = 3
    silence_ms: int = 500
    greeting_ms: int = 1_000

    @property
    def cycle(self) -> int:
        """Frames of a cycle."""
        return round(self.cycle_s * FRAMES_PER_S)

    @property
    def answer_ms(self) -> int:
        """Length of an answer, in steps of 200 ms."""
        return int(self.cycle_s * 1_000 / 2) // 200 * 200

    @property
    def second_answer_ms(self) -> int:
        """Length of the answer to an interruption: what the caller did not want to hear."""
        return max(400, (self.answer_ms - _LISTEN_MS - BARGE_IN_FRAMES * FRAME_MS) // 200 * 200)

    @property
    def interruption(self) -> int:
        """Frame of the cycle at which an interruption begins."""
        return (MESSAGE_MS + self.silence_ms + _LISTEN_MS) // FRAME_MS

    def first(self, call: int) -> int:
        """Frame at which a caller's first cycle begins."""
        return round(_GREETING_OVER_S * FRAMES_PER_S) + int(call * _GOLDEN % 1 * self.cycle)

    def interrupts(self, call: int, cycle: int) -> bool:
        """Whether this caller interrupts in this cycle."""
        return bool(self.every) and (call + cycle) % self.every == 1 % self.every

    def part(self, call: int, frame: int) -> tuple[bool, int] | None:
        """What a caller says in a frame.

        Returns:
            Whether it belongs to an interruption, and the place in the message; None for silence.
        """
        since = frame - self.first(call)
        if since < 0:
            return None
        cycle, place = divmod(since, self.cycle)
        if place < FRAMES:
            return False, place
        place -= self.interruption
        return (True, place) if 0 <= place < FRAMES and self.interrupts(call, cycle) else None
