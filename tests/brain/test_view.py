"""What of a conversation is still to be dealt with."""

from gateway.brain.mind import Prompt, Said
from gateway.brain.view import view_of
from gateway.call.prompts import ACTED_ON, RECOVERED_NOTE


def prompt(*said: tuple[str, str]) -> Prompt:
    history = tuple(Said(f"item{at}", role, text) for at, (role, text) in enumerate(said))  # type: ignore[arg-type]  # roles
    return Prompt("", None, (), "auto", history)


def test_what_another_model_has_carried_out_is_dealt_with_and_what_comes_after_is_not() -> None:
    before = (("assistant", "Anything else?"), ("user", "Three Sprites."))
    assert view_of(prompt(*before, ("system", RECOVERED_NOTE))).words == "Three Sprites."
    acted = (*before, ("system", f"{RECOVERED_NOTE} {ACTED_ON}"))
    view = view_of(prompt(*acted))
    assert (view.words, view.dealt) == ("", "Three Sprites.")
    assert view_of(prompt(*acted, ("user", "And a Coke."))).words == "And a Coke."
