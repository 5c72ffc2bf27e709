"""What a training run of the policy can be told; plain data, so that the command line starts fast.

The defaults are those that learned fastest in the trials that the README of `agents` tells of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from agents.training.settings import check_known, check_range, check_whole

Algorithm = Literal["pairs", "reinforce", "actor-critic", "ppo", "replay"]
Symmetry = Literal["canonical", "augment", "none"]

ALGORITHMS: tuple[str, ...] = ("pairs", "reinforce", "actor-critic", "ppo", "replay")
SYMMETRIES: tuple[str, ...] = ("canonical", "augment", "none")


@dataclass(frozen=True)
class PolicyConfig:
    """One run of the policy learner."""

    steps: int = 200_000_000
    """Moves to play, in all environments together. Learning rate and entropy bonus fall with
    them."""
    games: int | None = None
    """Ends sooner, after this many games."""
    algorithm: Algorithm = "ppo"
    """pairs: one step for each move, by its own points alone; reinforce: Williams' policy gradient
    with the returns of whole games; actor-critic: with advantages; ppo: with clipped ratios and
    several epochs; replay: with past games as well."""
    environments: int = 1024
    """Games that are played side by side."""
    rollout: int = 32
    """Moves in each of them between two rounds of learning."""
    epochs: int = 2
    """How often a round is learned from, each time from a share of its moves."""
    study: float = 0.2
    """The share of the moves that each epoch learns from, those with most to teach."""
    batch: int = 1024
    """Boards per step of the optimizer."""
    rate: float = 2e-3
    """The learning rate at first; it falls in a straight line to a twentieth."""
    gamma: float = 0.998
    """The discount of what comes a move later."""
    trace: float = 0.9
    """Lambda: how much of what follows counts as it fell, in advantages."""
    entropy: float = 0.01
    """The bonus for undecided policies at first; it falls in a straight line to 0."""
    clip: float = 0.2
    """How far a move's probability may change in a round, as a share, before it stops to pay."""
    critic: float = 0.5
    """The weight of the critic's loss, which is divided by the variance of its targets: points grow
    ten thousandfold while a policy learns, and the policy's own loss does not."""
    scale: float = 512.0
    """Points that count as 1 in the critic's targets."""
    norm: float = 0.5
    """The largest norm of all gradients together."""
    replay: float = 0.5
    """Past sequences per fresh one in each round of learning."""
    buffer: int = 32
    """Rounds that the buffer holds."""
    priority: float = 1.0
    """Past sequences are drawn by what they have to teach to this power; 0: evenly."""
    restart: float = 0.0
    """The share of ended games after which one begins amid a past one."""
    width: int = 40
    """Features of each row, column and square."""
    hidden: tuple[int, ...] = (256, 128)
    """Units of the dense layers."""
    symmetry: Symmetry = "canonical"
    """canonical: each board is turned to one of its eight pictures; augment: to all by chance."""
    imitate: str | None = None
    """An agent, or replays, whose moves are learned first."""
    imitation: float = 0.2
    """The share of the steps in which it is imitated."""
    demonstrations: float = 0.25
    """The share of environments in which an imitated agent plays itself; in the others the learner
    does, and is told what the agent would have done."""
    seed: int = 0
    """Decides the first weights, the games and the moves drawn."""
    parts: int = 2
    """Into how many parts the work is divided; part of the result, unlike threads."""
    threads: int = 1
    """How many parts are worked on at the same time. The result is the same."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: naming the setting that is out of range.
        """
        object.__setattr__(self, "hidden", tuple(self.hidden))
        _check_choice(self, algorithm=ALGORITHMS, symmetry=SYMMETRIES)
        check_whole(
            self, steps=(1, None), environments=(1, 65536), rollout=(2, 4096), epochs=(1, 100),
            batch=(1, None), buffer=(2, 100_000), width=(1, 1024), seed=(0, None), parts=(1, 64),
            threads=(1, 64),
        )  # fmt: skip
        if self.games is not None:
            check_whole(self, games=(1, None))
        check_range(
            self, rate=1.0, gamma=1.0, trace=1.0, entropy=10.0, clip=10.0, critic=1e6, scale=1e9,
            norm=1e9, replay=100.0, priority=10.0, restart=1.0, study=1.0, imitation=1.0,
            demonstrations=1.0,
        )  # fmt: skip
        for name in ("rate", "study", "clip", "scale", "norm"):
            if getattr(self, name) == 0:
                raise ValueError(f"{name} must be above 0")
        if self.algorithm == "replay" and self.replay == 0:
            raise ValueError("replay must be above 0: algorithm ppo is the one without past games")
        if not self.hidden or not all(isinstance(n, int) and 1 <= n <= 8192 for n in self.hidden):
            raise ValueError(f"hidden must be numbers of units, 1 to 8192 each, not {self.hidden}")
        if self.environments % self.parts:
            raise ValueError(
                f"environments must be a multiple of {self.parts}, the parts into which the work "
                f"is divided, not {self.environments}"
            )
        if self.imitate is not None and not isinstance(self.imitate, str):
            raise ValueError(f"imitate must be an agent's name, not {self.imitate!r}")
        if self.imitate is not None and self.algorithm == "reinforce":
            raise ValueError(
                "imitate does not go with algorithm reinforce, which learns from whole games of "
                "its own"
            )

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """The settings of a file, as `dataclasses.asdict` has them.

        Raises:
            ValueError: naming a setting that is unknown or out of range.
        """
        check_known(cls, settings)
        return cls(**settings)

    @property
    def turns(self) -> bool:
        """Whether boards are turned to their canonical pictures."""
        return self.symmetry == "canonical"

    @property
    def clips(self) -> bool:
        """Whether ratios are clipped, so that a round may be learned from more than once."""
        return self.algorithm in ("ppo", "replay")

    @property
    def replays(self) -> bool:
        """Whether past games are learned from."""
        return self.algorithm == "replay"

    @property
    def remembers(self) -> bool:
        """Whether anything is done with games of earlier rounds."""
        return self.replays or self.restart > 0 or self.algorithm == "reinforce"

    @property
    def blocks(self) -> int:
        """Rounds that the buffer really holds: one, where only the newest is looked at."""
        return self.buffer if self.remembers else 1

    @property
    def round(self) -> int:
        """Moves between two rounds of learning."""
        return self.environments * self.rollout

    def share_left(self, steps: int, games: int) -> float:
        """Which share of the run is still to come, 1 to 0."""
        done = steps / self.steps
        if self.games is not None:
            done = max(done, games / self.games)
        return max(1 - done, 0.0)

    def imitates(self, steps: int, games: int) -> bool:
        """Whether moves are imitated at this point."""
        return self.imitate is not None and 1 - self.share_left(steps, games) < self.imitation


def _check_choice(config: PolicyConfig, **choices: tuple[str, ...]) -> None:
    for name, allowed in choices.items():
        if getattr(config, name) not in allowed:
            found = getattr(config, name)
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {found!r}")
