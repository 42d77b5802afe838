import pytest

from gateway.orders.hearing import acts


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yeah that's right", "yes"), ("si", "yes"), ("Sí, claro.", "yes"), ("perfect", "yes"), ("mm-hm", "yes"),
        ("Yes. Ana, pickup.", "yes"), ("no problem that's fine", "yes"),
        ("sounds good", "yes"), ("that is correct", "yes"),
        ("no, make it a small", "no"), ("no", "no"), ("that's not right", "no"), ("yes but without mushrooms", "no"),
        ("wait", "no"), ("not quite", "no"), ("actually a large", "no"), ("no, quita la coca", "no"),
        ("sí, no hay problema", "yes"), ("no, todo está bien", "yes"), ("yes and a coke", "unclear"),
        ("yes, also a sprite", "unclear"), ("um", "unclear"), ("", "unclear"),
        ("ana pickup", "unclear"), ("sí, y una coca", "unclear"),
    ],
)  # fmt: skip
def test_assent_is_a_yes_with_nothing_changed(said: str, answer: str) -> None:
    assert acts.assent(said, "en") == answer


@pytest.mark.parametrize(
    "said",
    [
        "I'm not sure", "are you sure?", "are you sure", "I am not OK with that", "no está bien", "okay hang on",
        "is that right? can you say it again please", "yes, a large coke too", "not okay", "that doesn't sound right",
        "I didn't say yes", "is the mushroom on the right half?", "is the mushroom on the right half",
        "yes with mushrooms", "yes, make mine a small", "yes? hello?", "okay is that with tax",
        "that can\u2019t be right",
        "how much is it right now", "good question", "make sure of it", "I'm sure I said small", "it's fine I guess",
        "sure, one sec", "okay, who are you", "yes, it should be a small", "yes, two of those", "yeah never mind",
        "sí, con hongos", "vale, un momento", "sí, ¿puede repetir?", "está mal", "please don't go ahead",
        "yes, how long will it take", "okay, put me through to a manager",
    ],
)  # fmt: skip
def test_a_doubt_a_question_or_a_wish_is_no_yes(said: str) -> None:
    assert acts.assent(said) != "yes"


@pytest.mark.parametrize(
    "said",
    [
        "Yes, Ana, pickup", "yes that's right thank you", "sí, está bien", "no, that's right", "no problem, yes",
        "no, está bien", "yes, not a problem", "yes, that's exactly what I ordered", "I'm fine with that",
        "yes, I'm sure", "yes it is", "sí, es lo que pedí", "yes, it's for pickup", "all right", "claro que sí",
        "okay, that works for me", "sí, eso es todo", "yes, why not", "sí, nada más, gracias", "yes, nothing more",
    ],
)  # fmt: skip
def test_what_agrees_in_other_words_is_a_yes(said: str) -> None:
    assert acts.assent(said) == "yes"


@pytest.mark.parametrize(
    ("said", "answer"),
    [("yes and a coke", "yes"), ("no start over", "no"), ("a coke", "unclear"), ("well sure", "yes"), ("nah", "no"),
     ("no that's fine", "yes")],
)  # fmt: skip
def test_leading_assent_is_how_an_answer_begins(said: str, answer: str) -> None:
    assert acts.leading_assent(said) == answer


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("can i speak to a real person", "transfer"), ("manager please", "transfer"),
        ("quiero hablar con una persona", "transfer"),
        ("cancel my order", "cancel"), ("forget the whole thing", "cancel"), ("cancela todo", "cancel"),
        ("does it contain gluten", "ask_allergen"),
        ("how much is a coke", "ask_price"), ("what does the coke cost", "ask_price"), ("cuanto cuesta", "ask_price"),
        ("what time do you close", "ask_hours"), ("how long will it take", "ask_hours"),
        ("what do you have", "ask_menu"), ("which sizes do you have", "ask_menu"), ("que tienen", "ask_menu"),
        ("what's on the pepperoni", "ask_menu"), ("do you have lasagna", "ask_menu"),
        ("can you repeat that", "repeat"), ("what's in my order", "repeat"), ("what", "repeat"),
    ],
)  # fmt: skip
def test_acts_are_named(said: str, name: str) -> None:
    assert acts.act(said) == name


@pytest.mark.parametrize("said", ["a coke", "cancel the coke", "what i want is a coke", "large", "", "yes"])
def test_ordering_is_no_other_act(said: str) -> None:
    assert acts.act(said) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [("pickup", "pickup"), ("I'll pick it up", "pickup"), ("to go", "pickup"), ("para llevar", "pickup"),
     ("deliver it", "delivery"), ("a domicilio", "delivery"), ("pickup, no, delivery", "delivery"), ("a coke", None),
     ("take away", "pickup"), ("take away the onions", None), ("take out the olives please", None),
     ("for takeout please", "pickup"), ("a coke to go", "pickup"), ("a coke to go with it", None),
     ("i want to go with the pepperoni", None), ("a to go cup of sauce", None), ("i'm good to go", None),
     ("i'll come get it", "pickup"), ("lo recojo yo", "pickup"), ("paso por él a las seis", "pickup"),
     ("do you deliver", None), ("do you guys do delivery", None), ("how much is delivery", None),
     ("is there a delivery fee", None), ("pickup, not delivery", "pickup"), ("can you deliver it", "delivery"),
     ("no, delivery please", "delivery"), ("delivery instead of pickup", "delivery"),
     ("send it to my house", "delivery"),
     ("¿hacen entregas a domicilio?", None), ("me lo traen a la casa", "delivery"), ("envíenlo por favor", "delivery")],
)  # fmt: skip
def test_fulfilment(said: str, kind: str | None) -> None:
    assert acts.fulfilment(said) == kind


@pytest.mark.parametrize(
    ("said", "language"),
    [("quiero una pizza por favor", "es"), ("can I get the large one", "en"), ("ok", None),
     ("can we speak Spanish", "es"), ("Puedo seguir en español", "es"), ("¿cuánto cuesta?", "es"), ("how much", "en")],
)  # fmt: skip
def test_language(said: str, language: str | None) -> None:
    assert acts.spoken_language(said) == language


def test_ending_and_greeting() -> None:
    assert acts.is_done("no that's all thanks")
    assert acts.is_done("eso es todo")
    assert acts.is_done("done")
    assert not acts.is_done("a coke")
    assert acts.is_greeting("Hello there")
    assert not acts.is_greeting("a coke")


def test_where_the_fulfilment_is_said() -> None:
    assert acts.fulfilment_spans("ana pickup no delivery") == ((4, 10), (14, 22))
    assert acts.fulfilment_spans("a coke") == ()


def test_what_is_left_of_a_spanish_question_is_the_dish() -> None:
    assert acts.without_talk("tienen lasana") == "lasana"
    assert acts.without_talk("cuanto cuestan") == ""
