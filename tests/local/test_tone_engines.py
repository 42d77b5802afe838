from gateway.local.tone_engines import ScriptedEars, ToneEars, ToneVoice


def test_what_the_voice_says_the_ears_hear() -> None:
    pcm = ToneVoice(60).speak("Two large margheritas", sample_rate=8_000)
    assert len(pcm) >= 2 * 8 * 60 * 21
    result = ToneEars().recognise(pcm, sample_rate=8_000)
    assert (result.text, result.confidence, result.is_final) == ("Two large margheritas", 1.0, True)


def test_an_utterance_is_heard_piece_by_piece_and_nothing_is_guessed() -> None:
    session = ToneEars().session(["ignored"], sample_rate=24_000)
    pcm = ToneVoice(0).speak("yes") + bytes(4800) + ToneVoice(0).speak("please")
    session.accept(pcm[: len(pcm) // 2])
    assert session.partial().text == "yes"
    session.accept(pcm[len(pcm) // 2 :])
    assert session.final().text == "yes please"
    assert ToneEars().recognise(bytes(48_000)).text == ""


def test_scripted_ears_say_their_lines_over_and_over() -> None:
    ears = ScriptedEars(["one", "two"])
    session = ears.session()
    session.accept(b"anything")
    assert session.partial().text == ""
    assert [ears.recognise(b"").text for _ in range(3)] == ["one", "two", "one"]
