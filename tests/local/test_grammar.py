from gateway.local.grammar import UNKNOWN, Grammar, build_grammar
from gateway.speech.transcription import Word

KNOWN = {"a", "large", "two", "cal", "call", "zone", "pepperoni", "and", "wing", "ring"}
ALIKE = {
    "calzone": ("cal zone", "call zone"),
    "pepperonis": ("pepperoni",),
    "pepperony": ("pepperoni", "a large"),
    "nduja": (),
    "wings": ("ring",),
    "rings": ("ring",),
}


def grammar(*phrases: str) -> Grammar:
    return build_grammar(phrases, KNOWN.__contains__, ALIKE.__getitem__)


def heard(text: str, built: Grammar) -> str:
    words = [Word(word, float(at), at + 1.0, 0.5 + at / 10) for at, word in enumerate(text.split())]
    return " ".join(word.text for word in built.restore(words))


def test_known_words_pass_as_they_are_and_keep_their_weight() -> None:
    built = grammar("a large pepperoni", "two", "two")
    assert built.phrases == ("a large pepperoni", "two", "two")
    assert built.missing == ()
    assert heard("a large pepperoni", built) == "a large pepperoni"


def test_missing_word_is_expected_as_each_of_its_stand_ins_and_reported_as_itself() -> None:
    built = grammar("two calzone")
    assert built.phrases == ("two cal zone", "two call zone")
    assert heard("two call zone", built) == "two calzone"
    assert heard("cal zone cal zone", built) == "calzone calzone"


def test_half_of_a_stand_in_means_nothing_unless_a_phrase_uses_it() -> None:
    assert heard("two zone", grammar("two calzone")) == "two"
    assert heard("two zone", grammar("two calzone", "a zone")) == "two zone"


def test_stand_in_that_is_said_itself_is_left_out_but_for_the_singular() -> None:
    built = grammar("two pepperonis", "a large pepperoni", "a pepperony")
    assert built.phrases == ("two pepperoni", "a large pepperoni", f"a {UNKNOWN}")
    assert built.missing == ("pepperony",)
    assert heard("two pepperoni", built) == "two pepperoni"


def test_one_sound_stands_for_one_word() -> None:
    built = grammar("wings", "rings")
    assert built.meanings == {("ring",): "rings"}
    assert built.missing == ("wings",)


def test_word_without_stand_in_is_expected_as_unknown_and_told() -> None:
    built = grammar("a nduja")
    assert built.phrases == (f"a {UNKNOWN}",)
    assert built.missing == ("nduja",)
    assert heard(f"a {UNKNOWN}", built) == "a"


def test_joined_words_keep_their_times_and_mean_confidence() -> None:
    words = [Word("two", 0.0, 0.4, 1.0), Word("cal", 0.5, 0.7, 0.5), Word("zone", 0.7, 1.0, 0.9)]
    assert grammar("two calzone").restore(words) == (words[0], Word("calzone", 0.5, 1.0, 0.7))
