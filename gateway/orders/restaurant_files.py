"""Reading the restaurants: a folder with one folder for each, and in it `restaurant.toml` and `menu.json`.

Rules kept here: all problems of all files at once, so that the process never starts half-configured; a value "env:NAME"
is taken from the environment that is passed in, so that secrets need not stand in files; secrets are never repeated.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gateway.orders.menu import Menu
from gateway.orders.menu_file import MenuErrors, read_menu
from gateway.orders.menus.problems import Problem, problems_of
from gateway.orders.restaurant import Restaurant

SETTINGS, MENU = "restaurant.toml", "menu.json"
SHIPPED = Path(__file__).parent.parent / "restaurants"
_ENV = "env:"


@dataclass(frozen=True, slots=True)
class RestaurantProblem:
    """One mistake in one file."""

    file: Path
    path: str
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}: {Problem(self.path, self.reason, self.fix)}"


class RestaurantErrors(Exception):  # noqa: N818 - it carries all of them
    """Restaurants that cannot be served. `problems` says everything that is wrong with their files."""

    def __init__(self, problems: Iterable[RestaurantProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What came out of one folder; `numbers` as they stand in the file, be it right or not."""

    home: Path
    restaurant: Restaurant | None
    numbers: tuple[str, ...]
    problems: list[RestaurantProblem]


def load_restaurants(folder: Path, environment: Mapping[str, str]) -> tuple[Restaurant, ...]:
    """Read every restaurant, in the order of their `order` and then their ids.

    Args:
        folder: holds one folder per restaurant, named by its id; hidden folders and folders with neither file are
            passed over. `SHIPPED` holds the examples.
        environment: where "env:NAME" is looked up.

    Raises:
        RestaurantErrors: with all problems of all files.
    """
    if not folder.is_dir():
        raise RestaurantErrors([_no_restaurant(folder, "no such folder")])
    homes = [
        home
        for home in sorted(folder.iterdir())
        if not home.name.startswith(".") and ((home / SETTINGS).exists() or (home / MENU).exists())
    ]
    if not homes:
        raise RestaurantErrors([_no_restaurant(folder, "no restaurant in this folder")])
    loaded = [_load(home, environment) for home in homes]
    problems = [problem for one in loaded for problem in one.problems]
    problems += _shared_numbers(loaded)
    if problems:
        raise RestaurantErrors(problems)
    restaurants = [one.restaurant for one in loaded if one.restaurant is not None]
    return tuple(sorted(restaurants, key=lambda restaurant: (restaurant.order, restaurant.id)))


def _load(home: Path, environment: Mapping[str, str]) -> _Loaded:
    settings, menu = home / SETTINGS, home / MENU
    problems: list[RestaurantProblem] = []
    values, settings_problems = _read_settings(settings, environment)
    parsed, menu_problems = _read_menu(menu)
    problems += [_located(settings, problem) for problem in settings_problems]
    problems += [_located(menu, problem) for problem in menu_problems]
    if values is None:
        return _Loaded(home, None, (), problems)
    numbers = values.get("numbers")
    claimed = tuple(map(str, numbers)) if isinstance(numbers, list) else ()
    if "id" in values or "menu" in values:
        fix = "remove them: the folder's name is the id, and the menu stands in menu.json"
        problems.append(RestaurantProblem(settings, "", "id and menu do not belong here", fix))
    try:
        restaurant = Restaurant.model_validate({**values, "id": home.name, "menu": parsed})
    except ValidationError as error:
        # A menu that could not be read and a variable that is not set have told their problems already.
        told = {"menu", *(problem.path for problem in settings_problems)}
        problems += [_located(settings, problem) for problem in problems_of(error) if problem.path not in told]
        return _Loaded(home, None, claimed, problems)
    return _Loaded(home, restaurant, claimed, problems)


def _read_settings(file: Path, environment: Mapping[str, str]) -> tuple[dict[str, object] | None, list[Problem]]:
    text, problems = _read_text(file)
    if text is None:
        return None, problems
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The message names the place and what was expected there, not the value.
        return None, [Problem("", f"not TOML: {error}", "correct it there")]
    missing: list[Problem] = []
    resolved = {name: _resolved(value, name, environment, missing) for name, value in values.items()}
    return resolved, missing


def _read_menu(file: Path) -> tuple[Menu | None, list[Problem]]:
    text, problems = _read_text(file)
    if text is None:
        return None, problems
    try:
        menu = read_menu(text, str(file))
    except MenuErrors as errors:
        return None, list(errors.problems)
    if not menu.priced:
        return None, [Problem("items", "a listing without prices cannot be sold from", "write every price in cents")]
    return menu, []


def _read_text(file: Path) -> tuple[str | None, list[Problem]]:
    try:
        return file.read_text(encoding="utf-8"), []
    except UnicodeDecodeError:
        return None, [Problem("", "not UTF-8 text", "save it as UTF-8")]
    except OSError as error:
        return None, [Problem("", f"cannot be read: {error.strerror}", "add the file, or make it readable")]


def _resolved(value: object, path: str, environment: Mapping[str, str], missing: list[Problem]) -> object:
    """The value with every "env:NAME" in it replaced; names that are not set are noted."""
    match value:
        case str() if value.startswith(_ENV):
            name = value.removeprefix(_ENV)
            if not environment.get(name):
                missing.append(Problem(path, f"the environment variable {name} is not set", "set it"))
            return environment.get(name, "")
        case dict():
            return {key: _resolved(entry, f"{path}.{key}", environment, missing) for key, entry in value.items()}
        case list():
            return [_resolved(entry, f"{path}[{at}]", environment, missing) for at, entry in enumerate(value)]
        case _:
            return value


def _shared_numbers(loaded: Iterable[_Loaded]) -> Iterable[RestaurantProblem]:
    """A called number must name one restaurant."""
    answered: dict[str, Path] = {}
    for one in loaded:
        for at, number in enumerate(one.numbers):
            other = answered.setdefault(number, one.home)
            if other != one.home:
                reason = f"{other.name} answers this number too"
                fix = "give each number to one restaurant"
                yield RestaurantProblem(one.home / SETTINGS, f"numbers[{at}]", reason, fix)


def _located(file: Path, problem: Problem) -> RestaurantProblem:
    return RestaurantProblem(file, problem.path, problem.reason, problem.fix)


def _no_restaurant(folder: Path, reason: str) -> RestaurantProblem:
    fix = f"name a folder that holds one folder per restaurant, with {SETTINGS} and {MENU}"
    return RestaurantProblem(folder, "", reason, fix)
