"""Stopping cleanly: Ctrl-C and SIGTERM ask, the training loop saves and ends."""

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

_SAME_REQUEST = 2.0  # seconds


class StopRequest:
    """While active, the first Ctrl-C or SIGTERM sets `requested`; a later one stops at once.

    Signals within 2 seconds of the first are the same request: wrappers and supervisors pass one on
    twice, or SIGTERM after SIGINT, and what was learned is to be saved all the same.

    Example:
        with StopRequest() as stop:
            while not stop.requested:
                work()
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self._event = threading.Event()
        self._asked = 0.0
        self._before: dict[signal.Signals, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def request(self) -> None:
        """Asks to stop, as a signal does."""
        self._event.set()

    def __enter__(self) -> "StopRequest":
        """Takes the signals over; only the main thread can."""
        if threading.current_thread() is threading.main_thread():
            for number in self._SIGNALS:
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Gives the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.requested:
            self._asked = now
            self.request()
        elif now - self._asked >= _SAME_REQUEST:
            raise KeyboardInterrupt
