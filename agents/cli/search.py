"""What commands have in common that choose how an agent plays: `--search`, `--downgrade` ..."""

from typing import TYPE_CHECKING

from agents.ntuple.config import check_tile
from env2048.errors import UsageError

if TYPE_CHECKING:
    from agents.base import Agent


def check_search(
    search: int | None,
    move_time: float | None = None,
    downgrade: int | None = None,
    missing: int | None = None,
) -> None:
    """Raises UsageError for plies, seconds or a tile that are given and out of range."""
    from agents.search.deadline import MOST_SECONDS
    from agents.search.expectimax import MOST_PLIES

    if search is not None and not 1 <= search <= MOST_PLIES:
        raise UsageError(f"--search must be 1 to {MOST_PLIES} (1: greedy), not {search}")
    if move_time is not None and not 0 < move_time <= MOST_SECONDS:
        raise UsageError(
            f"--move-time must be above 0 and at most {MOST_SECONDS:g} seconds, not {move_time:g}"
        )
    tiles = ("--downgrade", downgrade or None, " (0: none)"), ("--missing", missing, "")
    for option, tile, hint in tiles:
        if tile is not None:
            try:
                check_tile(option, tile, 2, 16384)
            except ValueError as error:
                raise UsageError(f"{error}{hint}") from None


def looking_ahead(
    agent: "Agent",
    search: int | None,
    move_time: float | None,
    downgrade: int | None,
    missing: int | None,
    threads: int = 1,
) -> "Agent":
    """The agent, downgrading tiles and searching if that was asked for.

    Args:
        agent: values the leaves.
        search: plies. move_time: seconds. downgrade: a tile, 0 for none. missing: where to, see
            `agents.ntuple.downgrade`. Options that were not given are None.
        threads: how many search one move.

    Raises:
        UsageError: if the agent cannot search, or knows nothing of tiles.
    """
    if downgrade is not None or missing is not None:
        agent = _downgrading(agent, downgrade, missing)
    if move_time is None and search in (None, 1):
        return agent
    from agents.search.agent import SearchAgent

    try:
        return SearchAgent(agent, search, move_time, threads=threads)
    except ValueError as error:
        raise UsageError(f"{error}; choose another agent, or --search 1") from None


def _downgrading(agent: "Agent", tile: int | None, missing: int | None) -> "Agent":
    from agents.ntuple.agent import NTupleAgent

    if not isinstance(agent, NTupleAgent):
        given = "--downgrade" if tile is not None else "--missing"
        raise UsageError(f"{given} is for n-tuple agents, which {agent.name} is not")
    limit = agent.network.limit if tile is None else tile or None
    if missing is not None and limit is None:
        raise UsageError("--missing says where to downgrade: give --downgrade, too")
    return agent.downgrading(limit, missing or 2)
