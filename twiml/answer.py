"""The first answer to a call: the disclosure, said by Twilio itself, then the media stream.

The disclosure stands before `<Connect>`, so that no model can change it and no interruption can cut it off.
"""

from twiml.document import Stream, connect, document, play, say


def answer(disclosure: str, language: str, stream: Stream, next_url: str, *, recording_url: str | None = None) -> str:
    """Say who answers, then open the stream of leg 1.

    Args:
        disclosure: fixed text that says an AI answers.
        language: of the disclosure, such as "en-US".
        stream: the media stream of leg 1.
        next_url: is asked when the stream has ended.
        recording_url: the restaurant's own recording of the disclosure, played instead of saying it.
    """
    said = say(disclosure, language) if recording_url is None else play(recording_url)
    return document(said, connect(stream, next_url))
