"""The command line: `gateway`, one module for each command.

Rules: what a command prints for people goes through Rich; what a program may read (schemas, diagrams) is plain text on
standard output. A mistake of the user's is a line that says what to do, never a traceback, and a status above 0. What
only one command needs and loads slowly is imported inside it, so that `gateway --help` stays quick.
"""

import typer

from gateway.cli.block import block
from gateway.cli.call import call
from gateway.cli.check import check
from gateway.cli.demo import demo
from gateway.cli.eighty_six import eighty_six
from gateway.cli.fallback import fallback
from gateway.cli.menu import menu
from gateway.cli.order import order
from gateway.cli.pos import pos
from gateway.cli.printing import schemas, settings, states
from gateway.cli.replay import replay
from gateway.cli.serve import serve, worker
from gateway.cli.staff import calls, staff

app = typer.Typer(
    name="gateway",
    help="Answers a restaurant's phone: takes the order by voice, checks it against the menu, hands it to the POS.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold callers' numbers and tokens
)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(check)
app.command()(call)
app.command()(replay)
app.add_typer(menu, name="menu")
app.add_typer(order, name="order")
app.add_typer(eighty_six, name="86")
app.command()(fallback)
app.command()(block)
app.command()(calls)
app.add_typer(staff, name="staff")
app.add_typer(pos, name="pos")
app.command()(states)
app.command()(schemas)
app.command()(settings)
