from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from gateway.orders.menus.problems import Problem, path_of, problems_of


class Small(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int
    secret: SecretStr = SecretStr("")
    names: tuple["Small", ...] = ()

    @field_validator("secret")
    @classmethod
    def _never(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            raise ValueError("not a good one")
        return value


def problems(value: object) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        Small.model_validate(value)
    return problems_of(caught.value)


def test_every_problem_has_its_place_its_reason_and_a_fix() -> None:
    assert problems({"cuont": 1}) == [
        Problem("count", "Field required", "add it"),
        Problem("cuont", "Extra inputs are not permitted", "remove it, or correct its spelling"),
    ]
    assert problems({"count": 1, "names": [{"count": 1}, {}]}) == [
        Problem("names[1].count", "Field required", "add it")
    ]


def test_a_value_is_never_repeated() -> None:
    found = problems({"count": 1, "secret": "whsec_geheim"})
    assert found == [Problem("secret", "not a good one", "correct it")]
    assert "geheim" not in str(found)


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem("a.b", "is wrong", "correct it")) == "a.b: is wrong (correct it)"
    assert str(Problem("", "is wrong", "correct it")) == "the file: is wrong (correct it)"


def test_a_path_leaves_out_our_own_branches() -> None:
    assert path_of(("items", 3, "price", "by_variation", "small")) == "items[3].price.small"
    assert path_of(("hours", "monday", "[key]")) == "hours.monday"
    assert path_of(()) == ""


def test_a_list_is_not_too_short_when_its_entries_are_what_is_wrong() -> None:
    class Strict(BaseModel):
        names: Annotated[tuple[Small, ...], Field(min_length=1)]
        others: Annotated[tuple[Small, ...], Field(min_length=1)]

    with pytest.raises(ValidationError) as caught:
        Strict.model_validate({"names": [{}], "others": []})
    assert [problem.path for problem in problems_of(caught.value)] == ["names[0].count", "others"]
