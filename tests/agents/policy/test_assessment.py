"""What a network says while it plays, and when it looks again; how moves turned out."""

from dataclasses import replace

import numpy as np
import pytest

import agents
from agents.policy.assessment import Assessment, Opinion, assess, look
from agents.policy.buffer import Block
from agents.policy.config import PolicyConfig
from agents.policy.games import TrainingGames
from agents.policy.network import PolicyNetwork
from agents.policy.playing import play_moves
from agents.policy.returns import vtrace

MOVES, COUNT, SHOWN = 40, 12, 4


@pytest.fixture(scope="module")
def network():
    network = PolicyNetwork(4, (16,), seed=3)
    network.policy.w.value[:] *= 100  # decided, as one that has learned
    return network


@pytest.fixture(scope="module")
def played(network):
    """Forty moves of twelve games, in four of which a teacher plays; and what was thought."""
    block, opinion = Block.empty((), MOVES, COUNT), Opinion.empty(MOVES, COUNT)
    rng = np.random.default_rng(0)
    uniforms = rng.random((MOVES, COUNT), dtype=np.float32)
    games, teacher = TrainingGames(COUNT, 1), agents.load("greedy")
    play_moves(
        games, network, block, opinion, uniforms, True, lambda games, ended: None, rng, teacher,
        SHOWN,
    )  # fmt: skip
    return block, opinion


def test_looking_again_changes_nothing(network, played):
    block, opinion = played
    again = look(block, network.forward)
    for name, array in vars(opinion).items():
        np.testing.assert_allclose(getattr(again, name), array, atol=1e-5, err_msg=name)
    halves = [look(block.columns(part), network.forward) for part in (slice(0, 5), slice(5, COUNT))]
    np.testing.assert_allclose(Opinion.joined(halves).made, again.made, atol=1e-5)


def test_who_played_decides_how_likely_a_move_was(played):
    block, opinion = played
    config = PolicyConfig(scale=64.0, gamma=0.9, trace=0.8)
    found = assess(block, opinion, config, imitate=False)
    assert (found.ratios[:, SHOWN:] == 1).all()  # its own moves, by the policy of today
    ratios = np.exp(opinion.made[:, :SHOWN])  # the teacher's, which it made for certain
    np.testing.assert_allclose(found.ratios[:, :SHOWN], ratios)
    expected = vtrace(block.rewards / 64, block.ends, opinion.values, found.ratios, 0.9, 0.8)
    assert (found.targets == expected.targets).all()
    assert (found.advantages == expected.advantages).all()
    assert (found.surprises == found.targets - opinion.values[:-1]).all()
    assert found.moves is block.actions and found.reference is opinion.made


def test_a_game_that_was_left_tells_nothing_of_what_would_have_come(played):
    """Its last move is no surprise, and no loss; those before count as they fell."""
    block, opinion = played
    config = PolicyConfig(gamma=0.9, trace=0.8)
    rewards, ends = block.rewards.copy(), block.ends.copy()
    left = 20
    rewards[left], ends[left] = np.nan, True
    found = assess(replace(block, rewards=rewards, ends=ends), opinion, config, imitate=False)
    assert (found.advantages[left] == 0).all()
    assert (found.targets[left] == opinion.values[left]).all()
    whole = assess(block, opinion, config, imitate=False)
    assert (found.targets[left + 1 :] == whole.targets[left + 1 :]).all()
    before = rewards[left - 1] / 512 + 0.9 * opinion.values[left] - opinion.values[left - 1]
    np.testing.assert_allclose(found.advantages[left - 1], before, atol=1e-6)
    assert np.isfinite(found.targets).all()


def test_a_teachers_moves_are_judged_by_what_the_policy_says_of_them(played):
    block, opinion = played
    found = assess(block, opinion, PolicyConfig(), imitate=True)
    assert found.moves is block.labels and found.reference is opinion.advised
    own = assess(block, opinion, PolicyConfig(), imitate=False)
    assert (found.targets == own.targets).all()
    both = Assessment.joined([found, own])
    assert both.moves.shape == (MOVES, 2 * COUNT)
