"""A caller on the telephone: rings, talks, rings again when the line was lost, and what came of it.

Rules: the caller hangs up only after hearing that the order is placed, or when nobody speaks any more; a call that
ended without that is rung again, as people do, and how often is written down.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.local.phone import Phone
from gateway.local.phone_line import Line
from gateway.local.phone_record import CallRecord
from gateway.local.phone_setup import DialOutcome, Faults, tone_voice
from infra.chaos.customer import Customer, Mood, is_disclosure, unfinished
from infra.chaos.faults import Kind
from infra.chaos.orders import NUMBERS, STAFF
from infra.chaos.plan import Planned
from infra.chaos.rig import AUTH_TOKEN

QUIET_MS: Final = 400
SAY_NOTHING_S: Final = 7.0
"""So long a caller listens into a silence before saying hello."""
HELLOS: Final = 3
RINGS: Final = 4
"""So often a caller rings at most."""
REDIAL_S: Final = 1.5
CALL_LIMIT_S: Final = 150.0
MS_PER_CHAR: Final = 15.0
"""Of the caller's and of Twilio's own voice: words need not last."""
SHORTEST_MS: Final = 300
"""A caller's shortest word lasts so long: what is over sooner is a click, to the gateway's ear as to a person's."""
END_S: Final = 10.0
"""So long a caller waits for the other side to hang up."""


class Switchboard(Mapping[str, DialOutcome]):
    """The restaurant's telephones: somebody answers at once. `rang` is set when one was dialled."""

    def __init__(self) -> None:
        self.rang = False

    def __getitem__(self, number: str) -> DialOutcome:
        if number not in STAFF.values():
            raise KeyError(number)
        self.rang = True
        return DialOutcome("completed", ring_s=0.2, talk_s=0.5)

    def __iter__(self) -> Iterator[str]:
        return iter(STAFF.values())

    def __len__(self) -> int:
        return len(STAFF)


@dataclass(slots=True)
class Rung:
    """One call of a caller.

    Attributes:
        record: what the telephone wrote down; its times count from `began`.
        began: of the event loop's clock.
        handed: it was put through to a person.
        dead: the caller gave up: nobody spoke.
        lost: the fault took the whole line.
    """

    record: CallRecord
    began: float
    handed: bool = False
    dead: bool = False
    lost: bool = False


@dataclass(slots=True)
class Ringing:
    """A caller at work.

    Attributes:
        planned: what was planned.
        customer: what the caller thinks.
        thinks: seconds before each answer.
        calls: those that are over.
        line: the telephone of the one that is on.
        struck_at: when the fault came (the loop's clock); None if it did not.
        struck: what it struck, in words.
        due: set when the fault is to come.
        trouble: an exception of ours, in words.
    """

    planned: Planned
    customer: Customer
    thinks: float = 0.0
    calls: list[Rung] = field(default_factory=list)
    line: Line | None = None
    struck_at: float | None = None
    struck: str = ""
    due: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: str = ""
    _dead: bool = False
    _lost: bool = False
    _timer: asyncio.TimerHandle | None = None

    @property
    def words(self) -> str:
        """What the model's side knows this caller by: what it says first."""
        return self.planned.wanted.lines[0].said

    def lose_line(self) -> None:
        """The whole line is lost: no `stop`, and the call is over."""
        self._lost = True
        if self.line is not None:
            self.line.drop_socket(hang_up=True)

    async def ring(self, url: str) -> None:
        """Ring until the order is placed, a person has taken over, or there is no use."""
        loop = asyncio.get_running_loop()
        for attempt in range(RINGS):
            if attempt:
                await asyncio.sleep(REDIAL_S)
            self._dead = self._lost = False
            self.customer.rings()
            board = Switchboard()
            phone = self._phone(url, board)
            started = loop.time()
            record = await phone.call(self._talk)
            self.line = None
            rung = Rung(record, loop.time() - record.duration_s, board.rang, self._dead, self._lost)
            rung.began = max(rung.began, started)
            self.calls.append(rung)
            self.customer.remembers(" ".join(heard.spoken for heard in record.heard))
            if self.customer.placed or rung.handed or self.customer.mood is Mood.LEAVING:
                break
        if self._timer is not None:
            self._timer.cancel()

    def _phone(self, url: str, board: Switchboard) -> Phone:
        return Phone(
            voice_url=f"{url}/twiml/voice#rc=3&rp=ct,5xx",
            auth_token=AUTH_TOKEN,
            from_number=self.planned.caller,
            to_number=NUMBERS[self.planned.wanted.restaurant],
            status_url=f"{url}/twilio/status",
            voice=tone_voice(MS_PER_CHAR, SHORTEST_MS),
            say_voice=tone_voice(MS_PER_CHAR),
            dial=board,
            faults=Faults(lose_answers=self.planned.fault is Kind.DUPLICATES),
            retry_pause_s=0.3,
            timeout_s=CALL_LIMIT_S,
        )

    # --- on the telephone ---

    async def _talk(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        self.line = line
        if self._timer is None:
            self._timer = loop.call_later(self.planned.moment, self.due.set)
        hellos, heard = 0, ""
        while self.customer.mood is not Mood.LEAVING:
            words = await self._listen(line)
            if self.customer.mood is Mood.WAITING and not words:
                break
            if words:
                hellos, heard = 0, f"{heard} {words}".strip()
            if unfinished(heard) and words:
                continue  # cut off: somebody will go on
            said = self.customer.reply(heard) if words else self.customer.hello()
            if not words:
                hellos += 1
                if hellos > HELLOS:
                    self._dead = True
                    return
            if said:
                heard = ""
                await line.pause(self.thinks)
                await line.say(said)
                if self.customer.yes and said == "Yes.":
                    loop.call_later(self.planned.late, self.due.set)
        line.hang_up()

    async def _listen(self, line: Line) -> str:
        """What the agent says until it is quiet; empty if it says nothing. The disclosure is nothing to answer."""
        limit = END_S if self.customer.mood is Mood.WAITING else SAY_NOTHING_S
        while True:
            try:
                heard = await line.listen_until_quiet(QUIET_MS, limit)
            except TimeoutError:
                try:
                    await line.interrupt_when(0, timeout_s=0.05)
                except TimeoutError:
                    return ""
                continue
            words = " ".join(each.text for each in heard if not is_disclosure(each.text))
            if words:
                return words
