"""`gateway 86`: what the restaurant's people say has run out is in the store, and a mistake of theirs is one line."""

from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from gateway.cli import app
from gateway.cli.eighty_six import _next
from gateway.orders.restaurant_files import SHIPPED, load_restaurants
from tests.cli.width import set_width

runner = CliRunner()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> None:
    set_width(monkeypatch, 200)
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.delenv("RESTAURANTS_DIR", raising=False)
    for item in ("tiramisu", "mushrooms"):
        run("back", "casa-verde", item)
    run("quote", "casa-verde")


def run(*words: str, status: int = 0) -> str:
    result = runner.invoke(app, ["86", *words])
    assert result.exit_code == status, result.output
    return " ".join((result.stdout if status == 0 else result.stderr).split())


def test_out_and_back() -> None:
    assert "Nothing is sold out. An order takes 20 minutes." in run("list", "casa-verde")
    assert run("out", "casa-verde", "Tiramisu") == "tiramisu is sold out until it is back."
    assert "toppings/mushroom is sold out until" in run("out", "casa-verde", "mushrooms", "--until", "23:59")
    listed = run("list", "casa-verde")
    assert "tiramisu │ it is back" in listed
    assert "toppings/mushroom │" in listed
    assert run("back", "casa-verde", "tiramisu") == "tiramisu is back."
    assert run("back", "casa-verde", "tiramisu") == "tiramisu was not sold out."
    assert "tiramisu" not in run("list", "casa-verde")


def test_the_quote_time() -> None:
    assert run("quote", "casa-verde", "45") == "An order takes 45 minutes."
    assert "An order takes 45 minutes." in run("list", "casa-verde")
    assert run("quote", "casa-verde") == "An order takes 20 minutes."


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("list", "elsewhere"), "there is no restaurant elsewhere; there are casa-verde"),
        (("out", "casa-verde", "caviar"), "nothing on the menu is called caviar; items are margherita"),
        (("out", "casa-verde", "tiramisu", "--until", "soon"), "soon is no time of day: write HH:MM"),
        (("list", "casa-verde", "--redis-url", "redis://127.0.0.1:1/0"), "the store cannot be used"),
        (("list", "casa-verde", "--restaurants", "/nowhere"), "nowhere"),
    ],
)
def test_mistakes(words: tuple[str, ...], reason: str) -> None:
    assert reason in run(*words, status=1)


def test_a_time_of_day_is_the_next_one_by_the_restaurants_clock() -> None:
    house = load_restaurants(SHIPPED, {})[0]
    noon = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)  # in New York
    assert _next("12:30", house, noon) == datetime(2026, 11, 18, 17, 30, tzinfo=UTC)
    assert _next("11:30", house, noon) == datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
    with pytest.raises(typer.Exit):
        _next("25:00", house, noon)
