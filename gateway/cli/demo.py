"""`gateway demo`: a whole call on one machine, with no account and no key.

It starts the gateway and stand-ins for everything around it, rings, and lets a synthetic caller order by voice.
"""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.pos_simulate import SECRET
from gateway.cli.terminal import fail, need_local, out
from gateway.local.examples import demo_script, examples
from gateway.store import default_data_dir


def demo(
    restaurant: Annotated[
        str | None, typer.Option(metavar="NAME", help="The example restaurant that is rung. Default: the first.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the example restaurants, and ring none.")] = False,
    say: Annotated[
        list[str] | None, typer.Option(help="A line of the caller's; may be repeated. Default: an order of its own.")
    ] = None,
    wav: Annotated[list[Path] | None, typer.Option(help="A line of the caller's as sound; may be repeated.")] = None,
    name: Annotated[str, typer.Option(help="What the caller says when asked for a name.")] = "Ana",
    tone: Annotated[bool, typer.Option("--tone", help="Tone codes in place of speech: quick, needs no model.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running afterwards, until Ctrl-C.")] = False,
    record: Annotated[Path, typer.Option(help="The stereo recording to write.")] = Path("gateway-demo.wav"),
    pos: Annotated[
        str | None, typer.Option("--pos", metavar="URL", help="A POS of yours that gets the order: `pos simulate`.")
    ] = None,
    pos_secret: Annotated[
        str | None, typer.Option(envvar=SECRET, show_envvar=True, help="With --pos: what messages are signed with.")
    ] = None,
    retry_speed: Annotated[
        float, typer.Option(min=1, max=100_000, metavar="N", help="Try failed messages again N times sooner.")
    ] = 1,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the embedded store.")] = None,
    agent_voice: Annotated[str, typer.Option(help="The agent's voice: engine:voice.")] = "pico:en-US",
    caller_voice: Annotated[str, typer.Option(help="The caller's voice.")] = "pico:en-GB",
) -> None:
    """Run a spoken order on this machine: phone, gateway, model, POS. Status 0: one order, one verified webhook."""
    there = examples()
    if list_:
        for example in there.values():
            out.print(f"{example.id:<16} {example.name}")
        return
    chosen = next(iter(there)) if restaurant is None else restaurant
    if chosen not in there:
        fail(f"there is no example restaurant {chosen}; there are {', '.join(there)}")
    if say and wav:
        fail("give --say or --wav, not both")
    if pos is not None and not pos_secret:
        fail(f"--pos needs the secret of that POS, too: --pos-secret whsec_..., or {SECRET} in the environment")
    need_local("soxr", "standardwebhooks", "websockets")
    # It needs the extra `local`, which a gateway in production is installed without.
    from gateway.cli import demo_run  # noqa: PLC0415 - see above

    options = demo_run.Options(
        restaurant=chosen,
        lines=tuple(say or ()) or (() if wav else demo_script(chosen)),
        recordings=tuple(wav or ()),
        name=name,
        tone=tone,
        keep=keep,
        record=record,
        data_dir=data_dir or default_data_dir() / "demo",
        pos=None if pos is None or pos_secret is None else (pos, pos_secret),
        retry_speed=retry_speed,
        agent_voice=agent_voice,
        caller_voice=caller_voice,
    )
    raise typer.Exit(demo_run.run(options))
