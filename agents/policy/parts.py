"""Work divided into a fixed number of parts, whatever number of threads they are done on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Result = TypeVar("Result")


def divided(things: int, parts: int) -> list[slice]:
    """So many things in so many parts, as evenly as it goes."""
    borders = [things * i // parts for i in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(borders)]


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
        return divided(things, self.count)

    def each(self, work: Callable[[int], Result]) -> list[Result]:
        """What `work` returns for each part, by its number."""
        return list(self._pool.map(work, range(self.count)))
