from gateway.audio.pause import PAUSE_MS, PauseFinder


def feed(finder: PauseFinder, voiced: bool, ms: int) -> list[int]:
    """The pauses that were found in so many milliseconds of 20 ms steps."""
    return [found for _ in range(ms // 20) if (found := finder.feed(voiced, 20))]


def test_a_pause_is_told_once_with_the_length_of_what_was_said() -> None:
    finder = PauseFinder()
    assert feed(finder, False, 5000) == []
    assert feed(finder, True, 600) == []
    assert feed(finder, False, PAUSE_MS - 20) == []
    assert feed(finder, False, 20) == [600]
    assert feed(finder, False, 5000) == []


def test_the_beginning_of_a_voice_is_told_for_one_step() -> None:
    finder = PauseFinder()
    for _ in range(2):
        began, begins = [], []
        for voiced in (False, True, True, True, True, True, False, True):
            finder.feed(voiced, 20)
            began.append(finder.began)
            begins.append(finder.begins)
        assert begins == [False, True, True, False, False, False, False, False]
        assert began == [False, False, False, True, False, False, False, False]
        feed(finder, False, PAUSE_MS)


def test_a_breath_is_part_of_what_is_said() -> None:
    finder = PauseFinder()
    feed(finder, True, 400)
    assert feed(finder, False, 500) == []
    feed(finder, True, 300)
    assert feed(finder, False, PAUSE_MS) == [1200]


def test_a_cough_is_nothing_and_does_not_add_up() -> None:
    finder = PauseFinder()
    for _ in range(5):
        feed(finder, True, 140)
        assert feed(finder, False, PAUSE_MS) == []
