import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.local.soundalike import SoundIndex, sound_distance, sound_key

KEYS = st.text(alphabet="abdeikmnoprstuvzCJST", max_size=8)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("phone", "fone"),
        ("jalapeño", "JALAPENO"),
        ("margheritas", "margaritas"),
        ("knight", "nite"),
        ("pizza's", "pizas"),
        ("back", "bakk"),
        ("queen", "kween"),
    ],
)
def test_spellings_of_one_sound(left: str, right: str) -> None:
    assert sound_distance(sound_key(left), sound_key(right)) <= 0.25


def test_marks_have_no_sound() -> None:
    assert sound_key("12!") == ""


@given(KEYS, KEYS)
def test_distance_is_symmetric_and_zero_for_the_same_sound(left: str, right: str) -> None:
    assert sound_distance(left, left) == 0
    assert sound_distance(left, right) == pytest.approx(sound_distance(right, left))
    assert sound_distance(left, right) >= 0


def test_related_consonants_are_nearer_than_unrelated_ones() -> None:
    assert sound_distance("bat", "pat") < sound_distance("bat", "mat")
    assert sound_distance("bat", "bet") < sound_distance("bat", "bad")
    assert sound_distance("sin", "vsin") == 1


WORDS = ["call", "cal", "zone", "zones", "margherita", "margaret", "lemon", "ades", "sri", "rocha", "a", "[unk]", "<s>"]


@pytest.mark.parametrize(
    ("missing", "best"),
    [
        ("calzone", "cal zone"),  # two words that are spelled as it is
        ("calzones", "cal zones"),
        ("margheritas", "margherita"),  # the same dish
        ("lemonades", "lemon ades"),
        ("sriracha", "sri rocha"),  # vowels differ: found when nothing is closer
    ],
)
def test_missing_word_gets_the_nearest_sound(missing: str, best: str) -> None:
    assert SoundIndex(WORDS).nearest(missing)[0] == best


@pytest.mark.parametrize("missing", ["bulgogi", "x", "", "zone"])
def test_nothing_near_gives_nothing_and_no_word_stands_for_itself(missing: str) -> None:
    assert SoundIndex(WORDS[:-2]).nearest(missing) in ((), ("zones",))


def test_number_of_answers_is_bounded() -> None:
    index = SoundIndex(["cal", "call", "cale", "zone", "zoan"])
    assert len(index.nearest("calzone", 2)) == 2
    assert len(index.nearest("calzone", 10)) == 6


@given(st.lists(st.text(alphabet="abcdeghknost'", max_size=6), max_size=12), st.text(max_size=8))
def test_answers_are_words_of_the_index(words: list[str], missing: str) -> None:
    for text in SoundIndex(words).nearest(missing):
        assert set(text.split()) <= set(words)
        assert text != missing
