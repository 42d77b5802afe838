"""Hints for a recogniser that knows no menu."""

import pytest

from gateway.brain.hints import hints
from gateway.orders.restaurant_files import SHIPPED, load_restaurants


@pytest.mark.parametrize("language", ["en", "es"])
def test_hints_have_the_answers_first_then_dishes_sizes_and_choices(language: str) -> None:
    found = hints(load_restaurants(SHIPPED, {})[0].menu, language)  # type: ignore[arg-type]  # one of two
    assert found[:2] == (("yes", "no") if language == "en" else ("sí", "no"))
    assert len(found) == len(set(found))
    for name in ("Margherita", "large", "jalapeno"):
        assert name.casefold() in {hint.casefold() for hint in found}
