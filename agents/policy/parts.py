"""Work divided into a fixed number of parts, whatever number of threads they are done on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Result = TypeVar("Result")


class Parts:
    """What is done in parts, and put together in their order, does not depend on the threads.

    Attributes:
        count: into how many parts work is divided.
    """

    def __init__(self, count: int, threads: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(min(threads, count))

    def of(self, things: int) -> list[slice]:
        """So many things, divided as evenly as it goes."""
        borders = [things * i // self.count for i in range(self.count + 1)]
        return [slice(a, b) for a, b in pairwise(borders)]

    def each(self, work: Callable[[int], Result]) -> list[Result]:
        """What `work` returns for each part, by its number."""
        return list(self._pool.map(work, range(self.count)))
