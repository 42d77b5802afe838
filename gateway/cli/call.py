"""`gateway call`: a telephone that rings any gateway, as Twilio would."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import fail, need_local


def call(
    url: Annotated[str, typer.Option(help="The gateway's voice webhook (.../twiml/voice), as its PUBLIC_URL says.")],
    to: Annotated[str, typer.Option(help="The number that is called, E.164.")] = "+15550100000",
    from_: Annotated[str, typer.Option("--from", help="The caller's number, E.164.")] = "+15005550001",
    say: Annotated[list[str] | None, typer.Option(help="A line of the caller's; may be repeated.")] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="A line of the caller's as sound; may be repeated.")] = None,
    auth_token: Annotated[
        str, typer.Option(envvar="TWILIO_AUTH_TOKEN", show_envvar=True, help="Signs the requests.")
    ] = "",
    record: Annotated[Path | None, typer.Option(help="A stereo recording to write.")] = None,
    tone: Annotated[bool, typer.Option("--tone", help="Tone codes in place of speech.")] = False,
    patience: Annotated[float, typer.Option(min=1, help="Seconds that the agent may take for each turn.")] = 30.0,
    voice: Annotated[str, typer.Option(help="The caller's voice: engine:voice.")] = "pico:en-GB",
) -> None:
    """Ring a gateway and say some lines, each when the agent has finished; then listen until it hangs up."""
    if say and wav:
        fail("give --say or --wav, not both")
    if not auth_token:
        fail("TWILIO_AUTH_TOKEN is not set: the gateway takes only requests that are signed with it")
    need_local("soxr", "websockets")
    # It needs the extra `local`, which a gateway in production is installed without.
    from gateway.cli import call_run  # noqa: PLC0415 - see above

    setup = call_run.setup(url, auth_token, from_number=from_, to_number=to, tone=tone, voice=voice)
    raise typer.Exit(call_run.run(setup, tuple(say or ()), tuple(wav or ()), record, patience))
