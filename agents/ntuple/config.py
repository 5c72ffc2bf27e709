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
    """A network by name (4x6, 6x5), or patterns such as 012345,456789."""
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

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: if a value is out of range.
        """
        if self.algorithm not in COLUMNS:
            raise ValueError(f"algorithm must be one of {', '.join(COLUMNS)}, not {self.algorithm}")
        if self.alpha is not None and not 0 < self.alpha <= 10:
            raise ValueError(f"alpha must be above 0 and at most 10, not {self.alpha}")
        for name, least in (("games", 1), ("seed", 0), ("threads", 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number, {least} or more, not {value!r}")
        if self.threads > 256:
            raise ValueError(f"threads must be 1 to 256, not {self.threads}")

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return ALPHA[self.algorithm] if self.alpha is None else self.alpha
