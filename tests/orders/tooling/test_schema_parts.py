from gateway.orders.tooling.schema_parts import MAX_ENUM, count, list_of, object_of, one_of, text


def test_an_object_takes_what_it_names_and_nothing_else() -> None:
    assert object_of({"a": text()}) == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "additionalProperties": False,
    }
    assert object_of({"a": text()}, ["a"])["required"] == ["a"]


def test_an_enum_has_each_word_once_and_is_not_too_long() -> None:
    assert one_of(["b", "a", "b"]) == {"type": "string", "enum": ["b", "a"]}
    assert one_of([], "None.") == {"type": "string", "description": "None."}
    assert "enum" in one_of(str(number) for number in range(MAX_ENUM))
    assert "enum" not in one_of(str(number) for number in range(MAX_ENUM + 1))


def test_small_pieces() -> None:
    assert count() == {"type": "integer", "minimum": 1}
    assert count("How many.")["description"] == "How many."
    assert list_of(text("One."), "Some.") == {
        "type": "array",
        "items": {"type": "string", "description": "One."},
        "description": "Some.",
    }
