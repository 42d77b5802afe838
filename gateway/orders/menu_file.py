"""Reading `menu.json`: the door through which a menu comes in, with every mistake named at once.

Rules kept here: a menu that gets through is whole - every reference holds, every required choice can be made, every
price is known or none is; a menu that does not is refused with all of its problems, those of form and those of sense.
What only looks odd is advice and refuses nothing.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from gateway.orders.menu import Menu
from gateway.orders.menus.advice import advice
from gateway.orders.menus.entries import Entries
from gateway.orders.menus.json_text import MenuErrors, read_object
from gateway.orders.menus.plain_listing import is_plain_listing, listing_advice, read_plain_listing
from gateway.orders.menus.problems import Problem, problems_of
from gateway.orders.menus.rules import check

__all__ = ["MenuErrors", "MenuReport", "examine_menu", "load_menu", "read_menu"]


@dataclass(frozen=True, slots=True)
class MenuReport:
    """All that there is to say about one menu file.

    Attributes:
        menu: what was read; None when there are errors.
        errors: refuse the menu.
        warnings: look odd, and refuse nothing.
    """

    menu: Menu | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def load_menu(text: str, where: str) -> Menu:
    """Read a menu in the product's own format.

    Args:
        text: the JSON text.
        where: what to call it in messages, such as its path.

    Raises:
        MenuErrors: with all problems, each with its path in the file, the reason and a fix.
    """
    return _load(read_object(text, where), where)


def read_menu(text: str, where: str) -> Menu:
    """Read a menu in either format: the product's own, or a plain listing without prices, told apart by their shape.

    Args:
        text: the JSON text.
        where: what to call it in messages, such as its path.

    Raises:
        MenuErrors: with all problems, each with its path in the file, the reason and a fix.
    """
    raw = read_object(text, where)
    return read_plain_listing(raw, where) if is_plain_listing(raw) else _load(raw, where)


def examine_menu(text: str, where: str) -> MenuReport:
    """All errors and all warnings of a menu in either format. Slower than reading it: every two names are compared.

    Args:
        text: the JSON text.
        where: what to call it in messages, such as its path.
    """
    try:
        raw = read_object(text, where)
    except MenuErrors as errors:
        return MenuReport(None, errors.problems, ())
    plain = is_plain_listing(raw)
    warnings = tuple(listing_advice(raw) if plain else advice(Entries.of(raw)))
    try:
        menu = read_plain_listing(raw, where) if plain else _load(raw, where)
    except MenuErrors as errors:
        return MenuReport(None, errors.problems, warnings)
    return MenuReport(menu, (), warnings)


def _load(raw: dict[str, object], where: str) -> Menu:
    form: list[Problem] = []
    menu: Menu | None = None
    try:
        menu = Menu.model_validate(raw)
    except ValidationError as error:
        form = problems_of(error)
    # What is well formed is checked for sense even beside what is not, so that one run shows everything.
    problems = [*form, *check(Entries.of(raw))]
    if menu is None or problems:
        raise MenuErrors(where, problems)
    return menu
