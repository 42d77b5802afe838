"""Follows one read-back from the tool's text to the caller's ear.

Rules (design.md section 6): a read-back was heard when the playout shows that its total was; a read-back that was
interrupted before is not made good by anything that is heard later.
"""

from dataclasses import dataclass, field

from gateway.events import Heard

HEARD_ENOUGH = 0.97
"""Share of a read-back that must be heard when its total cannot be found in the words that were spoken."""


@dataclass(slots=True)
class ReadBackWatch:
    """One read-back. `total` is the part of its text that names the total."""

    total: str
    heard: bool = False
    _response_id: str | None = None
    _items: dict[str, str] = field(default_factory=dict)
    _complete: bool = False
    _cut: bool = False

    def response_started(self, response_id: str) -> None:
        """A response began: the first one after the tool's answer is the read-back."""
        if self._response_id is None:
            self._response_id = response_id

    def said(self, response_id: str, item_id: str, text: str) -> None:
        """The words of an item of the agent."""
        if response_id == self._response_id:
            self._items[item_id] = text

    def response_finished(self, response_id: str, *, spoke: bool, heard: bool) -> None:
        """A response is over.

        Args:
            response_id: which.
            spoke: it had speech; one that only called tools leaves the speech to the next.
            heard: it is complete, and all of it was played to its end already.
        """
        if response_id != self._response_id:
            return
        if not spoke:
            self._response_id = None
            return
        self._complete = True
        if heard:
            self.played()

    def played(self) -> None:
        """All that was said so far was played to its end."""
        if self._complete and self._items and not self._cut:
            self.heard = True

    def cut(self, cuts: tuple[Heard, ...]) -> None:
        """The caller interrupted the agent. Items that are not among the cuts were heard whole."""
        if self._response_id is None:
            return  # it was something else that the agent was saying
        self._cut = True
        shares = {c.item_id: c.heard_ms / max(c.produced_ms, 1) for c in cuts}
        naming = {item: text for item, text in self._items.items() if self.total.casefold() in text.casefold()}
        judged = naming or self._items
        reached = [shares.get(item, 1.0) >= self._end_of_total(text) for item, text in judged.items()]
        self.heard = self.heard or (bool(reached) and all(reached))

    def _end_of_total(self, text: str) -> float:
        """Where in `text` the total ends, as a share. A model may say it in other words: then nearly all counts."""
        at = text.casefold().rfind(self.total.casefold())
        return (at + len(self.total)) / len(text) if at >= 0 else HEARD_ENOUGH
