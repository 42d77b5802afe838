from gateway.orders.wording.listing import listed


def test_names_in_a_row() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(iter(["a", "b", "c"]), "es") == "a, b y c"
    assert listed(["a", "b"], "es", "or") == "a o b"
    assert listed(["agua", "Ice tea"], "es") == "agua e Ice tea"
    assert listed(["agua", "hielo"], "es") == "agua y hielo"
    assert listed(["4 piece", "8 piece"], "es", "or") == "4 piece u 8 piece"
    assert listed(["uno", "Olivas"], "es", "or") == "uno u Olivas"
    assert listed(["a", "b", "c"], word="or") == "a, b or c"
    assert listed(["a with b", "c"], long=True) == "a with b, and c"
