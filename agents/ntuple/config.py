"""What an n-tuple training run can be told; plain data, so that the command line starts fast."""

from dataclasses import dataclass
from typing import Literal

Algorithm = Literal["td0", "tc"]

COLUMNS: dict[str, int] = {"td0": 1, "tc": 3}
"""Numbers kept per table entry: the weight; for TC also the sums of its errors and of their
sizes."""

ALPHA: dict[str, float] = {"td0": 0.1, "tc": 1.0}
"""Learning rates where none is given; one update changes a board's value by alpha times its
error."""


@dataclass(frozen=True)
class NTupleConfig:
    """One run of the n-tuple learner."""

    network: str = "4x6"
    """Networks by name (4x6, 17x4), patterns such as 012345, or several joined by commas."""
    algorithm: Algorithm = "tc"
    """td0: TD(0); tc: temporal coherence learning, a rate of its own for each weight."""
    alpha: float | None = None
    """The learning rate; by default 0.1 for td0 and 1.0 for tc."""
    games: int = 100_000
    """How many games to play."""
    seed: int = 0
    """The training games are those of an environment reset with this seed."""
    threads: int = 1
    """Threads that train the same tables, without locks. One thread is reproducible, more are
    not."""
    replay: int = 0
    """After each game, this many are learned from again, backwards: it, and past ones by chance."""
    trace: float = 0.0
    """Lambda: how much of what follows counts as it fell, in the returns of TD(lambda)."""
    steps: int = 1
    """n: how many rewards count as they fell, in n-step returns."""
    initial: float = 0.0
    """What every board is worth at first; above 0, optimistic initialization."""
    anneal: float = 0.0
    """In this share of the games, at the end, the learning rate falls evenly to 0."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: if a value is out of range.
        """
        if self.algorithm not in COLUMNS:
            raise ValueError(f"algorithm must be one of {', '.join(COLUMNS)}, not {self.algorithm}")
        if self.alpha is not None and not 0 < self.alpha <= 10:
            raise ValueError(f"alpha must be above 0 and at most 10, not {self.alpha}")
        for name, least in (("games", 1), ("seed", 0), ("threads", 1), ("replay", 0), ("steps", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number, {least} or more, not {value!r}")
        for name, most in (("threads", 256), ("replay", 1000), ("steps", 1000)):
            if getattr(self, name) > most:
                raise ValueError(f"{name} must be at most {most}, not {getattr(self, name)}")
        for name, highest in (("trace", 1.0), ("anneal", 1.0), ("initial", 1e6)):
            if not 0 <= getattr(self, name) <= highest:
                raise ValueError(f"{name} must be 0 to {highest:g}, not {getattr(self, name)}")
        if self.steps > 1 and self.trace > 0:
            raise ValueError("steps and trace are two ways to make returns longer: choose one")

    @property
    def rate(self) -> float:
        """The learning rate in force before it falls."""
        return ALPHA[self.algorithm] if self.alpha is None else self.alpha

    def rate_of(self, game: int) -> float:
        """The learning rate of one game, counted from 0."""
        falling = self.anneal * self.games
        return self.rate * min(1.0, (self.games - game) / falling) if falling else self.rate

    @property
    def online(self) -> bool:
        """Whether each move is learned from as it is made: longer returns must wait for the end."""
        return self.steps == 1 and self.trace == 0

    @property
    def sweeps(self) -> int:
        """How many games are learned from again after each game."""
        return self.replay if self.online else max(self.replay, 1)
