"""`gateway pos rotate-secret`: a new signing secret, and how to change over to it without losing a message.

It changes nothing by itself: secrets stand in the environment of the processes, and `restaurant.toml` names the
variables (`secrets = ["env:NAME"]`, the newest first). A secret that stands in the file itself is never printed.
"""

import base64
import re
import secrets
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.houses import Folder
from gateway.cli.terminal import fail, out
from gateway.orders.restaurant_files import SETTINGS, SHIPPED

ENV = "env:"
_MOST = 2
_COUNTED = re.compile(r"(.+?)_(\d{1,4})")

Whose = Annotated[str, typer.Argument(metavar="RESTAURANT", help="The restaurant's id: the name of its folder.")]


def new_secret() -> str:
    """A signing secret as Standard Webhooks has them: `whsec_` and base64 of 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def rotate_secret(
    restaurant: Whose,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="The POS knows the new one: end the change.")] = False,
    restaurants: Folder = None,
) -> None:
    """Make a new signing secret for a restaurant's POS, and print what to write where. Nothing is changed by it."""
    file = (restaurants or SHIPPED) / restaurant / SETTINGS
    named = _named(file)
    if drop_old:
        _print_end(file, named)
    else:
        _print_beginning(restaurant, file, named)


def _named(file: Path) -> list[str]:
    """The secrets of a file as they stand there; none without a POS."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not TOML"
        fail(f"{file}: {reason}")
    pos = values.get("pos", {})
    named = pos.get("secrets", []) if isinstance(pos, dict) else []
    if isinstance(pos, dict) and pos.get("system", "neutral") != "neutral" and not named:
        fail(f"orders go to {pos['system']} by a token of its own; renew it there, and set it in the environment")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        fail(f"{file}: pos.secrets is not a list of texts; `gateway check` says more")
    return named


def _print_beginning(restaurant: str, file: Path, named: list[str]) -> None:
    if len(named) >= _MOST:
        fail("two secrets are active, so a change is under way: end it with --drop-old, then begin the next")
    base = restaurant.upper().replace("-", "_") + "_POS_SECRET"
    old = [one.removeprefix(ENV) if one.startswith(ENV) else base for one in named]
    new = _next(old[0]) if old else base
    out.print("1. Where the gateway and its worker take their environment from:")
    _copied(f"export {new}={new_secret()}")
    if named and not named[0].startswith(ENV):
        out.print(f"   and {old[0]} to the secret that stands in the file now, which is no place for it.")
    out.print(f"\n2. In {file}:", soft_wrap=True)
    _copied("[pos]", _line([new, *old]))
    out.print("\n3. Restart: `kill -HUP` the gateway, and start its worker anew.")
    if not old:
        out.print("\nThe POS verifies every message with this secret, and signs with it what it tells the gateway.")
        return
    out.print(
        "\nFrom then on every message carries two signatures, and the POS may sign with either secret: nothing is "
        "lost while it knows the old one only. Give it the new one. When it verifies with that:\n"
    )
    _copied(f"gateway pos rotate-secret {restaurant} --drop-old")


def _print_end(file: Path, named: list[str]) -> None:
    if len(named) < _MOST:
        fail("only one secret is active, so there is no old one to drop; begin without --drop-old")
    new, *old = named
    if not new.startswith(ENV):
        fail("the new secret stands in the file itself: move it to the environment, and name it there as env:NAME")
    out.print(f"1. In {file}:", soft_wrap=True)
    _copied("[pos]", _line([new.removeprefix(ENV)]))
    out.print("\n2. Restart: `kill -HUP` the gateway, and start its worker anew.")
    out.print("\n3. Take out of the environment, where it stands there:")
    _copied(*(f"unset {one.removeprefix(ENV)}" for one in old if one.startswith(ENV)))


def _next(name: str) -> str:
    """The variable for the next secret: POS_SECRET, POS_SECRET_2, POS_SECRET_3."""
    counted = _COUNTED.fullmatch(name)
    return f"{name}_2" if counted is None else f"{counted[1]}_{int(counted[2]) + 1}"


def _line(names: list[str]) -> str:
    return "secrets = [" + ", ".join(f'"{ENV}{name}"' for name in names) + "]"


def _copied(*lines: str) -> None:
    """Lines that are to be copied: never wrapped."""
    for line in lines:
        out.print(f"   {line}", markup=False, soft_wrap=True)
