from gateway.local.phone_ear import Ear
from gateway.local.phone_record import CallRecord, StreamRecord, Utterance, measure

LOUD = b"\x10"


def measured(*said: tuple[float, float], sounds=(), clears=()) -> list[Utterance]:
    ear = Ear()
    for step, at in sorted([(length, at) for at, length in sounds] + [(None, at) for at in clears], key=lambda x: x[1]):
        if step is None:
            ear.clear(at)
        else:
            ear.play(LOUD * round(step * 8000), at)
    utterances = [Utterance("", start, end) for start, end in said]
    measure(utterances, ear)
    return utterances


def test_the_answers_first_audible_sample_counts():
    (said,) = measured((1.0, 2.0), sounds=[(0.0, 0.5), (2.75, 1.0)])
    assert (said.response_s, said.interrupted, said.stopped_s) == (0.75, False, None)


def test_an_answer_after_the_next_utterance_is_that_ones():
    first, second = measured((1.0, 2.0), (3.0, 4.0), sounds=[(4.5, 1.0)])
    assert (first.response_s, second.response_s) == (None, 0.5)


def test_speaking_on_is_no_answer():
    (said,) = measured((1.0, 2.0), sounds=[(0.0, 5.0)])
    assert (said.response_s, said.interrupted, said.stopped_s) == (None, True, None)


def test_an_interruption_ends_with_the_clear():
    (said,) = measured((1.0, 2.0), sounds=[(0.0, 5.0), (2.25, 1.0)], clears=[1.5])
    assert (said.interrupted, said.stopped_s, said.response_s) == (True, 0.5, 0.25)


def test_a_clear_of_another_utterance_does_not_count():
    first, second = measured((1.0, 1.2), (4.0, 4.5), sounds=[(0.0, 2.0), (3.0, 9.0)], clears=[4.75])
    assert (first.stopped_s, second.stopped_s) == (None, 0.75)


def test_no_answer_at_all():
    (said,) = measured((1.0, 2.0))
    assert said.response_s is None
    assert CallRecord("CA1", utterances=[said, Utterance("", 3, 4, 0.5)]).responses_s == [0.5]


def test_the_first_media_is_timed_from_the_start():
    assert StreamRecord("MZ1", started=2).first_media_s is None
    assert StreamRecord("MZ1", started=2, first_media=2.5).first_media_s == 0.5
