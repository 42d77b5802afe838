import pytest

from gateway.orders.callers import find_address, find_name


@pytest.mark.parametrize(
    ("said", "asked", "strange", "name"),
    [
        ("my name is Peter", None, (), "Peter"),
        ("it's under Mary Jane please", None, (), "Mary Jane"),
        ("me llamo José", None, (), "Jose"),
        ("ana", "name", ("ana",), "Ana"),
        ("it's basil", "name", (), "Basil"),
        ("yes it's for ana", "name", ("ana",), "Ana"),
        ("uh ana maria pickup", "name", ("ana maria",), "Ana Maria"),
        ("yes", "name", (), None),
        ("nothing else", "name", (), None),
        ("9 pine avenue", "name", ("pine avenue",), None),
        ("i would like to know what you mean by that", "name", (), None),
        ("Yes. Ana, pickup.", "read_back", ("ana",), "Ana"),
        ("ana", "fulfilment", ("ana",), "Ana"),
        ("ana", "read_back", ("ana",), None),
        ("ana and bob pickup", "read_back", ("ana", "bob"), None),
        ("calzone with mozzarella pickup", "read_back", ("calzone",), None),
        ("a coke", None, (), None),
        ("name is", None, (), None),
        ("my name is and", None, (), None),
    ],
)
def test_names(said: str, asked: object, strange: tuple[str, ...], name: str | None) -> None:
    assert find_name(said, asked, strange) == name  # type: ignore[arg-type]  # literals come as text from the table


@pytest.mark.parametrize(
    ("said", "asked", "address"),
    [
        ("delivery to 12 oak street", None, "12 Oak Street"),
        ("my address is 5 Elm Road", None, "5 Elm Road"),
        ("it's 44 main street", "address", "44 Main Street"),
        ("to 44 main street", "address", "44 Main Street"),
        ("yes", "address", None),
        ("44 main street", None, None),
    ],
)
def test_addresses(said: str, asked: object, address: str | None) -> None:
    assert find_address(said, asked) == address  # type: ignore[arg-type]  # literals come as text from the table
