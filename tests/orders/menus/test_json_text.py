import pytest

from gateway.orders.menus.json_text import MenuErrors, read_object


def test_an_object_is_read_with_or_without_a_byte_order_mark() -> None:
    assert read_object('\ufeff{"items": []}', "m") == {"items": []}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "m: line 1, column 1: not JSON: Expecting value (correct it there)"),
        ("[]", "m: the file: not a JSON object (begin with { and the field categories)"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "m: the file: the field b is there twice in one object (keep one of them)"),
    ],
)
def test_text_that_is_no_json_object_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(MenuErrors) as caught:
        read_object(text, "m")
    assert str(caught.value) == told
