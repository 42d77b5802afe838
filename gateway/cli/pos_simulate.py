"""`gateway pos simulate`: a POS in a terminal, for whoever writes a receiver or wants to see what one gets."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.cli.pos_secret import new_secret
from gateway.cli.terminal import fail, need_local
from gateway.pos.webhook import WebhookSecretError, sign

PORT = 8400
SECRET = "POS_SECRET"  # noqa: S105 - the name of a variable, not a secret


def simulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where it listens, on 127.0.0.1; 0: a free port.")] = PORT,
    secret: Annotated[
        str | None, typer.Option(envvar=SECRET, show_envvar=True, help="whsec_...; left out: a new one.")
    ] = None,
    gateway: Annotated[str, typer.Option(metavar="URL", help="The gateway that its status calls go to.")] = (
        "http://127.0.0.1:8000"
    ),
    first: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help='What to do first, "fail 503 3"; may be repeated.')
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print messages as JSON, with everything in them.")] = False,
) -> None:
    """Stand in for a POS: verify and show what the gateway delivers, and misbehave when told to.

    Type what it should do, a line each; `help` lists it. Scripts send the same lines to its /control.
    """
    need_local("standardwebhooks")
    # It needs the extra `local`, which a gateway in production is installed without.
    from gateway.cli import pos_simulate_run  # noqa: PLC0415 - see above
    from gateway.local.pos_wishes import WishError  # noqa: PLC0415 - see above

    secret = secret or new_secret()
    try:
        sign(secret, "", datetime.fromtimestamp(0, UTC), b"")
        pos_simulate_run.run(secret, SECRET, port, gateway, first or (), as_json=json_)
    except WishError as error:
        fail(f"--first: {error}")
    except OSError as error:
        fail(f"port {port} cannot be listened on ({error.strerror}); name another with --port")
    except WebhookSecretError as error:
        fail(f"--secret cannot be used: {error}; leave it out, and a new one is made")
