import pytest

from gateway.orders.hearing.addresses import said_address

ADDRESSES = [
    ("delivery to 12 oak street", None, "12 Oak Street"),
    ("my address is 5 Elm Road", None, "5 Elm Road"),
    ("it's 44 main street", "address", "44 Main Street"),
    ("to 44 main street", "address", "44 Main Street"),
    ("yes", "address", None),
    ("44 main street", None, None),
    # numbers in words
    ("twelve Elm Street apartment three", "address", "12 Elm Street Apartment 3"),
    ("twelve elm street, apartment three", "address", "12 Elm Street Apartment 3"),
    ("one twenty three main street", "address", "123 Main Street"),
    ("twenty one forty oak avenue", "address", "2140 Oak Avenue"),
    ("four oh five pine road unit two", "address", "405 Pine Road Unit 2"),
    ("five five five lake drive", "address", "555 Lake Drive"),
    ("one hundred and fifty elm street", "address", "150 Elm Street"),
    ("twelve fifth avenue", "address", "12 Fifth Avenue"),
    ("30 west forty second street", "address", "30 West 42nd Street"),
    ("1 east twenty third street", "address", "1 East 23rd Street"),
    ("eleven sixty first street", "address", "11 61st Street"),
    ("twelve elm street nine oh two one oh", "address", "12 Elm Street 90210"),
    ("12 Elm St Apt 4B", "address", "12 Elm St Apt 4B"),
    ("12 Elm St. Apt. four b", "address", "12 Elm St Apt 4B"),
    ("one 23 main street", "address", "1 23 Main Street"),
    ("the blue house by the church", "address", "Blue House By The Church"),
    ("12 Elm Street! And a coke", "address", "12 Elm Street"),
    ("calle ocho número doce", "address", "Calle 8 Número 12"),
    ("doce calle Olmo, apartamento tres", "address", "12 Calle Olmo Apartamento 3"),
    # where it stands in a longer turn
    ("can you deliver it to twelve elm street please", None, "12 Elm Street"),
    ("deliver it to 12 elm street and my name is Ana", None, "12 Elm Street"),
    ("two cokes delivered to 12 elm street and can i get a sprite", None, "12 Elm Street"),
    ("delivery to 12 elm street for Ana", None, "12 Elm Street"),
    ("delivery to 12 elm street at seven thirty", None, "12 Elm Street"),
    ("send it to 12 elm street. That's all.", None, "12 Elm Street"),
    ("we live at 12 elm street", None, "12 Elm Street"),
    ("it's going to 12 elm street", None, "12 Elm Street"),
    ("it's 12 elm street, thank you", "address", "12 Elm Street"),
    ("sure the address is 12 elm street", "address", "12 Elm Street"),
    ("mi dirección es calle Olmo 12", None, "Calle Olmo 12"),
    ("entréguenlo en la calle Olmo 12 por favor", None, "Calle Olmo 12"),
    ("vivo en avenida Juárez 300", None, "Avenida Juárez 300"),
    ("fifteen hundred broadway", "address", "1500 Broadway"),
    ("it's 4 2 1 oak lane", "address", "421 Oak Lane"),
    ("two hundred west fifty seventh street apartment twelve c", "address", "200 West 57th Street Apartment 12C"),
    ("corner of fifth and main", "address", "Corner Of Fifth And Main"),
    ("bring it to 9 pine avenue and add a coke", None, "9 Pine Avenue"),
    ("avenida reforma doscientos veinte", "address", "Avenida Reforma 220"),
    ("avenida reforma trescientos", "address", "Avenida Reforma 300"),
    ("ciento avenida reforma", "address", "100 Avenida Reforma"),
    ("calle 5 número 20, apartamento 3B", "address", "Calle 5 Número 20 Apartamento 3B"),
    # none
    ("hold on let me check", "address", None),
    ("deliver to the blue house", None, None),
    ("same address as last time", "address", None),
    ("delivery to my house", None, None),
    ("i'm at work", None, None),
    ("my address is the same as before", None, None),
    ("bring it to me", None, None),
    ("what address", "address", None),
    ("i don't know", "address", None),
    ("can you repeat that", "address", None),
    ("pickup actually", "address", None),
    ("actually i'll pick it up", "address", None),
    ("", "address", None),
]


@pytest.mark.parametrize(("said", "asked", "address"), ADDRESSES)
def test_addresses(said: str, asked: object, address: str | None) -> None:
    found = said_address(said, asked)  # type: ignore[arg-type]  # literals come as text from the table
    assert (None if found is None else found[0]) == address


def test_an_address_stands_somewhere() -> None:
    said = "Two cokes delivered to twelve elm street and a sprite"
    assert said_address(said, None) == ("12 Elm Street", (10, 40))
    assert said[10:40] == "delivered to twelve elm street"
    assert said_address("a coke", None) is None
