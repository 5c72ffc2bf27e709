"""What commands have in common in which an agent plays: how it chooses its moves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from agents.cli.command import OptionalCount, OptionalNumber, OptionalSeconds, OptionalTile
from agents.ntuple.config import check_tile
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.base import Agent


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """How the agent chooses its moves; by default as it was trained, without looking ahead."""

    plies: Annotated[OptionalCount, arg(name="search")] = None
    """Layers of its moves that the agent looks ahead, over all new tiles; by default 1: greedy."""
    move_time: OptionalSeconds = None
    """Seconds in which it looks ahead as far as it can, and at most --search."""
    cutoff: OptionalNumber = None
    """Look no further from boards that come about with less than this probability; by default 0:
    search everything. So full boards are searched more deeply than empty ones."""
    downgrade: OptionalTile = None
    """Choose moves as if no tile were larger, 0: as it is; by default as the player was trained
    (ntuple: 4096). See agents/ntuple/downgrade.py."""
    missing: OptionalTile = None
    """Do so only where this tile or a larger one is missing below the largest."""

    def check(self) -> None:
        """Raises UsageError for an option that is out of range, or lacks one it needs."""
        check_plies(self.plies)
        self._check_limits()
        tiles = (
            ("--downgrade", self.downgrade or None, " (0: none)"),
            ("--missing", self.missing, ""),
        )
        for option, tile, hint in tiles:
            if tile is not None:
                try:
                    check_tile(option, tile, 2, 16384)
                except ValueError as error:
                    raise UsageError(f"{error}{hint}") from None

    def _check_limits(self) -> None:
        from agents.search.deadline import MOST_SECONDS

        if self.move_time is not None and not 0 < self.move_time <= MOST_SECONDS:
            raise UsageError(
                f"--move-time must be above 0 and at most {MOST_SECONDS:g} seconds, "
                f"not {self.move_time:g}"
            )
        if self.cutoff is not None and not 0 <= self.cutoff < 1:
            raise UsageError(f"--cutoff must be 0 or more and below 1, not {self.cutoff:g}")
        if self.cutoff is not None and self.move_time is None and self.plies in (None, 1):
            raise UsageError(
                "--cutoff ends a search early: give --search 2 or more, or --move-time"
            )

    def of(self, agent: "Agent", threads: int = 1) -> "Agent":
        """The agent, downgrading tiles and searching if that was asked for.

        Args:
            agent: values the leaves.
            threads: how many search one move.

        Raises:
            UsageError: if the agent cannot search, or knows nothing of tiles.
        """
        if self.downgrade is not None or self.missing is not None:
            agent = self._downgrading(agent)
        if self.move_time is None and self.plies in (None, 1):
            return agent
        from agents.search.agent import SearchAgent

        try:
            return SearchAgent(
                agent, self.plies, self.move_time, cutoff=self.cutoff or 0.0, threads=threads
            )
        except ValueError as error:
            raise UsageError(f"{error}; choose another agent, or --search 1") from None

    def _downgrading(self, agent: "Agent") -> "Agent":
        from agents.ntuple.agent import NTupleAgent

        if not isinstance(agent, NTupleAgent):
            given = "--downgrade" if self.downgrade is not None else "--missing"
            raise UsageError(f"{given} is for n-tuple agents, which {agent.name} is not")
        limit = agent.network.limit if self.downgrade is None else self.downgrade or None
        if self.missing is not None and limit is None:
            raise UsageError("--missing says where to downgrade: give --downgrade, too")
        return agent.downgrading(limit, self.missing or 2)


def check_plies(search: int | None) -> None:
    """Raises UsageError for a number of plies that is given and out of range."""
    from agents.search.expectimax import MOST_PLIES

    if search is not None and not 1 <= search <= MOST_PLIES:
        raise UsageError(f"--search must be 1 to {MOST_PLIES} (1: greedy), not {search}")
