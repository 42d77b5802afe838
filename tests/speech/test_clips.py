import pytest

from gateway.audio import g711
from gateway.speech.clips import TEXTS, Clip, Language, load_clip

LANGUAGES: list[Language] = ["en", "es"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clip", Clip)
def test_every_clip_is_audible_short_and_has_its_text(clip: Clip, language: Language) -> None:
    mulaw = load_clip(clip, language)
    assert 0.5 < len(mulaw) / 8000 < 4
    assert TEXTS[language][clip]
    pcm = g711.decode(mulaw)
    assert 1000 < g711.rms(pcm) < 6000
    assert g711.peak(pcm) < 32_000  # not clipped
    # It begins and ends in silence, so that it can be joined to anything without a click.
    assert g711.peak(pcm[:160]) < 300
    assert g711.peak(pcm[-160:]) < 300


def test_english_is_the_usual_language() -> None:
    assert load_clip(Clip.HOLD) == load_clip(Clip.HOLD, "en")
