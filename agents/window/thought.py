"""What an agent decides, found by a thread of its own, so that a window lives on meanwhile."""

import threading
from collections.abc import Callable

from agents.recording import Decision


class Thought:
    """An agent's decision, or the wait for it.

    Whoever no longer wants to know may forget it: the thread does not keep the program from ending.

    Args:
        decide: what to call; compiled searches let other threads run meanwhile.
        after: begin when this one is through: an agent has one thought at a time.
    """

    def __init__(self, decide: Callable[[], Decision], after: "Thought | None" = None) -> None:
        self._decide = decide
        self._after = after
        self._found: Decision | BaseException
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        if self._after is not None:
            self._after._thread.join()
            self._after = None
        try:
            self._found = self._decide()
        except BaseException as error:
            self._found = error

    def wait(self, seconds: float) -> bool:
        """Waits until it is found, and no longer than this; whether it is."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def decision(self) -> Decision:
        """What was found, after `wait` has said true; raises what the agent raised."""
        if isinstance(self._found, BaseException):
            raise self._found
        return self._found
