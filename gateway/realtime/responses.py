"""Which response is being made: the one writer of `response.create`, and what became of each response.

Rules: a response is a wish; it is asked for when none is active and none is asked for, and again after a refusal
because another one was active (`conversation_already_has_active_response`); what belongs to a response that was cut or
is over is late. Bounded memory: the last `REMEMBERED` names.
"""

from collections.abc import Callable

REMEMBERED = 512
"""How many items and responses are remembered, so that a long call stays small."""


class Recent:
    """The last few names seen."""

    __slots__ = ("_most", "_names")

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._names: dict[str, None] = {}  # in order of age

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def remember(self, name: str) -> bool:
        """Remember `name`; False when it was known."""
        if name in self._names:
            return False
        self._names[name] = None
        if len(self._names) > self._most:
            del self._names[next(iter(self._names))]
        return True

    def forget(self, name: str) -> None:
        """It is of no more interest."""
        self._names.pop(name, None)


class ResponseWriter:
    """The responses of one session."""

    def __init__(self, create: Callable[[], str]) -> None:
        """Nothing asked for yet.

        Args:
            create: sends `response.create` and returns its event id.
        """
        self._create = create
        self._last: str | None = None  # the event id of our last response.create
        self._asked = False  # no response.created has followed it yet
        self._wished = False
        self._again: str | None = None  # the event id of one that was sent because the one before was not answered
        self._cut = Recent()
        self._ended = Recent()
        self._spoke = Recent()
        self.active: str | None = None
        self.stuck = False
        """Whether the server makes a response that it has not told us of; to be looked at after `refused`."""

    def wish(self) -> None:
        """Ask for a response: now, or when the active one is over."""
        if self.active is not None or self._asked:
            self._wished = True
            return
        self._wished = False
        self._asked = True
        self._last = self._create()

    def ask_again(self) -> None:
        """What was asked for does not begin: ask anew, unless a response is being made."""
        if self.active is None:
            self._wished = False
            self._asked = True
            self._last = self._again = self._create()

    def cut(self, response_id: str) -> bool:
        """Nothing more of this response is wanted, nor what was wished after it; True while it is being made."""
        self._cut.remember(response_id)
        self._wished = False
        return self.active == response_id

    def created(self, response_id: str) -> bool:
        """The server makes a response, asked for or not; False when that was known."""
        if response_id in self._ended or response_id == self.active:
            return False
        self._asked = False
        self.active = response_id
        return True

    def done(self, response_id: str) -> bool:
        """A response is over; False when that was known."""
        if not self._ended.remember(response_id):
            return False
        if self.active == response_id:
            self.active = None
        return True

    def after_done(self) -> None:
        """Ask for what was wished meanwhile."""
        if self._wished and self.active is None:
            self.wish()

    def refused(self, event_id: str | None, *, busy: bool) -> bool:
        """The server refused an event of ours.

        Args:
            event_id: of the event that the error names, if it names one.
            busy: because another response is active; then ours is asked for again when that one is over.

        Returns:
            Whether it was our `response.create`.
        """
        self.stuck = False
        ours = self._last is not None and (event_id == self._last or (event_id is None and busy))
        if ours:
            self._asked = False
            # Busy after asking anew: the first one is being answered after all, and one answer is enough; unless we
            # were never told that it began, for then it is stuck and must be cancelled.
            anew = self._last == self._again
            self.stuck = busy and anew and self.active is None
            self._wished = self._wished or (busy and (self.stuck or not anew))
        return ours

    def is_late(self, response_id: str) -> bool:
        """Whether audio of this response is not wanted any more."""
        return response_id in self._cut or response_id in self._ended

    def is_cut(self, response_id: str) -> bool:
        """Whether the response was cut by us."""
        return response_id in self._cut

    def speaks(self, response_id: str) -> None:
        """There is audio in this response."""
        self._spoke.remember(response_id)

    def take_spoke(self, response_id: str) -> bool:
        """Whether there was audio in a response that is over; asked once."""
        spoke = response_id in self._spoke
        self._spoke.forget(response_id)
        return spoke
