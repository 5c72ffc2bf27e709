"""A training run of the policy: round after round, with the run folder kept."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

import numpy as np

from agents.errors import AgentFileError
from agents.policy.agent import PolicyAgent
from agents.policy.blas import one_thread
from agents.policy.buffer import ReplayBuffer
from agents.policy.config import PolicyConfig
from agents.policy.learner import AT_ONCE, Learner
from agents.policy.network import GROUPS, SHIFTS, TILES
from agents.policy.storage import pack_policy, unpack_policy
from agents.policy.teachers import Teacher, find_teacher
from agents.training.checkpoints import read_checkpoint, write_checkpoint
from agents.training.history import History, append_rows, rewind_rows
from agents.training.resources import require_memory
from agents.training.runs import RunFolder
from agents.training.stop import StopRequest
from env2048.errors import Scratch2048Error

CHECKPOINT_SECONDS = 60.0
_BYTES_AT_WORK = 200
"""Of each move that a round learns from: its lesson, and what it was made of."""

Report = Callable[["PolicyHistory"], None]


@dataclass
class PolicyHistory(History):
    """What a run remembers of its games, and how many moves were played in all.

    Attributes:
        steps: moves of all games, those included that have not ended or began amid another.
    """

    COUNTS = (*History.COUNTS, "steps")

    steps: int = 0

    @property
    def moves_per_second(self) -> float:
        """Moves played and learned from per second."""
        return self.steps / self.seconds if self.seconds else 0.0


class PolicyDivergenceError(Scratch2048Error):
    """Training whose weights are no longer numbers."""


def memory_needed(config: PolicyConfig) -> int:
    """Bytes of a run at most: the buffer, the weights, and what is at work in a round."""
    buffer = ReplayBuffer.memory_needed(config.blocks, config.rollout, config.environments)
    layers = [len(GROUPS) * config.width, *config.hidden, 5]
    weights = len(SHIFTS) * TILES**2 * config.width + sum(a * b for a, b in pairwise(layers))
    copies = 4 + config.parts  # values, gradients, two of the optimizer; gradients of each part
    past = config.replay if config.replays else 0.0
    rows = config.rollout * (config.blocks if config.algorithm == "reinforce" else 1)
    moves = int(config.environments * (1 + past)) * (rows + 1)
    units = 2 * sum(layers) * max(config.batch, AT_ONCE * config.parts)  # outputs and their deltas
    return buffer + 4 * weights * copies + 4 * units + _BYTES_AT_WORK * moves


class PolicyTrainer:
    """One training run: a learner, its history, its folder.

    Attributes:
        config: what was asked for.
        run: where it is kept.
        learner: the network and its games.
        history: what came of the games so far.
    """

    def __init__(
        self, config: PolicyConfig, run: RunFolder, learner: Learner, history: PolicyHistory
    ) -> None:
        self.config = config
        self.run = run
        self.learner = learner
        self.history = history

    @classmethod
    def begin(
        cls, config: PolicyConfig, run: RunFolder, teacher: Teacher | None = None
    ) -> "PolicyTrainer":
        """A run from nothing; who is imitated is looked for if it is not given.

        Raises:
            MemoryShortageError: if the machine has less memory than the run takes.
        """
        require_memory(memory_needed(config), "training a policy")
        if teacher is None and config.imitate is not None:
            teacher = find_teacher(config.imitate)
        return cls(config, run, Learner(config, teacher), PolicyHistory())

    @classmethod
    def resume(cls, config: PolicyConfig, run: RunFolder) -> "PolicyTrainer":
        """Goes on from the run's last checkpoint; with none yet, from the beginning.

        Raises:
            AgentFileError: if the checkpoint is damaged or of another network.
        """
        if not run.checkpoint_path.exists():
            run.remove_half_written()
            rewind_rows(run.metrics_path, 0)
            return cls.begin(config, run)
        require_memory(memory_needed(config), "training a policy")
        tensors, metadata = read_checkpoint(run.checkpoint_path)
        name = str(run.checkpoint_path)
        network = unpack_policy(tensors, metadata, name)
        learner = Learner(config)
        if network.config() != learner.network.config():
            raise AgentFileError(f"{name}: holds another network than config.json says")
        learner.network.weights.values[:] = network.weights.values
        history = PolicyHistory.unpack(tensors, metadata, name)
        if history.steps % config.round:
            raise AgentFileError(f"{name}: does not say how far its run had come")
        try:
            learner.restore(tensors, metadata)
        except (KeyError, ValueError, TypeError) as error:
            reason = f"no {error}" if isinstance(error, KeyError) else error
            raise AgentFileError(f"{name}: cannot be gone on with ({reason})") from None
        if learner.may_imitate and config.imitates(history.steps, history.games):
            learner.teacher = find_teacher(str(config.imitate))
        run.remove_half_written()
        rewind_rows(run.metrics_path, history.games)
        return cls(config, run, learner, history)

    @property
    def finished(self) -> bool:
        """Whether all that was asked for has been played."""
        return self.config.share_left(self.history.steps, self.history.games) <= 0

    @property
    def agent(self) -> PolicyAgent:
        """The player, which changes as it learns."""
        config = self.config
        return PolicyAgent(self.learner.network, config.scale, config.gamma, config.turns)

    def save(self) -> None:
        """Writes the checkpoint: the agent, and all that `resume` needs.

        Raises:
            PolicyDivergenceError: if the weights are no longer numbers; the checkpoint before
                stays.
        """
        if not np.isfinite(self.learner.network.weights.values).all():
            raise PolicyDivergenceError(
                "the weights have grown beyond all bounds: train a new run with a rate below "
                f"{self.config.rate:g}"
            )
        tensors, metadata = pack_policy(self.learner.network, self.agent.metadata())
        more, numbers = self.learner.pack()
        recent, totals = self.history.pack()
        tensors |= more | recent
        metadata |= numbers | totals | {"config": asdict(self.config)}
        write_checkpoint(self.run.checkpoint_path, tensors, metadata)

    def train(self, stop: StopRequest, report: Report = lambda history: None) -> None:
        """Plays and learns until all is played or a stop is requested, then saves.

        Args:
            stop: asked after each round of about a second.
            report: called after each round with the history, as for a progress bar.

        Raises:
            PolicyDivergenceError: if the weights are no longer numbers.
        """
        with one_thread():
            _compile(self.config)
            saved = time.perf_counter()
            while not self.finished and not stop.requested:
                self._round()
                report(self.history)
                if time.perf_counter() - saved > CHECKPOINT_SECONDS:
                    self.save()
                    saved = time.perf_counter()
            self.save()

    def _round(self) -> None:
        config, history = self.config, self.history
        start = time.perf_counter()
        progress = history.steps, history.games
        imitate = self.learner.may_imitate and config.imitates(*progress)
        found = self.learner.round(config.share_left(*progress), imitate)
        history.steps = self.learner.steps
        rows = history.add(found.games)
        history.seconds += time.perf_counter() - start
        for row in rows:
            row |= {"steps": history.steps, **found.metrics}
        if rows:
            append_rows(self.run.metrics_path, rows)


def _compile(config: PolicyConfig) -> None:
    """Has the kernels ready before the clock starts: a small run of its own."""
    small = replace(
        config, environments=2, parts=1, threads=1, rollout=2, width=1, hidden=(1,), batch=4,
        imitate=None, restart=0.0, buffer=2,
    )  # fmt: skip
    learner = Learner(small)
    for _ in range(2):
        learner.round(1.0)
