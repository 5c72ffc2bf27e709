"""A flag that goes up when time is over, for compiled code that cannot look at the clock."""

from threading import Timer
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

MOST_SECONDS = 3600.0
"""That a deadline may be away."""


class Deadline:
    """Within `with Deadline(seconds) as flag`, flag[0] becomes 1 when the seconds have passed.

    A thread of its own sets it; that works because compiled searches release the GIL.

    Args:
        seconds: None: never.
    """

    def __init__(self, seconds: float | None) -> None:
        self._flag = np.zeros(1, np.uint8)
        self._timer = None if seconds is None else Timer(seconds, self._raise)

    def __enter__(self) -> NDArray[np.uint8]:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self._flag

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._raise()  # for searches that an exception, as of Ctrl-C, has left running
        if self._timer is not None:
            self._timer.cancel()

    def _raise(self) -> None:
        self._flag[0] = 1
