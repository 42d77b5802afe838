"""The state of one call, moved by the table alone (specification, "State Machine Interface")."""

from collections.abc import Callable

from gateway.call.states import TABLE, State, can_transition

StateObserver = Callable[[State, State], None]
RefusalObserver = Callable[[State, str], None]


class StateMachine:
    """Holds the state; tells observers of changes and of events that the table does not know in this state."""

    def __init__(self) -> None:
        self._state = State.DISCONNECTED
        self._changed: list[StateObserver] = []
        self._refused: list[RefusalObserver] = []

    @property
    def current_state(self) -> State:
        """Where the call is."""
        return self._state

    @staticmethod
    def can_transition(source: State, trigger: str) -> bool:
        """Whether the event type `trigger` moves a call that is in `source`."""
        return can_transition(source, trigger)

    def transition(self, trigger: str) -> bool:
        """Move by the event type `trigger`; False when the table has no such row (a late event)."""
        target = TABLE.get((self._state, trigger))
        if target is None:
            for refused in self._refused:
                refused(self._state, trigger)
            return False
        source, self._state = self._state, target
        for changed in self._changed:
            changed(source, target)
        return True

    def on_state_change(self, observer: StateObserver) -> None:
        """Call `observer(from, to)` at every move."""
        self._changed.append(observer)

    def on_transition_error(self, observer: RefusalObserver) -> None:
        """Call `observer(state, trigger)` whenever an event has no row."""
        self._refused.append(observer)
