"""What is wrong in a file that people write, each with where, why, and what to do about it.

Rules kept here: all problems of a file at once; the value itself is never repeated, for it may be a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

# Parts of pydantic's location that name a branch of ours and not a place in the file.
_BRANCHES = frozenset({"cents", "by_variation", "[key]"})
_FIXES: Mapping[str, str] = {
    "missing": "add it",
    "extra_forbidden": "remove it, or correct its spelling",
    "int_type": "write a whole number; money is in cents, 900 for 9.00",
    "int_from_float": "write a whole number; money is in cents, 900 for 9.00",
    "string_type": "write text in quotes",
    "bool_type": "write true or false",
    "too_short": "add at least one entry",
    "literal_error": "use one of the values allowed",
    "string_pattern_mismatch": "write it in the form described",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: `path` leads to it inside the file (`items[3].price`), `fix` says what to do."""

    path: str
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path or 'the file'}: {self.reason} ({self.fix})"


def problems_of(error: ValidationError) -> list[Problem]:
    """Every mistake that pydantic found, without the values it found it in."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return [_problem(detail) for detail in details if not _follows_from_another(detail, details)]


def path_of(location: tuple[int | str, ...]) -> str:
    """`("items", 3, "price")` as `items[3].price`."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step not in _BRANCHES:
            path += f".{step}" if path else step
    return path


def _problem(detail: ErrorDetails) -> Problem:
    reason = detail["msg"].removeprefix("Value error, ")
    return Problem(path_of(detail["loc"]), reason, _FIXES.get(detail["type"], "correct it"))


def _follows_from_another(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """A list whose entries are all wrong is also reported as too short, which is not what its author must fix."""
    here = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(here) and other["loc"][: len(here)] == here for other in details
    )
