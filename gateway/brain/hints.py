"""What a caller is likely to say, as hints for a recogniser that knows no menu: names and short answers. Pure."""

from gateway.orders.menu import Menu
from gateway.orders.restaurant import Language

_ANSWERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "yes", "no", "that's all", "pickup", "delivery", "for pickup", "for delivery", "actually", "make that",
        "without", "extra", "half", "as soon as possible", "my name is", "allergic", "a person, please", "español",
    ),
    "es": (
        "sí", "no", "eso es todo", "para recoger", "a domicilio", "mejor", "sin", "extra", "mitad", "lo antes posible",
        "me llamo", "a nombre de", "alergia", "alérgico", "alérgica", "una persona, por favor", "English",
    ),
}  # fmt: skip


def hints(menu: Menu, language: Language) -> tuple[str, ...]:
    """Short answers, dishes, sizes and choices, the likeliest first: a recogniser takes a limited number.

    Args:
        menu: the restaurant's.
        language: of the answers; names are the menu's own.
    """
    dishes = [name for item in menu.items for name in (item.spoken_name, *item.spoken)]
    sizes = [name for sort in menu.dimensions for option in sort.options for name in (option.name, *option.spoken)]
    options = [option for group in menu.modifier_groups for option in group.options]
    choices = [name for option in options for name in (option.name, *option.spoken)]
    return tuple(dict.fromkeys(name for name in (*_ANSWERS[language], *dishes, *sizes, *choices) if name))
