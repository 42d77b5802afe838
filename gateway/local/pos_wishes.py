"""What the POS simulator can be told: a line of words each, the same at the start, while it runs and over HTTP. Pure.

`fail 503 2` answers the next two messages with 503; `say accepted ready reordered` tells the gateway how far the latest
order is, in the wrong order. `HELP` lists them all.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast, get_args

from gateway.local.pos import Fault
from gateway.pos.inbound import PosStatus

HELP = """\
what it makes of the next message, of N or `always`; `kept`: keeps it anyway
  ok                              answers 204 again
  fail [STATUS] [N] [kept]        answers with a status: 500, or another
  gone                            answers 410: send nothing more
  slow [SECONDS] [N]              answers 204 late: 3 seconds, or others
  hang [N] [kept]                 never answers
  half [N] [kept]                 breaks the answer off in the middle
what it tells the gateway: accepted preparing ready completed rejected cancelled
  say STATUS... [twice] [reordered]    of the latest order
  auto STATUS... [twice] [reordered]   of every order from now on; `auto off`
  gateway URL                          where the gateway is
  state                                what came, and what happens next
for example: fail 503 3   hang always   say accepted preparing ready twice"""

_STATUSES = frozenset(get_args(PosStatus))
_SLOWEST_S = 600.0


class WishError(ValueError):
    """A line cannot be carried out; the message says what can be."""


@dataclass(frozen=True, slots=True)
class Spoil:
    """Something goes wrong with the next messages; a `fault` of None: nothing any more."""

    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the gateway how far an order is.

    Attributes:
        statuses: one call each, in the kitchen's order.
        twice: each call is sent a second time, with the same webhook-id.
        reordered: the last is sent first.
        every: for all orders from now on; without it, for the latest. No statuses and `every`: for none any more.
    """

    statuses: tuple[PosStatus, ...]
    twice: bool = False
    reordered: bool = False
    every: bool = False

    @property
    def calls(self) -> tuple[tuple[PosStatus, int], ...]:
        """The calls as they are sent: status, and the place of the call's id; what is sent twice has one id."""
        numbered = [(status, place) for place, status in enumerate(self.statuses)]
        ordered = numbered[::-1] if self.reordered else numbered
        return tuple(call for call in ordered for _ in range(2 if self.twice else 1))


@dataclass(frozen=True, slots=True)
class Move:
    """The gateway is there from now on."""

    url: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Something is asked of the simulator itself: its state, or what it can be told."""

    what: str


Wish = Spoil | Say | Move | Tell


def read_wish(line: str) -> Wish:
    """What a line wants.

    Raises:
        WishError: it is none of `HELP`.
    """
    verb, *words = line.lower().split() or ["help"]
    if verb in ("help", "state", "?") and not words:
        return Tell("state" if verb == "state" else "help")
    if verb == "gateway":
        return Move(_url(line.split()[1:]))
    if verb in ("say", "auto"):
        return _say(words, every=verb == "auto")
    if verb == "ok" and not words:
        return Spoil(None)
    make = _FAULTS.get(verb)
    if make is None:
        raise WishError(f"nothing is called {line.strip()[:40]!r}; `help` lists what there is")
    return Spoil(make(words))


def _fail(words: list[str]) -> Fault:
    status = _whole(words.pop(0)) if words and words[0].isdecimal() else 500
    if not 300 <= status <= 599:
        raise WishError(f"{status} is no failure: give a status from 300 to 599, such as `fail 503 2`")
    return _often(Fault("status", status=status), words)


def _gone(words: list[str]) -> Fault:
    return _often(Fault("status", status=410), words)


def _slow(words: list[str]) -> Fault:
    seconds = 3.0
    if words and (given := _number(words[0])) is not None:
        seconds = given
        del words[0]
    if not 0 < seconds <= _SLOWEST_S:
        raise WishError(f"give seconds above 0 and up to {_SLOWEST_S:.0f}, such as `slow 2.5`")
    return _often(Fault("slow", seconds=seconds), words)


def _hang(words: list[str]) -> Fault:
    return _often(Fault("hang"), words)


def _half(words: list[str]) -> Fault:
    return _often(Fault("half"), words)


_FAULTS: Mapping[str, Callable[[list[str]], Fault]] = {
    "fail": _fail,
    "gone": _gone,
    "slow": _slow,
    "hang": _hang,
    "half": _half,
}


def _often(fault: Fault, words: list[str]) -> Fault:
    """The fault with how often it happens and whether it keeps what it spoils."""
    for word in words:
        if word == "kept":
            fault.keeps = True
        elif word == "always":
            fault.times = None
        elif word.isdecimal() and _whole(word) >= 1:
            fault.times = _whole(word)
        else:
            raise WishError(f"{word[:40]!r} is not understood there: a number of times, `always` or `kept`")
    return fault


def _say(words: list[str], *, every: bool) -> Say:
    if every and words == ["off"]:
        return Say((), every=True)
    ways = {"twice", "reordered"} & set(words)
    statuses = [word for word in words if word not in ways]
    if not statuses or not _STATUSES.issuperset(statuses):
        raise WishError(f"say one or more of {', '.join(get_args(PosStatus))}")
    return Say(
        tuple(cast("PosStatus", status) for status in statuses),
        twice="twice" in ways,
        reordered="reordered" in ways,
        every=every,
    )


def _url(words: list[str]) -> str:
    if len(words) != 1 or not words[0].startswith(("http://", "https://")):
        raise WishError("say where the gateway is, such as `gateway http://127.0.0.1:8000`")
    return words[0].rstrip("/")


def _whole(word: str) -> int:
    return int(word[:6])


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
