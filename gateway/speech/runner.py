"""How blocking speech work is run: in a thread or in place. The caller of a service decides; the service stays pure."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """Runs blocking work and gives its result. ``asyncio.to_thread`` is one."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Start ``work()``; the awaitable gives its result or raises its error."""
        ...


async def run_inline(work: Callable[[], T], /) -> T:
    """The runner without a thread: the work is done at once, in place."""
    return work()
