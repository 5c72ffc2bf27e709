"""Any agent that values afterstates, looking further ahead."""

from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent, Games, Rng
from agents.ntuple.agent import NTupleAgent
from agents.search.batched import BatchedSearch, OutOfTimeError, ValuesAfterstates
from agents.search.compiled import CompiledSearch
from agents.search.deadline import MOST_SECONDS, Deadline
from agents.search.expectimax import MOST_PLIES
from agents.search.kernels import LARGEST, MOVES, SCORE
from env2048.board import FOUR_PROBABILITY, four_threshold

TABLE_BYTES = 64 << 20
"""Of the transposition table, by default."""

_MOVES_AT_ONCE = {2: 2048, 3: 64}
"""Moves that are played in one go of compiled code, by plies: a fraction of a second."""


class Search(Protocol):
    """What `CompiledSearch` and `BatchedSearch` have in common."""

    def values(
        self, boards: NDArray[np.uint8], plies: int, stop: NDArray[np.uint8]
    ) -> NDArray[np.float64]:
        """What the moves are worth; OutOfTimeError if `stop` ended the search."""
        ...


class SearchAgent(Agent):
    """Plays the best move of an expectimax search, whose leaves another agent values.

    With one ply it plays as that agent does. With a time limit it searches one ply, then two, and
    so on, and takes the values of the last search that was completed.

    Args:
        agent: an n-tuple agent, or any that has `afterstate_values` (see `ValuesAfterstates`).
        plies: layers of our moves, 1 to 32; None if only the time limits the search.
        move_time: seconds per move.
        cutoff: boards that come about with less than this probability are valued with one ply; 0:
            none, the search is exact.
        table_bytes: memory for the transposition table (n-tuple agents, three plies and more).
            Threads share it.
        threads: how many search the moves of a single board (n-tuple agents, three plies and more).

    Raises:
        ValueError: if the agent does not value afterstates, or an argument is out of range.
    """

    def __init__(
        self,
        agent: Agent,
        plies: int | None = 2,
        move_time: float | None = None,
        *,
        cutoff: float = 0.0,
        table_bytes: int = TABLE_BYTES,
        threads: int = 1,
    ) -> None:
        if plies is None and move_time is None:
            raise ValueError("a search needs a number of plies, a time per move, or both")
        if plies is not None and not 1 <= plies <= MOST_PLIES:
            raise ValueError(f"plies must be 1 to {MOST_PLIES}, not {plies}")
        if move_time is not None and not 0 < move_time <= MOST_SECONDS:
            raise ValueError(
                f"move_time must be above 0 and at most {MOST_SECONDS}, not {move_time}"
            )
        if not 0 <= cutoff < 1:
            raise ValueError(f"cutoff must be 0 or more and below 1, not {cutoff}")
        if table_bytes < 0:
            raise ValueError(f"table_bytes must be 0 or more, not {table_bytes}")
        if threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        self.name = agent.name
        self.size = agent.size
        self.plies = plies
        self.agent = agent
        self.move_time = move_time
        self._compiled: CompiledSearch | None = None
        self._search: Search
        if isinstance(agent, NTupleAgent):
            self._compiled = CompiledSearch(agent.network, cutoff, table_bytes, threads)
            self._search = self._compiled
        elif isinstance(agent, ValuesAfterstates):
            self._search = BatchedSearch(agent, cutoff)
        else:
            raise ValueError(f"{agent.name} cannot look ahead: it does not value afterstates")
        self.deterministic = agent.deterministic and move_time is None
        # Whole games in compiled code, and moves that take their time, are played one by one.
        self.batch = 1 if self._compiled or move_time is not None else agent.batch

    def save(self, path: str | Path) -> None:
        """Writes the agent that values the leaves; searching has nothing to be kept."""
        self.agent.save(path)

    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """reward + expected value of each move, NaN if illegal; [N, size, size] -> [N, 4]."""
        if self.plies == 1:
            return self.agent.values_many(boards)
        if self.move_time is not None and len(boards):
            return np.concatenate([self._deepen(boards[i : i + 1]) for i in range(len(boards))])
        with Deadline(None) as stop:
            return self._search.values(boards, self.plies or 2, stop)

    def play(
        self,
        keys: NDArray[np.uint64],
        rng: Rng | None = None,
        four_probability: float = FOUR_PROBABILITY,
    ) -> Games:
        """Plays the games with these keys, in compiled code where there is some.

        The search always reckons with one 4 in ten new tiles.
        """
        if self.plies == 1:
            return self.agent.play(keys, rng, four_probability)
        if self._compiled is None or self.plies is None or self.move_time is not None:
            return super().play(keys, rng, four_probability)
        games = Games.empty(keys)
        search, plies, threshold = self._compiled, self.plies, four_threshold(four_probability)
        search.play(search.start(0, threshold), 0, threshold, plies)  # compiles, even without games
        for i, key in enumerate(keys):
            game = search.start(int(key), threshold)
            most = _MOVES_AT_ONCE.get(plies, 1)
            while not self.halted and search.play(game, most, threshold, plies):
                pass
            games.scores[i] = game[SCORE]
            games.largest[i] = game[LARGEST]
            games.moves[i] = game[MOVES]
        return games

    def _deepen(self, board: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Iterative deepening (Slate & Atkin 1977) within the time limit; [1, S, S] -> [1, 4]."""
        values = self.agent.values_many(board)
        if np.isfinite(values).sum() < 2:
            return values  # nothing to choose
        with Deadline(None) as never:
            self._search.values(board[:0], 2, never)  # compiles before the clock starts
        with Deadline(self.move_time) as stop, suppress(OutOfTimeError):
            for plies in range(2, (self.plies or MOST_PLIES) + 1):
                values = self._search.values(board, plies, stop)
        return values
