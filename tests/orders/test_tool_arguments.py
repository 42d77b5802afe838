import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.tool_arguments import MAX_JSON, Arguments, Refusal, one_line, shown

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
    ("value", "number"), [(2, 2), (2.0, 2), ("2", 2), (" 3 ", 3), (-3, -3), (None, None), ("", None)]
)
def test_a_whole_number_in_any_dress(value: object, number: int | None) -> None:
    assert of(value).whole("a") == number


@pytest.mark.parametrize("value", [True, 2.5, "two", "1e9", 10**12, 1e300, "٣", [2]])
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


def test_a_record_is_read_like_the_arguments_themselves() -> None:
    record = of({"size": "large"}).record("a", ("size",))
    assert record is not None
    assert record.text("size") == "large"
    assert of(None).record("a", ("size",)) is None
    with pytest.raises(Refusal, match="a of set_line must be an object"):
        of("large").record("a", ("size",))
    with pytest.raises(Refusal, match='a of set_line has no argument "colour"; it takes size'):
        of({"colour": "red"}).record("a", ("size",))


def test_records_are_objects_or_their_key_alone() -> None:
    records = of([{"id": "x"}, "y"]).records("a", ("id",), key="id")
    assert records is not None
    assert [record.text("id") for record in records] == ["x", "y"]
    assert of(None).records("a", ("id",), key="id") is None
    for bad in ("x", [1], ["x"] * 31):
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
