"""What an n-tuple training run can be told; plain data, so that the command line starts fast."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, Literal, Self

from agents.training.settings import check_known, check_range, check_whole, is_number

Algorithm = Literal["td0", "tc"]

COLUMNS: dict[str, int] = {"td0": 1, "tc": 3}
"""Numbers kept per table entry: the weight; for TC also the sums of its errors and of their
sizes."""

ALPHA: dict[str, float] = {"td0": 0.1, "tc": 1.0}
"""Learning rates where none is given; one update changes a board's value by alpha times its
error."""


@dataclass(frozen=True)
class Stage:
    """How games are learned from: all games of a run, or those of one stage of a recipe."""

    games: int = 100_000
    """How many games to play."""
    algorithm: Algorithm = "tc"
    """td0: TD(0); tc: temporal coherence learning, a rate of its own for each weight."""
    alpha: float | None = None
    """The learning rate; by default 0.1 for td0 and 1.0 for tc."""
    replay: int = 0
    """After each game, this many are learned from again, backwards: it, and past ones by chance."""
    trace: float = 0.0
    """Lambda: how much of what follows counts as it fell, in the returns of TD(lambda)."""
    steps: int = 1
    """n: how many rewards count as they fell, in n-step returns."""
    anneal: float = 0.0
    """In this share of the games, at the end, the learning rate falls evenly to 0."""
    warmup: int = 0
    """In the first games, as many as this, the learning rate rises evenly to what it is to be."""
    split: tuple[int, ...] = ()
    """From the first of these games on, boards with such a tile or a larger one have tables of
    their own, which begin as copies. 24576 are boards with 16384 and 8192, and so on. A single
    number may be given as it is."""
    carousel: tuple[int, ...] = ()
    """When a game is over it is played on from where it came to the first of these tiles, from
    where it or that play came to the second, and so on; one may stand there several times. Scores
    are those of the game itself."""
    downgrade: int | None = None
    """The largest tile on a board that a move is chosen on, where larger ones can be made smaller;
    see `downgrade.py`."""
    missing: int = 2
    """They are made smaller only where such a tile or a larger one is missing."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: if a value is out of range.
        """
        if self.algorithm not in list(COLUMNS):
            raise ValueError(f"algorithm must be one of {', '.join(COLUMNS)}, not {self.algorithm}")
        if self.alpha is not None and not (is_number(self.alpha) and 0 < self.alpha <= 10):
            raise ValueError(f"alpha must be above 0 and at most 10, not {self.alpha!r}")
        check_whole(self, games=(1, None), replay=(0, 1000), steps=(1, 1000), warmup=(0, None))
        check_range(self, trace=1.0, anneal=1.0)
        for name in ("split", "carousel"):
            tiles = _tiles(getattr(self, name))
            object.__setattr__(self, name, tiles)
            for tile in tiles:
                check_tiles(name, tile)
        if any(tile > larger for tile, larger in pairwise(self.carousel)):
            raise ValueError("carousel needs its tiles in order, the smallest first")
        if self.carousel and not self.online:
            raise ValueError(
                "carousel goes without lambda and steps: returns are learned of whole games"
            )
        if self.downgrade is not None:
            check_tile("downgrade", self.downgrade, 2, 16384)
            if self.sweeps:
                raise ValueError(
                    "downgrade goes without replay, lambda and steps: past games are learned from "
                    "as they were"
                )
        check_tile("missing", self.missing, 2, 16384)
        if self.missing > 2 and self.downgrade is None:
            raise ValueError("missing says where to downgrade: give the largest tile as well")
        if self.steps > 1 and self.trace > 0:
            raise ValueError(
                "steps above 1 goes without a trace (lambda): both make returns longer"
            )

    @property
    def rate(self) -> float:
        """The learning rate in force once it has risen and before it falls."""
        return ALPHA[self.algorithm] if self.alpha is None else self.alpha

    def rate_of(self, game: int) -> float:
        """The learning rate of one of the games, counted from 0."""
        falling = self.anneal * self.games
        risen = (game + 1) / self.warmup if self.warmup else 1.0
        left = (self.games - game) / falling if falling else 1.0
        return self.rate * min(1.0, risen, left)

    @property
    def online(self) -> bool:
        """Whether each move is learned from as it is made: longer returns must wait for the end."""
        return self.steps == 1 and self.trace == 0

    @property
    def sweeps(self) -> int:
        """How many games are learned from again after each game."""
        return self.replay if self.online else max(self.replay, 1)


@dataclass(frozen=True)
class NTupleConfig(Stage):
    """One run of the n-tuple learner.

    A run with `stages` learns as they say, one after the other; the last of them lasts until all
    `games` are played. Without, the run's own settings hold for all of its games.
    """

    network: str = "4x6"
    """Networks by name (4x6, 17x4), patterns such as 012345, or several joined by commas."""
    initial: float = 0.0
    """What every board is worth at first; above 0, optimistic initialization."""
    seed: int = 0
    """The training games are those of an environment reset with this seed."""
    threads: int = 1
    """Threads that train the same tables, without locks. One thread is reproducible, more are
    not."""
    stages: tuple[Stage, ...] = ()
    """The stages of a recipe."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: if a value is out of range.
        """
        super().__post_init__()
        if not isinstance(self.network, str):
            raise ValueError(f"network must be names or patterns, not {self.network!r}")
        check_whole(self, seed=(0, None), threads=(1, 256))
        check_range(self, initial=1e6)
        for field in fields(Stage) if self.stages else ():
            if field.name != "games" and getattr(self, field.name) != field.default:
                raise ValueError(f"{field.name} is a setting of each stage, where there are stages")
        if self.stages and self.games <= sum(stage.games for stage in self.stages[:-1]):
            raise ValueError(f"games must be enough for all stages, not {self.games}")

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The settings of a file, as `dataclasses.asdict` or a recipe have them.

        Raises:
            ValueError: naming a setting that is unknown or out of range.
        """
        given = dict(settings)
        stages = given.pop("stages", ())
        if not isinstance(stages, list | tuple):
            raise ValueError(f"stages must be a list of settings, not {stages!r}")
        stages = tuple(Stage(**_known(Stage, stage)) for stage in stages)
        if stages:
            given.setdefault("games", sum(stage.games for stage in stages))
        return cls(stages=stages, **_known(cls, given))

    @property
    def columns(self) -> int:
        """Numbers per table entry that all stages together need."""
        return max(COLUMNS[stage.algorithm] for stage in self.stages or (self,))

    @property
    def algorithms(self) -> str:
        """The algorithms of all stages, as `td0, tc`."""
        return ", ".join(dict.fromkeys(stage.algorithm for stage in self.stages or (self,)))

    @property
    def splits(self) -> tuple[int, ...]:
        """The tiles at which the network is split at any time."""
        return tuple(sorted({tile for stage in self.stages or (self,) for tile in stage.split}))

    @property
    def remembers(self) -> bool:
        """Whether past games are learned from again at any time."""
        return any(stage.replay > 1 for stage in self.stages or (self,))

    def stage_end(self, game: int) -> int:
        """The first game after `game` that is of another stage, or the number of all games."""
        stage, n = self.stage_of(game)
        return game - n + stage.games

    def stage_of(self, game: int) -> tuple[Stage, int]:
        """The stage in which a game is played, and the game's number in it; both from 0."""
        first = 0
        for stage in self.stages[:-1]:
            if game < first + stage.games:
                return stage, game - first
            first += stage.games
        if not self.stages:
            return self, game
        return replace(self.stages[-1], games=self.games - first), game - first


def check_tile(name: str, tile: Any, least: int, most: int) -> None:
    """Checks the face value of a tile.

    Raises:
        ValueError: if it is none within these bounds; `name` is the setting's, for the message.
    """
    if not isinstance(tile, int) or tile.bit_count() != 1 or not least <= tile <= most:
        raise ValueError(f"{name} must be a tile from {least} to {most}, not {tile!r}")


def check_tiles(name: str, tiles: Any) -> None:
    """Checks a tile, or a tile and the next smaller ones added up: 16384, 24576, 28672, ...

    Raises:
        ValueError: if it is no such number, or the largest is not one of 4 to 32768; `name` is the
            setting's, for the message.
    """
    fits = isinstance(tiles, int) and 4 <= tiles < 65536 and tiles % 2 == 0
    if not fits or (tiles + (tiles & -tiles)).bit_count() != 1:
        raise ValueError(
            f"{name} must be a tile from 4 to 32768, not {tiles!r} "
            "(24576 is 16384 and the next smaller one)"
        )


def _tiles(given: Any) -> tuple[Any, ...]:
    """Tiles that are given as several, one, or none."""
    several = isinstance(given, list | tuple)
    return tuple(given) if several else () if given is None else (given,)


def _known(kind: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(settings, Mapping):
        raise ValueError(f"not settings: {settings!r}")
    check_known(kind, settings)
    return dict(settings)
