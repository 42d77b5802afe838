"""What the caller answered to the read-back that stands, by words or by a key.

Rules: only turns that were committed after the read-back began to be said are answers, and the last of them counts;
noise is none, but words that could not be transcribed are, and leave open what was answered; a yes that came before the
total was heard asks for one more.
"""

from collections.abc import Callable
from datetime import datetime

from gateway.call.turns import Turns, is_noise
from gateway.orders.tooling.outcome import Assent

Judge = Callable[[str, str | None], Assent]
"""What words answer, and the language they are in."""


class Answers:
    """The answers to one read-back after the other."""

    def __init__(self, turns: Turns, judge: Judge) -> None:
        self._turns = turns
        self._judge = judge
        self._items: list[str] = []
        self._failed: set[str] = set()
        self._key: tuple[Assent, datetime] | None = None

    def clear(self) -> None:
        """A read-back begins: nothing has answered it."""
        self._items, self._failed, self._key = [], set(), None

    def committed(self, item_id: str) -> None:
        """The caller said something."""
        self._key = None
        self._items.append(item_id)

    def not_transcribed(self, item_id: str) -> None:
        """What the caller said with an item will never be known."""
        self._failed.add(item_id)

    def pressed(self, answer: Assent, at: datetime) -> None:
        """The caller answered by a key: as good as words, until there are words."""
        self._key = (answer, at)

    @property
    def words_missing(self) -> bool:
        """Whether the words of the last answer are still on their way."""
        turn = self._turns.get(self._items[-1]) if self._items else None
        return turn is not None and turn.text is None

    def assent(self, total_heard_at: datetime | None) -> Assent | None:
        """The caller's last answer; None: there is none, or none that counts.

        Args:
            total_heard_at: when the caller had heard the total; None: not yet.
        """
        answer, at = self._key or self._last_words()
        early = total_heard_at is None or at is None or at < total_heard_at
        return None if answer == "yes" and early else answer

    def _last_words(self) -> tuple[Assent | None, datetime | None]:
        """An earlier "yes" says nothing about words still on their way, or lost."""
        for item_id in reversed(self._items):
            turn = self._turns.get(item_id)
            if item_id in self._failed or (turn is not None and turn.text is None):
                break
            if turn is not None and turn.text is not None and not is_noise(turn.text):
                return self._judge(turn.text, turn.language), turn.at
        return None, None
