import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.tooling.arguments import MAX_JSON, Arguments, Refusal, one_line, shown

NAMES = ("a", "b")


def read(text: str) -> Arguments:
    return Arguments.parse(text, "set_line", NAMES)


def of(value: object) -> Arguments:
    return read(json.dumps({"a": value}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "The arguments of set_line are not valid JSON. Send one JSON object."),
        ('{"a": NaN}', "The arguments of set_line are not valid JSON. Send one JSON object."),
        ("[" * 10_000, "The arguments of set_line are not valid JSON. Send one JSON object."),
        ('{"a": ' + "9" * 5000 + "}", "The arguments of set_line are not valid JSON. Send one JSON object."),
        ("[1]", "The arguments of set_line must be one JSON object."),
        ('{"a": "' + "x" * MAX_JSON + '"}', "The arguments of set_line are too long: at most 20000 characters."),
        ('{"price": 0}', 'set_line has no argument "price"; it takes a, b.'),
        (
            json.dumps({f"n{number}": 0 for number in range(900)}),
            'set_line has no argument "n0", "n1", "n2", "n3", "n4"; it takes a, b.',
        ),
        ('{"a": "' + "x" * 10_000_000 + '"}', "The arguments of set_line are too long: at most 20000 characters."),
    ],
)
def test_arguments_that_cannot_be_read_are_refused(text: str, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(text)
    assert caught.value.message == told
    assert caught.value.error == "ORDER_PARSE_ERROR"


def test_a_tool_without_arguments_takes_none() -> None:
    with pytest.raises(Refusal, match='get_order has no argument "a"; it takes none'):
        Arguments.parse('{"a": 1}', "get_order", ())
    assert not Arguments.parse("", "get_order", ()).given("a")


def test_null_is_not_given_and_blank_is_given_but_no_text() -> None:
    assert not of(None).given("a")
    assert of("  ").given("a")
    assert of("  ").text("a") is None
    assert of(None).text("a") is None


@pytest.mark.parametrize(
    ("value", "text"), [("Ana", "Ana"), (" Ana\n\tMaria ", "Ana Maria"), (12, "12"), ("a\ud800b", "a b")]
)
def test_text_is_one_clean_line(value: object, text: str) -> None:
    assert of(value).text("a") == text


@pytest.mark.parametrize("value", [True, 1.5, [], {}, "x" * 201])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Refusal):
        of(value).text("a")


def test_a_huge_number_is_no_name_and_breaks_nothing() -> None:
    assert of(10**40).text("a") == "too large"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (2, 2),
        (2.0, 2),
        ("2", 2),
        (" 3 ", 3),
        (-3, -3),
        ("two", 2),
        ("a couple", 2),
        ("Twenty-one", 21),
        ("a dozen", 12),
        ("18,000", 18_000),
        ("a million", 1_000_000),
        (None, None),
        ("", None),
    ],
)
def test_a_whole_number_in_any_dress(value: object, number: int | None) -> None:
    assert of(value).whole("a") == number


@pytest.mark.parametrize("value", [True, 2.5, "two or three", "many", "1e9", 10**12, 1e300, "٣", "-two", " ", [2]])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(Refusal, match="a of set_line must be a whole number"):
        of(value).whole("a")


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), (False, False), ("Yes", True), ("no", False), (1, True), (0, False), (None, None)]
)
def test_a_flag_in_any_dress(value: object, flag: bool | None) -> None:
    assert of(value).flag("a") is flag


def test_what_is_no_flag_is_refused() -> None:
    with pytest.raises(Refusal, match="a of set_line must be true or false"):
        of("maybe").flag("a")


def test_a_choice_is_one_of_its_words() -> None:
    assert of("ADD").choice("a", ("add", "no")) == "add"
    assert of(None).choice("a", ("add", "no")) is None
    with pytest.raises(Refusal, match='a of set_line must be one of add, no; it was "half"'):
        of("half").choice("a", ("add", "no"))


def test_pairs_have_names_of_the_models_own() -> None:
    assert of({"Size": "large", "pieces": 12, "x": None, "y": " "}).pairs("a") == {"Size": "large", "pieces": "12"}
    assert of('{"size": "large"}').pairs("a") == {"size": "large"}
    assert of(None).pairs("a") is None
    for bad in ("large", ["large"], {"x" * 61: "y"}, {str(number): "y" for number in range(21)}, '{"size": '):
        with pytest.raises(Refusal, match="a of set_line must be an object"):
            of(bad).pairs("a")
    with pytest.raises(Refusal, match="size of a of set_line must be text"):
        of({"size": []}).pairs("a")


def test_texts_are_a_list_or_one_text_with_commas() -> None:
    assert of(["nuts", " ", "Nuts", None, "nuts"]).texts("a") == ("nuts", "Nuts")
    assert of("nuts, shell\nfish,").texts("a") == ("nuts", "shell fish")
    assert of([]).texts("a") == ()
    assert of(None).texts("a") is None
    for bad in (7, {"x": "y"}, ["x"] * 21):
        with pytest.raises(Refusal, match="a of set_line must be a list of at most 20 texts"):
            of(bad).texts("a")
    with pytest.raises(Refusal, match="a of an entry of a of set_line is too long: at most 80 characters"):
        of(["x" * 81]).texts("a")


@pytest.mark.parametrize(
    ("value", "says"),
    [(True, True), (False, True), ("yes", True), ("No ", True), ("1", False), (21, False), ([], False)],
)
def test_a_plain_yes_or_no_is_no_number(value: object, says: bool) -> None:
    assert of(value).says("a") is says


def test_records_are_objects_or_their_key_alone() -> None:
    records = of([{"id": "x"}, "y"]).records("a", ("id",), key="id")
    assert records is not None
    assert [record.text("id") for record in records] == ["x", "y"]
    assert of(None).records("a", ("id",), key="id") is None
    for one in ({"id": "x"}, '[{"id": "x"}]', '{"id": "x"}'):
        (record,) = of(one).records("a", ("id",), key="id") or ()
        assert record.text("id") == "x"
    for bad in ("x", [1], ["x"] * 31, "[" * 5000, "[NaN]"):
        with pytest.raises(Refusal, match="a of set_line must be a list of"):
            of(bad).records("a", ("id",), key="id")


def test_what_is_shown_of_foreign_text_is_short() -> None:
    assert shown("x\n") == '"x"'
    assert shown("y" * 100) == f'"{"y" * 60}…"'


@given(st.text())
def test_a_line_can_always_be_stored(text: str) -> None:
    assert "\n" not in one_line(text).encode().decode()


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Refusal):
        read(text)
