"""The demo while it goes on: transcript, order and states side by side in a terminal, plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from gateway.call.states import State
from gateway.cli.story import Moment, Story
from gateway.cli.story_view import moment_line, order_table

HEIGHT = 26
_ROWS = HEIGHT - 4
_STATES = 7


class View:
    """Shows a story whenever it has grown."""

    def __init__(self, console: Console, live: Live | None) -> None:
        self._console = console
        self._live = live
        self._shown = 0

    def __call__(self, story: Story) -> None:
        """The story has grown."""
        if self._live is not None:
            self._live.update(_screen(story, self._console.width), refresh=True)
            return
        for moment in story.moments[self._shown :]:
            self._console.print(moment_line(story, moment), soft_wrap=True)
        self._shown = len(story.moments)


@contextmanager
def open_view(console: Console) -> Iterator[View]:
    """A view on a console, live where there is a terminal to draw on."""
    if not console.is_terminal or console.is_dumb_terminal or console.height < HEIGHT:
        yield View(console, None)
        return
    # Redrawn only when the story has grown: the call's 20 ms clock runs on the same thread.
    with Live(Text("ringing ..."), console=_low(console), auto_refresh=False) as live:
        yield View(console, live)


def _low(console: Console) -> Console:
    """The same terminal, as high as the screen needs: a layout fills all the height there is."""
    return Console(file=console.file, height=HEIGHT, width=console.width, highlight=False)


def _screen(story: Story, width: int) -> RenderableType:
    layout = Layout()
    layout.split_row(Layout(name="said", ratio=3), Layout(name="right", ratio=2))
    layout["right"].split_column(Layout(name="order"), Layout(name="states", size=_STATES + 4))
    said = [moment for moment in story.moments if moment.kind not in ("states", "order")]
    restaurant = story.call.restaurant
    layout["said"].update(Panel(_transcript(story, said, width * 3 // 5 - 4), title=f"{restaurant.name} on the phone"))
    order = story.call.order
    table: RenderableType = order_table(order, restaurant) if order is not None else ""
    state = order.state.value if order is not None else "none yet"
    layout["order"].update(Panel(table, title=f"order ({state})"))
    layout["states"].update(Panel(_trail(story), title="state"))
    return layout


def _transcript(story: Story, said: list[Moment], width: int) -> RenderableType:
    """The last utterances that fit."""
    lines: list[Text] = []
    rows = 0
    for moment in reversed(said):
        line = moment_line(story, moment)
        rows += -(-len(line.plain) // max(width, 1))
        if rows > _ROWS and lines:
            break
        lines.insert(0, line)
    return Group(*lines)


def _trail(story: Story) -> RenderableType:
    now: State = story.call.state
    seen = story.trail[-_STATES:-1]
    return Group(
        *(Text(state.diagram_name, style="dim") for state in seen), Text(f"> {now.diagram_name}", style="bold")
    )
