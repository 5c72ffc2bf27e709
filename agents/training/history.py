"""The course of a training run: its recent games, its totals, its metrics file.

Metrics are written per 100 games, whatever the pieces in which the run plays them, so that a run
which was interrupted and resumed has the same curve as one that was not.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from agents.errors import AgentFileError
from agents.statistics import tile_rates
from env2048.files import atomic_path

if TYPE_CHECKING:
    from agents.base import Games

RECENT = 1000
ROW = 100
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""How the scores of a row are distributed: the scores below which these shares of its games are."""


@dataclass
class History:
    """What a run remembers of its games.

    Attributes:
        games: games played so far.
        moves: moves in all of them, and in all that was played on again.
        seconds: time spent on them, compilation excluded.
        recent: scores, largest exponents and moves of the last 1,000 games, int64 [<= 1000, 3].
    """

    COUNTS: ClassVar[tuple[str, ...]] = ("games", "moves")
    """The whole numbers among the attributes."""

    games: int = 0
    moves: int = 0
    seconds: float = 0.0
    recent: NDArray[np.int64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """A new run remembers nothing."""
        if self.recent is None:
            self.recent = np.zeros((0, 3), np.int64)

    def pack(self) -> tuple[dict[str, NDArray[Any]], dict[str, int | float]]:
        """Tensors and metadata of a checkpoint, from which `unpack` makes it again."""
        counts = {name: getattr(self, name) for name in self.COUNTS}
        return {"recent": self.recent}, {**counts, "seconds": self.seconds}

    @classmethod
    def unpack(
        cls, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any], file: str
    ) -> Self:
        """The history in a checkpoint; `file` is named in errors.

        Raises:
            AgentFileError: if it is not there, or its parts do not fit together.
        """
        try:
            counts = {name: metadata[name] for name in cls.COUNTS}
            seconds, recent = metadata["seconds"], tensors["recent"]
            whole = all(isinstance(count, int) and count >= 0 for count in counts.values())
            whole = whole and isinstance(seconds, float)
            fits = recent.dtype == np.int64
            fits = fits and recent.shape == (min(counts["games"], RECENT), 3)
        except (KeyError, TypeError):
            whole = fits = False
        if not whole or not fits:
            raise AgentFileError(f"{file}: does not say how far its run had come")
        return cls(seconds=seconds, recent=recent, **counts)

    def add(self, games: "Games") -> list[dict[str, Any]]:
        """Takes in the next games, in order; returns the rows of metrics that became complete."""
        rows = []
        played = np.stack([games.scores, games.largest, games.moves, games.again], axis=1)
        while len(played):
            room = ROW - self.games % ROW
            part, played = played[:room], played[room:]
            self.recent = np.concatenate([self.recent, part[:, :3]])[-RECENT:]
            self.games += len(part)
            self.moves += int(part[:, 2:].sum())
            if self.games % ROW == 0:
                rows.append(self._row())
        return rows

    def _row(self) -> dict[str, Any]:
        last = self.recent[-ROW:]
        return {
            "games": self.games,
            "moves": self.moves,
            "mean_score": float(last[:, 0].mean()),
            "max_score": int(last[:, 0].max()),
            "score_quantiles": np.quantile(last[:, 0], QUANTILES).tolist(),
            "mean_moves": float(last[:, 2].mean()),
            "tile_rates": tile_rates(last[:, 1]),
        }

    @property
    def mean_score(self) -> float:
        """Mean score of the last 1,000 games."""
        return float(self.recent[:, 0].mean()) if len(self.recent) else 0.0

    @property
    def tile_rates(self) -> dict[str, float]:
        """Share of the last 1,000 games that reached each tile."""
        return tile_rates(self.recent[:, 1])

    @property
    def moves_per_second(self) -> float:
        """Moves per second of training time."""
        return self.moves / self.seconds if self.seconds else 0.0


def append_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Adds rows to a metrics file."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())


def read_rows(path: Path, counts: str = "games") -> list[dict[str, Any]]:
    """The rows of a metrics file up to a line that is none, as the last one after a kill.

    Args:
        path: the file; one that is missing has no rows.
        counts: the whole number that each row has: `games`, or `epoch` in a network's run.
    """
    rows: list[dict[str, Any]] = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(row, dict) or not isinstance(row.get(counts), int):
            break
        rows.append(row)
    return rows


def rewind_rows(path: Path, games: int) -> None:
    """Drops the rows after `games`: those that a killed run wrote after its last checkpoint."""
    kept = [row for row in read_rows(path) if row["games"] <= games]
    with atomic_path(path) as temporary:
        temporary.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
