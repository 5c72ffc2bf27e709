"""One round: games are played, then learned from, together with past ones.

Per round every part of the work (environments, sequences, batches) is divided evenly, and what the
parts find is added up in their order. So the result does not depend on how many threads work.

Letters in shapes: N boards, T moves, E environments, S sequences; four moves.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.base import Games
from agents.policy.assessment import Assessment, Opinion, assess, look
from agents.policy.baselines import single_moves, whole_games
from agents.policy.buffer import Block, ReplayBuffer
from agents.policy.config import PolicyConfig
from agents.policy.games import TrainingGames
from agents.policy.lessons import Lessons, all_moves, derive
from agents.policy.losses import PolicyLoss, log_chances
from agents.policy.network import PolicyNetwork
from agents.policy.parts import Parts
from agents.policy.playing import has_largest, play_moves
from agents.policy.returns import explained_variance
from agents.policy.selection import Doubles, draw, interests
from agents.policy.teachers import RecordedGames, Teacher
from networks.clipping import clip_gradients
from networks.optimizers import Adam

AT_ONCE = 4096
"""Boards that a network looks at together."""

LAST_RATE = 0.05
"""The share of the learning rate that is left at the end."""

LEAST_VARIANCE = 1e-2
"""Of the critic's targets, which its loss is divided by, lest it be divided by none."""

_GAMES, _MOVES, _SAMPLES, _PICTURES = range(4)
"""What random numbers are for: each purpose has a stream of its own in every round."""


class Round(NamedTuple):
    """What came of a round."""

    games: Games
    """Whole games that ended in it, by time, then by environment."""
    metrics: dict[str, float]


class Learner:
    """Plays and learns.

    Attributes:
        config: the settings.
        network: the policy and its critic.
        optimizer: what changes it.
        buffer: the games so far.
        games: the environments of each part.
        teacher: who is imitated; None if nobody is, or no longer.
        rounds: how many were done.
        imitated: in how many of them, the first, the teacher's moves were learned.
    """

    def __init__(self, config: PolicyConfig, teacher: Teacher | None = None) -> None:
        self.config = config
        self.network = PolicyNetwork(config.width, config.hidden, config.seed)
        self.optimizer = Adam(config.rate, epsilon=1e-7)
        each = config.environments // config.parts
        self.games = [TrainingGames(each, config.seed + i * each) for i in range(config.parts)]
        self.buffer = ReplayBuffer(config.blocks, config.rollout, config.environments)
        self.teacher = teacher
        self.rounds = self.imitated = 0
        self._opinion = Opinion.empty(config.rollout, config.environments)
        self._replicas = [self.network.replica() for _ in range(config.parts)]
        self._parts = Parts(config.parts, config.threads)

    @property
    def steps(self) -> int:
        """Moves played so far."""
        return self.rounds * self.config.round

    @property
    def may_imitate(self) -> bool:
        """Whether it has not begun to learn from its own moves: after that, nobody is imitated."""
        return self.imitated == self.rounds

    def round(self, left: float, imitate: bool = False) -> Round:
        """Plays and learns once.

        Args:
            left: the share of the run that is still to come.
            imitate: whether the teacher's moves are learned.

        Raises:
            ValueError: if there is no teacher to imitate, or no longer.
        """
        if imitate and (self.teacher is None or not self.may_imitate):
            raise ValueError("there is nobody to imitate")
        block = self.buffer.begin()
        games = self._play(block, imitate)
        rate = self.config.rate * (LAST_RATE + (1 - LAST_RATE) * left)
        self.optimizer.schedule = lambda step: rate
        metrics = self._learn(block, left, imitate)
        self.rounds += 1
        self.imitated += imitate
        return Round(games, metrics)

    def pack(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """All but the network that it takes to go on: tensors, and numbers for the metadata."""
        tensors = self.buffer.pack()
        for i, games in enumerate(self.games):
            tensors |= {f"games/{i}/{name}": array for name, array in games.pack().items()}
        if self.optimizer.state is not None:
            tensors["optimizer"] = self.optimizer.state
        numbers = {"rounds": self.rounds, "imitated": self.imitated}
        return tensors, numbers | {"optimizer_steps": self.optimizer.steps}

    def restore(self, tensors: dict[str, NDArray[Any]], numbers: dict[str, Any]) -> None:
        """Takes in what `pack` gave.

        Raises:
            KeyError: if something is missing.
            ValueError: if it is of another kind or size.
        """
        self.rounds, self.imitated = int(numbers["rounds"]), int(numbers["imitated"])
        steps = int(numbers["optimizer_steps"])
        self.buffer.restore(tensors)
        for i, games in enumerate(self.games):
            start = f"games/{i}/"
            games.unpack(
                {n.removeprefix(start): a for n, a in tensors.items() if n.startswith(start)}
            )
        if steps:
            state = tensors["optimizer"]
            if state.shape != (2, self.network.weights.values.size) or state.dtype != np.float32:
                raise ValueError("optimizer: of another size or kind")
            self.optimizer.restore(steps, state)

    def _play(self, block: Block, imitate: bool) -> Games:
        """Fills a block with moves, and what the network says of it.

        Returns:
            The whole games that ended, by time, then by environment.
        """
        rng, config = self._rng(_GAMES), self.config
        teacher = self.teacher if imitate else None
        if isinstance(teacher, RecordedGames):
            games = teacher.show(block, self.rounds * config.rollout, config.turns)
            self._opinion = self._look(block)
            return Games.concatenate(games)
        uniforms = rng.random((config.rollout, config.environments), dtype=np.float32)
        parts = self._parts.of(config.environments)
        starts = [np.random.default_rng(int(n)) for n in rng.integers(1 << 62, size=config.parts)]
        ended = self._parts.each(
            lambda p: play_moves(
                self.games[p],
                self._replicas[p],
                block.columns(parts[p]),
                self._opinion.columns(parts[p]),
                uniforms[:, parts[p]],
                config.turns,
                lambda games, ends: self._restart(games, ends, starts[p]),
                starts[p],
                teacher,
                round(config.demonstrations * self.games[p].num_envs),
            )
        )
        return Games.concatenate([part[t] for t in range(config.rollout) for part in ended])

    def _restart(
        self, games: TrainingGames, ended: NDArray[np.int64], rng: np.random.Generator
    ) -> None:
        """Has some of the games that begin now begin amid past ones."""
        if not self.config.restart or len(self.buffer) < 2:
            return
        chosen = ended[rng.random(len(ended)) < self.config.restart]
        boards = self.buffer.positions(len(chosen), rng)
        exact = ~has_largest(boards)  # a tile read as 32768 may be a larger one
        games.restart(chosen[exact], boards[exact])

    # -------------------------------------------------------------------------------- learning

    def _learn(self, block: Block, left: float, imitate: bool) -> dict[str, float]:
        """Learns from the newest block, and from past sequences if there are any."""
        config = self.config
        if config.algorithm == "pairs" and not imitate:
            return self._pairs(block, left)
        if config.algorithm == "reinforce" and not imitate:
            return self._reinforce(left)
        places, weights = self.buffer.places_of_newest(), np.ones(config.environments)
        judged = assess(block, self._opinion, config, imitate)
        metrics = {"explained_variance": explained_variance(judged.targets, judged.surprises)}
        if imitate:
            metrics["agreement"] = float(np.mean(np.exp(judged.reference)))
        if config.replays and len(self.buffer) > 1:
            count = max(1, round(config.replay * config.environments))
            rng = self._rng(_SAMPLES)
            past_places, past_weights = self.buffer.sample(count, rng, config.priority)
            past = self.buffer.gather(past_places)
            looked_at = assess(past, self._look(past), config, imitate)
            if not imitate:
                metrics["policy_lag"] = float(np.mean(np.abs(np.log(looked_at.ratios))))
            block, judged = Block.joined([block, past]), Assessment.joined([judged, looked_at])
            places = np.concatenate([places, past_places])
            weights = np.concatenate([weights, past_weights])
        lessons = self._seen(all_moves(block, judged, weights, imitate))
        interest = interests(lessons)
        if config.replays:
            self.buffer.set_priorities(places, interest.reshape(config.rollout, -1).mean(axis=0))
        chosen = interest if config.clips or imitate else None
        return metrics | self._epochs(lessons, left, imitate, chosen)

    def _look(self, block: Block) -> Opinion:
        """What the network of today says of a block."""
        parts = self._parts.of(block.actions.shape[1])
        return Opinion.joined(
            self._parts.each(lambda p: look(block.columns(parts[p]), lambda x: self._forward(p, x)))
        )

    def _forward(
        self, part: int, boards: NDArray[np.uint64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits [4, N] and values [N] of any number of boards, copied."""
        logits = np.empty((4, len(boards)), np.float32)
        values = np.empty(len(boards), np.float32)
        for start in range(0, len(boards), AT_ONCE):
            piece = slice(start, start + AT_ONCE)
            logits[:, piece], values[piece] = self._replicas[part].forward(boards[piece])
        return logits, values

    def _reinforce(self, left: float) -> dict[str, float]:
        """Learns once from every move of the games that ended in this round."""
        config, block = self.config, self.buffer.in_order()
        found = whole_games(
            block, config.rollout, config.gamma, config.scale, lambda x: self._forward(0, x)
        )
        if found is None:
            return {}
        lessons, metrics = found
        return metrics | self._epochs(self._seen(lessons), left, imitate=False)

    def _pairs(self, block: Block, left: float) -> dict[str, float]:
        """Learns from each move as it was played, alone; once learned from it is forgotten."""
        lessons = self._seen(single_moves(block, self.config.scale))
        loss = PolicyLoss(None, self.config.entropy * left)
        one = self._replicas[:1]
        found = []
        for n in range(len(lessons.boards)):
            terms = derive(one[0], lessons.take(slice(n, n + 1)), loss, self.config.critic, 1.0)
            found.append(terms | self._change(one))
        return _means(found)

    def _seen(self, lessons: Lessons) -> Lessons:
        """The same or, with `--symmetry augment`, each on a picture by chance.

        What the network says of the move on that picture is the reference then: a ratio compares a
        policy with itself (Raileanu et al. 2021, section 3).
        """
        if self.config.symmetry != "augment":
            return lessons
        count = len(lessons.boards)
        symmetries = self._rng(_PICTURES).integers(8, size=count, dtype=np.int8)
        seen, parts = lessons.seen(symmetries), self._parts.of(count)
        logits = self._parts.each(lambda p: self._forward(p, seen.boards[parts[p]])[0])
        reference = log_chances(np.concatenate(logits, axis=1), seen.masks, seen.moves)
        return replace(seen, reference=reference)

    def _epochs(
        self, lessons: Lessons, left: float, imitate: bool, interest: Doubles | None = None
    ) -> dict[str, float]:
        """Goes over lessons in batches; returns what the steps had in common, on average.

        Args:
            lessons: all there are.
            left: the share of the run that is still to come.
            imitate: whether the moves are to be imitated.
            interest: of each move; None: all are learned from.
        """
        config = self.config
        loss = PolicyLoss(
            config.clip if config.clips and not imitate else None,
            0.0 if imitate else config.entropy * left,
        )
        critic = config.critic / (float(lessons.targets.var()) + LEAST_VARIANCE)
        rng = self._rng(_MOVES)
        count = len(lessons.boards)
        found = []
        for _ in range(config.epochs if config.clips else 1):
            if interest is None:
                chosen = lessons.take(rng.permutation(count))
            else:
                chosen = draw(lessons, interest, max(1, round(config.study * count)), rng)
            found += [self._step(batch, loss, critic) for batch in chosen.batches(config.batch)]
        return _means(found)

    def _step(self, batch: Lessons, loss: PolicyLoss, critic: float) -> dict[str, float]:
        """One step of the optimizer."""
        count = len(batch.boards)
        parts = self._parts.of(count)
        shares = [(part.stop - part.start) / count for part in parts]
        found = self._parts.each(
            lambda p: derive(self._replicas[p], batch.take(parts[p]), loss, critic, shares[p])
        )
        means = {k: sum(f[k] * s for f, s in zip(found, shares, strict=True)) for k in found[0]}
        return means | self._change(self._replicas)

    def _change(self, replicas: list[PolicyNetwork]) -> dict[str, float]:
        """Changes the weights by the gradients of the replicas together."""
        weights = self.network.weights
        weights.gradients[:] = replicas[0].weights.gradients
        for replica in replicas[1:]:
            weights.gradients += replica.weights.gradients
        norm = clip_gradients(weights.gradients, self.config.norm)
        self.optimizer.step(weights)
        return {"gradient_norm": norm}

    def _rng(self, purpose: int) -> np.random.Generator:
        """The random numbers of this round for one purpose; nothing of them need be saved."""
        return np.random.default_rng([self.config.seed, self.rounds, purpose])


def _means(found: list[dict[str, float]]) -> dict[str, float]:
    """The average of each number."""
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}
