"""What the POS simulator understands, and what it says to the rest."""

import pytest

from gateway.local.pos import Fault
from gateway.local.pos_wishes import HELP, Move, Say, Spoil, Tell, Wish, WishError, read_wish


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("ok", Spoil(None)),
        ("fail", Spoil(Fault("status", status=500))),
        ("FAIL 503 3", Spoil(Fault("status", status=503, times=3))),
        ("fail always kept", Spoil(Fault("status", status=500, times=None, keeps=True))),
        ("gone", Spoil(Fault("status", status=410))),
        ("slow", Spoil(Fault("slow", seconds=3))),
        ("slow 0.5 2", Spoil(Fault("slow", seconds=0.5, times=2))),
        ("hang always", Spoil(Fault("hang", times=None))),
        ("half kept", Spoil(Fault("half", keeps=True))),
        ("say accepted", Say(("accepted",))),
        ("say preparing ready reordered twice", Say(("preparing", "ready"), twice=True, reordered=True)),
        ("auto accepted", Say(("accepted",), every=True)),
        ("auto off", Say((), every=True)),
        ("gateway http://127.0.0.1:9/Path/", Move("http://127.0.0.1:9/Path")),
        ("state", Tell("state")),
        ("", Tell("help")),
        ("?", Tell("help")),
    ],
)
def test_what_is_understood(line: str, wish: Wish) -> None:
    assert read_wish(line) == wish


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("explode", "nothing is called 'explode'; `help` lists"),
        ("ok now", "nothing is called 'ok now'"),
        ("fail 200", "200 is no failure"),
        ("fail 503 often", "'often' is not understood there"),
        ("hang 0", "'0' is not understood there"),
        ("slow 0", "seconds above 0"),
        ("slow nan", "'nan' is not understood"),
        ("slow 99999", "up to 600"),
        ("say", "say one or more of accepted"),
        ("say cooked", "say one or more of accepted"),
        ("say off", "say one or more of accepted"),
        ("gateway", "say where the gateway is"),
        ("gateway ftp://h", "say where the gateway is"),
    ],
)
def test_what_is_not_understood_is_told_with_what_is(line: str, reason: str) -> None:
    with pytest.raises(WishError, match=reason.replace("?", r"\?")):
        read_wish(line)


def test_help_names_every_verb_and_fits_a_terminal() -> None:
    assert all(len(line) <= 80 for line in HELP.splitlines())
    for example in ("fail 503 3", "hang always", "say accepted preparing ready twice"):
        assert example in HELP
        read_wish(example)


def test_calls_that_are_sent_twice_or_in_another_order() -> None:
    say = Say(("accepted", "ready"), twice=True, reordered=True)
    assert say.calls == (("ready", 1), ("ready", 1), ("accepted", 0), ("accepted", 0))
