from gateway.orders.listing import listed


def test_names_in_a_row() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(iter(["a", "b", "c"]), "es") == "a, b y c"
    assert listed(["a", "b"], "es", "or") == "a o b"
    assert listed(["a", "b", "c"], word="or") == "a, b or c"
    assert listed(["a with b", "c"], long=True) == "a with b, and c"
