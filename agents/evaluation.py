"""How well an agent plays: many games with known keys, in parallel, and what came of them."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.base import Agent, Games
from agents.statistics import mean_interval, tile_rates
from env2048.keys import first_keys

BATCH = 100
"""Games that are played together. Fixed, so that results do not depend on the number of workers.

Agents that search take fewer: see `Agent.batch`."""


@dataclass(frozen=True)
class Evaluation:
    """The outcome of an evaluation; `summary()` has the fields of `scratch2048 eval --json`."""

    agent: str
    seed: int
    search: int | None
    """Plies; None if only time limited the search."""
    games: Games
    seconds: float

    @property
    def mean_score(self) -> float:
        """The mean score."""
        return mean_interval(self.games.scores)[0]

    @property
    def ci95(self) -> tuple[float, float]:
        """The 95% confidence interval of the mean score."""
        return mean_interval(self.games.scores)[1]

    @property
    def max_score(self) -> int:
        """The best game's score."""
        return int(self.games.scores.max())

    @property
    def tile_rates(self) -> dict[str, float]:
        """Share of games that reached at least each tile."""
        return tile_rates(self.games.largest)

    @property
    def moves(self) -> int:
        """Moves in all games."""
        return int(self.games.moves.sum())

    @property
    def moves_per_second(self) -> float:
        """Moves per second of wall time, all workers together."""
        return self.moves / self.seconds

    @property
    def best_game(self) -> int:
        """The number i of the game with the highest score: that of `env.reset(seed=seed + i)`."""
        return int(self.games.scores.argmax())

    def summary(self) -> dict[str, Any]:
        """Plain numbers for JSON."""
        return {
            "agent": self.agent,
            "games": len(self.games.scores),
            "seed": self.seed,
            "search": self.search,
            "mean_score": self.mean_score,
            "ci95": list(self.ci95),
            "max_score": self.max_score,
            "tile_rates": self.tile_rates,
            "moves": self.moves,
            "seconds": self.seconds,
            "moves_per_second": self.moves_per_second,
        }


def evaluate(
    agent: Agent,
    games: int = 1000,
    seed: int = 0,
    workers: int | None = None,
    report: Callable[[int], None] = lambda played: None,
) -> Evaluation:
    """Plays games and measures them.

    Game i is that of `env.reset(seed=seed + i)`, and what is random in the agent comes from the
    seed and the number of its batch, so the result is the same for any number of workers.

    Args:
        agent: the player.
        games: how many, 1 or more.
        seed: the seed of the first game.
        workers: threads; one per core by default. Compiled agents play without the GIL.
        report: called with the number of games played after each batch.

    Raises:
        ValueError: if there are no games, workers are below 1, or the seed is negative.
    """
    if games < 1:
        raise ValueError(f"games must be 1 or more, not {games}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, not {seed}")
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be 1 or more, not {workers}")
    keys = first_keys(seed, games)
    agent.play(keys[:0])  # compiles, if need be, before the clock starts

    batch = min(BATCH, agent.batch or BATCH)

    def play(first: int) -> Games:
        rng = np.random.default_rng([seed, first])
        return agent.play(keys[first : first + batch], rng)

    start = time.perf_counter()
    parts: list[Games] = []
    played = 0
    try:
        with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
            try:
                for part in pool.map(play, range(0, games, batch)):
                    parts.append(part)
                    played += len(part.scores)
                    report(played)
            except BaseException:  # also Ctrl-C: the games under way need not be finished
                agent.halted = True
                raise
    finally:
        agent.halted = False
    seconds = time.perf_counter() - start
    return Evaluation(agent.name, seed, agent.plies, Games.concatenate(parts), seconds)
