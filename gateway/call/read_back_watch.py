"""Follows one read-back from the tool's text to the caller's ear.

Rules (design.md section 6): a read-back was heard when the playout shows that its total was, in whatever words; a
response that does not name the total, or is not completed, is not the read-back; a read-back that was interrupted
before is not made good by anything that is heard later.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.events import Heard, ResponseFinished
from gateway.orders.wording.amounts import end_of_amount

HEARD_ENOUGH = 0.97
"""Share of a read-back that must be heard when its total is said in other words, or in digits."""
LETTERS_PER_SECOND = 14
"""How quickly a voice speaks; by it is judged how long before the end of a read-back its total was heard."""


@dataclass(slots=True)
class ReadBackWatch:
    """One read-back. `total` is the part of its text that names the total, `amounts` the ways to say the total.

    `heard_at`: when the total had been heard; None: not yet.
    """

    total: str
    amounts: tuple[str, ...] = ()
    heard_at: datetime | None = None
    _response_id: str | None = None
    _items: dict[str, str] = field(default_factory=dict)
    _complete: bool = False
    _cut: bool = False
    _played_at: datetime | None = None

    @property
    def sounds(self) -> bool:
        """Whether the read-back is complete and not yet heard to its end."""
        return self._complete and not self._cut and self.heard_at is None

    def response_started(self, response_id: str) -> bool:
        """A response began; True when it is the read-back, as the first one after the tool's answer may be."""
        if self._response_id is not None or self._cut:
            return False
        self._response_id = response_id
        return True

    def said(self, response_id: str, item_id: str, text: str) -> None:
        """The words of an item of the agent."""
        if response_id == self._response_id:
            self._items[item_id] = text

    def response_finished(self, event: ResponseFinished, *, heard: bool) -> None:
        """A response is over; `heard`: it is complete, and all of it was played to its end already.

        One without speech, without the total or without an end leaves the read-back to the next.
        """
        if event.response_id != self._response_id or self._cut:
            return
        if event.status != "completed" or not (event.spoke and self._naming()):
            self._response_id = self._played_at = None
            self._items.clear()
            return
        self._complete = True
        if heard:
            self._heard(self._played_at or event.at)

    def played(self, at: datetime) -> None:
        """All that was said so far was played to its end."""
        self._played_at = at if self._items else None
        if self._complete:
            self._heard(at)

    def cut(self, cuts: tuple[Heard, ...], at: datetime) -> None:
        """The caller interrupted the agent. Items that are not among the cuts were heard whole."""
        if self._response_id is None:
            return  # it was something else that the agent was saying
        self._cut = True
        shares = {c.item_id: c.heard_ms / max(c.produced_ms, 1) for c in cuts}
        reached = [shares.get(item, 1.0) >= self._end_of_total(text) for item, text in self._naming().items()]
        if self.heard_at is None and reached and all(reached):
            self.heard_at = at

    def _heard(self, ended: datetime) -> None:
        """The read-back was played until `ended`; the total is the last thing in it but for the question."""
        if self.heard_at is None and not self._cut:
            text = " ".join(self._items.values())
            after = len(text) - (self._place_of_total(text) or 0)
            self.heard_at = ended - timedelta(seconds=after / LETTERS_PER_SECOND)

    def _naming(self) -> dict[str, str]:
        """The items that name the total."""
        return {item: text for item, text in self._items.items() if self._place_of_total(text) is not None}

    def _place_of_total(self, text: str) -> int | None:
        """Where in `text` the total ends; None: it does not name it."""
        at = text.casefold().rfind(self.total.casefold())
        return at + len(self.total) if at >= 0 else end_of_amount(text, self.amounts)

    def _end_of_total(self, text: str) -> float:
        """Where in `text` the total ends, as a share. A model may say it in other words: then nearly all counts."""
        at = text.casefold().rfind(self.total.casefold())
        return (at + len(self.total)) / len(text) if at >= 0 else HEARD_ENOUGH
