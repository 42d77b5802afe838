"""What the brain makes of a menu, once per menu: a processor for words, phrases for the recogniser. Pure."""

from functools import lru_cache

from gateway.brain.spoken_menu import SpokenMenu, Topic, phrases_for
from gateway.orders.menu import Menu
from gateway.orders.processor import OrderProcessor

_TOPICS = {
    "name": Topic.NAME,
    "fulfilment": Topic.FULFILMENT,
    "address": Topic.ADDRESS,
    "read_back": Topic.CONFIRMING,
    "held_order": Topic.CONFIRMING,
}


@lru_cache(maxsize=16)
def _processor(menu_json: str) -> OrderProcessor:
    return OrderProcessor(Menu.model_validate_json(menu_json))


def processor_for(menu: Menu) -> OrderProcessor:
    """The processor of a menu, built once per content."""
    return _processor(menu.model_dump_json())


def expected(asked: str | None, menu: Menu | None) -> tuple[str, ...]:
    """What a caller may say to a question (a topic of the intents), phrases for the recogniser."""
    topic = _TOPICS.get(asked or "", Topic.ORDERING)
    return phrases_for(topic, SpokenMenu() if menu is None else _spoken(menu.model_dump_json()))


@lru_cache(maxsize=16)
def _spoken(menu_json: str) -> SpokenMenu:
    menu = Menu.model_validate_json(menu_json)
    return SpokenMenu(
        items=tuple(name for item in menu.items for name in (item.spoken_name, *item.spoken)),
        variations=tuple(
            name for d in menu.dimensions for option in d.options for name in (option.name, *option.spoken)
        ),
        modifiers=tuple(
            name for g in menu.modifier_groups for option in g.options for name in (option.name, *option.spoken)
        ),
    )


class Filled:
    """A sentence with a place for the answer: "a large [pizza] with basil" and "pepperoni"."""

    def __init__(self, sentence: str, span: tuple[int, int]) -> None:
        self._sentence, self._span = sentence, span

    def __call__(self, answer: str) -> str:
        """The sentence with the answer in its place."""
        start, end = self._span
        return f"{self._sentence[:start]}{answer}{self._sentence[end:]}"
