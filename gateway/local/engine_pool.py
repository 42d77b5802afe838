"""Idle recognition engines, kept by what they expect to hear.

An engine serves one utterance at a time and takes tens of milliseconds to make for a few thousand phrases, while a turn
of a conversation expects what an earlier one expected. So engines go back here after an utterance. The pool is bounded;
the set of phrases that waited longest is dropped first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
E = TypeVar("E")


class EnginePool(Generic[K, E]):
    """Engines that are not in use. May be used from any thread.

    Args:
        make: Makes an engine for a key; called outside of the lock, because it is slow.
        limit: At most so many idle engines.
    """

    def __init__(self, make: Callable[[K], E], limit: int = 16) -> None:
        self._make = make
        self._limit = limit
        self._idle: OrderedDict[K, list[E]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: K) -> E:
        """An engine for this key, for the caller alone, until it is given back (or forgotten)."""
        with self._lock:
            if engines := self._idle.get(key):
                engine = engines.pop()
                if not engines:
                    del self._idle[key]
                return engine
        return self._make(key)

    def give(self, key: K, engine: E) -> None:
        """Put an engine back. It must be ready for a new utterance."""
        with self._lock:
            self._idle.setdefault(key, []).append(engine)
            self._idle.move_to_end(key)
            while sum(map(len, self._idle.values())) > self._limit:
                oldest, engines = next(iter(self._idle.items()))
                engines.pop()
                if not engines:
                    del self._idle[oldest]
