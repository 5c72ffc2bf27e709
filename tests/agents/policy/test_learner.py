"""Rounds of learning: one pair at a time, and another player's moves."""

from dataclasses import replace

import numpy as np
import pytest

import agents
from agents.policy.agent import PolicyAgent
from agents.policy.buffer import NO_LABEL
from agents.policy.config import PolicyConfig
from agents.policy.learner import Learner

CONFIG = PolicyConfig(
    steps=12_288, algorithm="replay", environments=32, rollout=8, batch=128, width=4,
    hidden=(16,), buffer=8, rate=5e-3, parts=1,
)  # fmt: skip


def test_pairs_are_learned_one_by_one_and_forgotten():
    learner = Learner(replace(CONFIG, algorithm="pairs", environments=2, rollout=3))
    for rounds in (1, 2):
        found = learner.round(1.0)
        assert learner.optimizer.steps == 6 * rounds
        assert len(learner.buffer) == 1
    assert found.metrics["entropy"] == pytest.approx(np.log(4), abs=0.7)
    assert "policy_lag" not in found.metrics


def test_pairs_know_nothing_of_what_came_after():
    """A move that brings nothing leaves the policy as it is, whatever follows."""
    learner = Learner(
        replace(CONFIG, algorithm="pairs", environments=1, rollout=2, entropy=0.0, critic=0.0)
    )
    before = learner.network.weights.values.copy()
    learner.round(1.0)
    rewards = learner.buffer.newest.rewards
    changed = bool((learner.network.weights.values != before).any())
    assert changed == bool(rewards.any())
    while not rewards.any():
        learner.round(1.0)
    assert (learner.network.weights.values != before).any()


def test_a_teachers_moves_are_learned():
    """Those of fresh games, which it has not seen, from a guess among the legal ones."""
    config = replace(CONFIG, imitate="greedy", demonstrations=1.0)
    learner = Learner(config, agents.load("greedy"))
    found = []
    while learner.steps < CONFIG.steps:
        found.append(learner.round(CONFIG.share_left(learner.steps, 0), imitate=True).metrics)
    assert all("policy_lag" not in metrics for metrics in found)
    agreement = [metrics["agreement"] for metrics in found]
    assert agreement[0] < 0.35
    assert np.mean(agreement[-8:]) > 0.5
    agent = PolicyAgent(learner.network, CONFIG.scale, CONFIG.gamma)
    assert agents.evaluate(agent, games=100, seed=1, workers=1).mean_score > 1500


def test_a_teacher_is_asked_where_its_pupil_plays():
    """A quarter of the games it plays itself; in the others its advice is noted, not followed."""
    teacher = agents.load("greedy")
    learner = Learner(replace(CONFIG, imitate="greedy"), teacher)
    learner.round(1.0, imitate=True)
    block, shown = learner.buffer.newest, CONFIG.environments // 4
    assert (block.actions[:, :shown] == block.labels[:, :shown]).all()
    assert (block.log_chances[:, :shown] == 0).all()
    differing = block.actions[:, shown:] != block.labels[:, shown:]
    assert 0.3 < differing.mean() < 0.9
    assert (block.log_chances[:, shown:][differing] < 0).all()
    cells = block.boards[:-1, :, np.newaxis] >> np.arange(0, 64, 4, dtype=np.uint64) & np.uint64(15)
    values = teacher.values_many(cells.reshape(-1, 4, 4).astype(np.uint8))
    advised = np.take_along_axis(values, block.labels.reshape(-1, 1).astype(int), axis=1)[:, 0]
    assert (advised == np.nanmax(values, axis=1)).all()


def test_nobody_is_asked_after_imitation():
    learner = Learner(replace(CONFIG, imitate="greedy"), agents.load("greedy"))
    learner.round(1.0, imitate=True)
    learner.round(1.0)
    assert (learner.buffer.newest.labels == NO_LABEL).all()


def test_who_has_learned_from_its_own_moves_imitates_nobody_any_more():
    """Past sequences hold no advice."""
    learner = Learner(replace(CONFIG, imitate="greedy"), agents.load("greedy"))
    for imitate in (True, True, False):
        learner.round(1.0, imitate)
    assert learner.imitated == 2
    with pytest.raises(ValueError, match="there is nobody to imitate"):
        learner.round(1.0, imitate=True)
    with pytest.raises(ValueError, match="there is nobody to imitate"):
        Learner(replace(CONFIG, imitate="greedy")).round(1.0, imitate=True)


@pytest.mark.parametrize("symmetry", ["canonical", "augment", "none"])
def test_as_long_as_nothing_is_learned_the_policy_is_the_one_before(symmetry):
    """Also on other pictures of the boards than those that were played on."""
    config = replace(CONFIG, symmetry=symmetry, rate=1e-30, entropy=0.0)
    learner = Learner(config)
    learner.network.policy.w.value[:] *= 300
    for _ in range(3):
        metrics = learner.round(1.0).metrics
        assert metrics["kl"] == pytest.approx(0, abs=1e-6)
        assert metrics["clipped"] == 0
    assert metrics["entropy"] < 1.0


def test_of_very_few_moves_at_least_one_is_learned_from():
    learner = Learner(replace(CONFIG, environments=1, rollout=2, study=0.01))
    for rounds in range(1, 4):
        learner.round(1.0)
        assert learner.optimizer.steps == rounds * CONFIG.epochs


def test_a_small_share_of_past_sequences_is_at_least_one():
    learner = Learner(replace(CONFIG, replay=0.001))
    learner.round(1.0)
    assert np.isfinite(list(learner.round(1.0).metrics.values())).all()


@pytest.mark.parametrize("scale", [128.0, 512.0])
def test_it_learns_from_few_games_whatever_points_count_as(scale):
    """A game or two in each environment. The critic's loss is divided by the variance of its
    targets; with the plain squares such runs ended between 1,400 and 1,700 points with 512."""
    config = replace(
        CONFIG, algorithm="ppo", steps=40_000, rollout=16, rate=1e-2, study=1.0, scale=scale, seed=1
    )
    learner = Learner(config)
    while left := config.share_left(learner.steps, 0):
        learner.round(left)
    agent = PolicyAgent(learner.network, config.scale, config.gamma)
    assert agents.evaluate(agent, games=200, seed=1, workers=1).mean_score > 2400
