"""Where the games of a run end that have large tiles: how many come from each step to the next.

    python tests/benchmarks/last_steps.py RUN --games 2000
    python tests/benchmarks/last_steps.py RUN --games 300 --search 2 --missing 4096

The way to a tile goes over sums: to 32768 over 16384 alone, then 8192 beside it, 4096 beside both
and so on, all of which merge at last. Whether a game came so far is told from its score: a tile 2^k
of which all began as tiles 2 has brought (k - 1) 2^k points, and every 4 that appeared, one tile in
ten, brought 4 less. So shares are off by the few games that end within a hair of a step.
"""

import argparse

import numpy as np

from agents.cli.search import SearchOptions
from agents.evaluation import evaluate
from agents.registry import load
from env2048.board import FOUR_PROBABILITY

STEPS = 6
"""Down to which share of the larger tile the sums go: a 64th."""


def sums_to(tile: int) -> list[int]:
    """The steps on the way to a tile, for 32768: 16384, 24576, 28672, ..."""
    return [tile - (tile >> step) for step in range(1, STEPS + 1)]


def least_score(total: int) -> float:
    """About what a game has scored whose tiles come to a sum, and are its binary digits."""
    merged = sum((k - 1) << k for k in range(1, total.bit_length()) if total >> k & 1)
    tiles = total / (2 + 2 * FOUR_PROBABILITY)  # that have appeared
    return merged - 4 * FOUR_PROBABILITY * tiles


def main() -> None:
    """Plays, and prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--games", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--search", type=int)
    parser.add_argument("--cutoff", type=float)
    parser.add_argument("--downgrade", type=int)
    parser.add_argument("--missing", type=int)
    given = parser.parse_args()
    options = SearchOptions(
        plies=given.search,
        cutoff=given.cutoff,
        downgrade=given.downgrade,
        missing=given.missing,
    )
    options.check()
    result = evaluate(options.of(load(given.run)), given.games, given.seed)
    low, high = result.ci95
    speed = f"{result.moves_per_second:,.0f} moves/s"
    print(f"mean score {result.mean_score:,.0f} ({low:,.0f} to {high:,.0f}), {speed}")
    before = given.games
    for total in (*sums_to(8192), *sums_to(16384), *sums_to(32768), *sums_to(65536)[:2]):
        came = int(np.count_nonzero(result.games.scores >= least_score(total)))
        print(f"{total:>6}{came / given.games:>8.1%}{came / max(1, before):>8.1%} of those before")
        before = came


if __name__ == "__main__":
    main()
