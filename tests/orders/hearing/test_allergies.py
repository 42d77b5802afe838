import pytest

from gateway.orders.hearing.allergies import allergy_spans, find_allergies, without_spans


@pytest.mark.parametrize(
    ("said", "allergies"),
    [
        ("I'm allergic to peanuts", ("peanuts",)),
        ("i am allergic to nuts and shellfish", ("nuts", "shellfish")),
        ("my daughter is allergic to tree nuts, peanuts and sesame", ("tree nuts", "peanuts", "sesame")),
        ("I'm severely allergic to all kinds of fish", ("fish",)),
        ("I'm allergic to kiwi", ("kiwi",)),
        ("I'm allergic to kiwi and mango", ("kiwi", "mango")),
        ("I'm allergic to black pepper, a large margherita please", ("black pepper",)),
        ("I'm allergic to peanuts and I want a large margherita", ("peanuts",)),
        ("i'm allergic to peanuts can i get a coke", ("peanuts",)),
        ("i'm allergic to peanuts a large margherita please", ("peanuts",)),
        ("i'm allergic to peanuts two cokes", ("peanuts",)),
        ("i'm allergic to the nuts", ("nuts",)),
        ("my son has a nut allergy", ("nut",)),
        ("she has a really bad peanut allergy", ("peanut",)),
        ("we have peanut and shellfish allergies", ("peanut", "shellfish")),
        ("there's a kiwi allergy in the family", ("kiwi",)),
        ("I have an allergy to eggs", ("eggs",)),
        ("no dairy, I'm lactose intolerant", ("lactose", "dairy")),
        ("i'm intolerant to gluten", ("gluten",)),
        ("my wife is a celiac", ("celiac",)),
        ("I have celiac disease", ("celiac",)),
        ("I can't eat gluten", ("gluten",)),
        ("we cannot have any pork or shellfish", ("pork", "shellfish")),
        ("it has to be nut free", ("nut",)),
        ("it must be gluten-free", ("gluten",)),
        ("soy alérgico a los mariscos", ("mariscos",)),
        ("mi hija es alérgica al maní y a los huevos", ("mani", "huevos")),
        ("tengo alergia a la leche", ("leche",)),
        ("soy intolerante a la lactosa", ("lactosa",)),
        ("soy celíaca", ("celiaca",)),
        ("no puedo comer gluten", ("gluten",)),
        ("tengo alergia al kiwi", ("kiwi",)),
        ("I'm allergic to peanuts. Also allergic to nuts and peanuts.", ("peanuts", "nuts")),
        ("we're coeliac so no gluten", ("coeliac", "gluten")),
        ("my kid can't have nuts", ("nuts",)),
        ("es alérgica a las nueces", ("nueces",)),
        ("soy intolerante al gluten", ("gluten",)),
        ("i had an allergic reaction to shrimp", ("shrimp",)),
        # near misses
        ("no one is allergic to anything", ()),
        ("i have allergies", ()),
        ("a coke", ()),
        ("no nuts on the salad", ()),
        ("no dairy please", ()),
        ("with nuts", ()),
        ("I have no allergies", ()),
        ("no food allergies", ()),
        ("I'm not allergic to anything", ()),
        ("we don't have any allergies", ()),
        ("do you have allergy information", ()),
        ("do you cater for allergies", ()),
        ("no tengo alergias", ()),
        ("no soy alérgico a nada", ()),
        ("I can't have mushrooms on it", ()),
        ("can't eat it all", ()),
        ("is it celiac friendly", ()),
        ("the gluten free crust", ()),
        ("I'm allergic", ()),
        ("I'm allergic to", ()),
        ("i'm allergic to it", ()),
        ("", ()),
    ],
)
def test_allergies(said: str, allergies: tuple[str, ...]) -> None:
    assert find_allergies(said) == allergies


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("I'm allergic to nuts and I want a coke", "I'm ,                and I want a coke"),
        ("a coke, my son has a nut allergy", "a coke, my son ,                "),
        ("no dairy, I'm lactose intolerant", "no dairy, I'm ,                 "),
        ("una coca, soy muy alérgica al huevo", "una coca, ,                        "),
        ("no soy alérgica al huevo", "no soy alérgica al huevo"),
        ("a coke", "a coke"),
    ],
)
def test_what_is_said_of_allergies_can_be_taken_out(said: str, rest: str) -> None:
    assert without_spans(said, allergy_spans(said)) == rest
