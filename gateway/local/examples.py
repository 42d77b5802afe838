"""The example restaurants for whoever tries the gateway out: what to say to them, and copies that are always open.

The examples have hours, holidays and limits on calls as real restaurants have them; a demo at midnight must not be told
that they are closed, and who tries them out rings often. Rule kept here: a copy differs from what ships in these and in
what is added to it, in nothing else.
"""

import re
import shutil
from pathlib import Path

from gateway.orders.availability import DAYS
from gateway.orders.restaurant import Restaurant
from gateway.orders.restaurant_files import SETTINGS, SHIPPED, load_restaurants

SCRIPT = "demo.txt"
_TIMETABLE = re.compile(r"^\[(?:hours|holidays)\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
_EVERY_CALL = """\
max_calls = 100_000
max_calls_of_caller = 1_000
max_calls_of_caller_hourly = 100_000
max_withheld_calls = 1_000
max_hang_ups = 1_000

"""
_EVERY_HOUR = "[hours]\n" + "".join(f'{day} = [{{ open = "00:00", close = "24:00" }}]\n' for day in DAYS)


def examples() -> dict[str, Restaurant]:
    """The example restaurants by id, in the order in which they are listed."""
    return {restaurant.id: restaurant for restaurant in load_restaurants(SHIPPED, {})}


def demo_script(restaurant_id: str) -> tuple[str, ...]:
    """What the caller of the demo says to an example restaurant, a line at a time.

    Raises:
        OSError: there is no such example.
    """
    lines = (SHIPPED / restaurant_id / SCRIPT).read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def opened(settings: str) -> str:
    """The text of a `restaurant.toml`, open at every hour of every day."""
    return f"{_TIMETABLE.sub('', settings).rstrip()}\n\n{_EVERY_HOUR}"


def copy_examples(folder: Path, added: str = "") -> Path:
    """Copy the example restaurants into a folder, open at every hour, however often one rings.

    Args:
        folder: is made, if it is not there.
        added: TOML to add to the settings of each, such as its POS.

    Returns:
        The folder.
    """
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    for file in folder.glob(f"*/{SETTINGS}"):
        settings = opened(file.read_text(encoding="utf-8"))
        file.write_text(f"{_EVERY_CALL}{settings}\n{added}", encoding="utf-8")
    return folder
