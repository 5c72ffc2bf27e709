"""Rounds of learning: one pair at a time, and another player's moves."""

from dataclasses import replace

import numpy as np
import pytest

import agents
from agents.policy.agent import PolicyAgent
from agents.policy.config import PolicyConfig
from agents.policy.learner import Learner

CONFIG = PolicyConfig(
    steps=12_288, environments=32, rollout=8, batch=128, width=4, hidden=(16,), buffer=8,
    rate=5e-3, parts=1,
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
    learner = Learner(replace(CONFIG, imitate="greedy"), agents.load("greedy"))
    found = []
    while learner.steps < CONFIG.steps:
        found.append(learner.round(CONFIG.share_left(learner.steps, 0), imitate=True).metrics)
    assert all("policy_lag" not in metrics for metrics in found)
    agreement = [metrics["agreement"] for metrics in found]
    assert agreement[0] < 0.35
    assert np.mean(agreement[-8:]) > 0.5
    agent = PolicyAgent(learner.network, CONFIG.scale, CONFIG.gamma)
    assert agents.evaluate(agent, games=100, seed=1, workers=1).mean_score > 1500
