"""`gateway order parse`: utterances in, orders out, whatever stands in between."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.cli.order_input import LONGEST_LINE, BadLine, Utterance, read_utterances
from gateway.cli.order_output import intent_line, intent_record
from gateway.orders.intent import Ambiguity, IntentItem, IntentModifier, OrderIntent
from gateway.orders.menu import Menu
from gateway.orders.restaurant_files import SHIPPED
from tests.cli.conftest import environment
from tests.orders.raw_menus import shipped

runner = CliRunner()
CASA = str(SHIPPED / "casa-verde")
MENU = Menu.model_validate(shipped("casa-verde"))
BURGERS = Menu.model_validate(shipped("hilltop-burger"))
LISTING = {
    "items": [{"id": "tea", "kind": "drink", "names": ["tea", "teas"], "option_groups": ["cup", "add"]}],
    "option_groups": {
        "cup": {"select": "one", "slot": "size", "options": [{"id": "big", "names": ["big"]}]},
        "add": {
            "select": "many",
            "slot": "modifiers",
            "options": [
                {"id": "cane", "names": ["cane sugar"]},
                {"id": "palm", "names": ["palm sugar"]},
                {"id": "cane|palm", "names": ["sugar"], "ambiguous_between": ["cane", "palm"]},
            ],
        },
    },
    "kinds": {"drink": ["drinks"]},
}


def parse(text: str | bytes, *words: str, menu: str = CASA) -> Result:
    return runner.invoke(app, ["order", "parse", "--menu", menu, *words], input=text)


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_plain_lines_are_answered_in_words() -> None:
    result = parse("Two large margheritas with extra cheese, no basil\n\nsix wings, garlic, and a beer\n")
    assert result.exit_code == 0
    # How sure it is of what, is the parser's own test.
    assert re.sub(r"\d+%", "%", result.stdout).splitlines() == [
        "1  add  %  2 large Margherita, extra cheese, no basil",
        "3  add  %  1 6 piece Wings, Garlic [not on the menu: beer]",
    ]


def test_one_json_object_for_each_line() -> None:
    result = parse('{"id": "a-1", "utterance": "two large pepperoni with basil and a coke"}\n', "--jsonl")
    assert result.exit_code == 0
    (record,) = records(result)
    pizza, coke = record["order"].pop("items")
    assert all(0.5 < one.pop("confidence") <= 1 for one in (record, pizza, coke))
    assert record == {"id": "a-1", "intent": "add", "order": {}, "unknown": [], "ambiguous": []}
    basil = {"id": "basil", "group": "toppings", "qualifier": None, "negated": False, "count": 1}
    assert pizza == {
        "menu_item_id": "pepperoni",
        "quantity": 2,
        "options": {"size": "large"},
        "modifiers": [basil],
    }
    assert coke == {"menu_item_id": "coke", "quantity": 1, "options": {}, "modifiers": []}


def test_a_plain_listing_is_parsed_against_as_well(tmp_path: Path) -> None:
    (tmp_path / "listing.json").write_text(json.dumps(LISTING))
    (record,) = records(parse("three big teas with sugar", "--jsonl", menu=str(tmp_path / "listing.json")))
    (item,) = record["order"]["items"]
    assert (item["menu_item_id"], item["quantity"], item["options"]) == ("tea", 3, {"size": "big"})
    assert item["modifiers"][0]["ambiguous_between"] == ["cane", "palm"]
    assert record["ambiguous"] == [{"text": "sugar", "ambiguous_between": ["cane", "palm"]}]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": "x", "utterance": "a coke"', "not JSON"),
        ("plain words", "not JSON"),
        ('{"id": "x"}', "the field utterance is missing"),
        ('{"id": "x", "utterance": 5}', "the field utterance is not text"),
        ('{"id": null, "utterance": "a coke"}', "the field id is neither text nor a whole number"),
        ('{"id": true, "utterance": "a coke"}', "the field id is neither text nor a whole number"),
        ("[1]", "not a JSON object"),
        ('{"id": ' + "9" * 5000 + ', "utterance": "a coke"}', "not JSON"),
        ('{"utterance": ' + "[" * 100_000, "not JSON"),
    ],
)
def test_a_malformed_line_is_told_with_its_number_and_does_not_stop_the_rest(line: str, told: str) -> None:
    good = '{"id": 7, "utterance": "a sprite"}\n'
    result = parse(f"{good}{line}\n{good}", "--jsonl")
    assert result.exit_code == 1
    assert [record["id"] for record in records(result)] == [7, 7]
    assert result.stderr.startswith(f"error: line 2: {told} (")
    assert len(result.stderr.splitlines()) == 1


def test_lines_as_other_systems_write_them() -> None:
    text = b"\xef\xbb\xbfa coke\r\n   \r\n\xff\xfe\r\na sprite"
    result = parse(text, "--jsonl")
    assert result.exit_code == 1
    assert [(record["id"], record["intent"]) for record in records(result)] == [("1", "add"), ("4", "add")]
    assert "line 3: not UTF-8 text" in result.stderr


def test_a_huge_line_is_passed_over_and_one_of_many_words_is_read() -> None:
    stream = io.BytesIO(b"x" * (3 * LONGEST_LINE) + b"\n" + b"a coke " * 5000 + b"\n" + b"y" * (LONGEST_LINE + 1))
    huge, words, last = read_utterances(stream)
    assert isinstance(huge, BadLine)
    assert (huge.number, huge.reason) == (1, f"longer than {LONGEST_LINE} bytes")
    assert words == Utterance("2", ("a coke " * 5000).strip())
    assert isinstance(last, BadLine)
    assert last.number == 3
    exact = b"z" * LONGEST_LINE + b"\n"
    assert list(read_utterances(io.BytesIO(exact))) == [Utterance("1", "z" * LONGEST_LINE)]


@pytest.mark.parametrize("words", [(), ("--jsonl",)])
def test_what_cannot_be_written_is_replaced(words: tuple[str, ...]) -> None:
    result = parse('{"utterance": "a coke and \\ud800 \\u0000 caf\\u00e9"}', *words)
    assert result.exit_code == 0
    assert "cafe" in result.stdout


def test_nothing_in_gives_nothing_out() -> None:
    result = parse("")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_menu_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "menu.json").write_text("{}")
    result = parse("a coke", menu=str(tmp_path))
    assert result.exit_code == 1
    assert "categories" in result.stderr


def test_halves_places_swaps_and_combos_are_there_when_they_were_said() -> None:
    half = IntentItem(
        "margherita",
        2,
        {"size": "large"},
        modifiers=(
            IntentModifier("jalapeno", "toppings", "extra", placement="left"),
            IntentModifier("basil", "toppings", "side", count=2),
            IntentModifier("mushroom", "toppings", between=("mushroom", "basil")),
        ),
        half_item_id="pepperoni",
    )
    removed = IntentItem("coke", action="remove")
    intent = OrderIntent("add", (half, removed), ambiguous=(Ambiguity("it", ("mushroom", "basil")),), unknown=("ice",))
    (item,) = intent_record("1", intent)["order"]["items"]  # type: ignore[index]  # a record is JSON, of any shape
    assert item["half_item_id"] == "pepperoni"
    assert [modifier.get("placement") for modifier in item["modifiers"]] == ["left", None, None]
    assert "parts" not in item
    assert intent_line(intent, MENU) == (
        "2 large half Margherita, half Pepperoni, extra jalapeños on the left half, basil x2 on the side, "
        "mushrooms or basil [not on the menu: ice] [unclear: it: mushroom or basil]"
    )

    burger = IntentItem(
        "hilltop",
        options={"patties": "double"},
        slot="burger",
        modifiers=(
            IntentModifier("cheddar", "cheese", instead_of="american"),
            IntentModifier("onion", "on-it", negated=True),
        ),
    )
    meal = IntentItem("hilltop-meal", parts=(burger, IntentItem("fries", options={"size": "large"}, slot="side")))
    (item,) = intent_record("2", OrderIntent("add", (meal,)))["order"]["items"]  # type: ignore[index]  # as above
    assert [(part["slot"], part["menu_item_id"]) for part in item["parts"]] == [
        ("burger", "hilltop"),
        ("side", "fries"),
    ]
    assert item["parts"][0]["modifiers"][0]["instead_of"] == "american"
    assert intent_line(OrderIntent("add", (meal,)), BURGERS) == (
        "1 Hilltop Meal, burger: 1 double Hilltop Burger, cheddar instead of american cheese, no onions, "
        "side: 1 large Fries"
    )


def test_ids_that_a_menu_does_not_have_are_shown_as_they_are() -> None:
    strange = IntentItem("x", 1, {"y": "z"}, modifiers=(IntentModifier("a", "b"),), half_item_id="w")
    assert intent_line(OrderIntent("add", (strange,)), MENU) == "1 z half x, half w, a"
    sized = IntentItem("coke", 1, {"size": "tiny"}, modifiers=(IntentModifier("a", "toppings"),))
    assert intent_line(OrderIntent("add", (sized,)), MENU) == "1 tiny Coke, a"


def process(*words: str, **options: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "gateway", "order", "parse", "--menu", CASA, *words]
    return subprocess.Popen(command, env=environment(), **options)  # noqa: S603 - our own program


def test_answers_come_as_the_lines_do() -> None:
    with process("--jsonl", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number, said in enumerate((b"a coke\n", b"a sprite\n"), 1):
            running.stdin.write(said)
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == str(number)
        running.stdin.close()
        assert running.wait(30) == 0


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    with process("--jsonl", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(b"a coke\n")
        running.stdin.flush()
        running.stdout.readline()
        running.stdout.close()
        running.stdin.write(b"a coke\n")
        running.stdin.close()
        assert running.wait(30) == 141
        assert running.stderr.read() == b""


def test_a_terminal_is_told_how_to_end() -> None:
    above, below = os.openpty()
    with process(stdin=below, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        os.close(below)
        os.write(above, b"a coke\n\x04")
        out, told = running.communicate(timeout=30)
        os.close(above)
    assert b"Ctrl-D" in told
    assert out.startswith(b"1  add  ")
    assert out.endswith(b"  1 Coke\n")
