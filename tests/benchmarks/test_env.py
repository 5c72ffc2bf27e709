"""How fast the environment is: single, against one that does nothing, batched, drawn, compiled."""

from statistics import median

import gymnasium
import numpy as np
import pytest
from oracle import random_boards

from agents.benchmarks import alternate, env_steps, noop_env, rendered_frames, vector_steps
from env2048 import kernels
from env2048.board import four_threshold

ROUNDS = 7


def test_random_legal_moves(timed):
    env = gymnasium.make("env2048:Scratch2048-v0")
    assert timed(env_steps(env)) > 60_000


def test_an_environment_that_does_nothing(timed):
    """The ceiling: what Gymnasium and the choice of a move cost."""
    assert timed(env_steps(noop_env())) > 60_000


def test_share_of_the_ceiling(benchmark):
    """In turn, so that a machine that slows down slows both."""
    works = [env_steps(gymnasium.make("env2048:Scratch2048-v0")), env_steps(noop_env())]
    rates = benchmark.pedantic(alternate, (works, ROUNDS), rounds=1)
    ratio = median(ours / noop for ours, noop in zip(*rates, strict=True))
    benchmark.extra_info["ratio"] = ratio
    assert ratio > 0.6


def test_vector(timed):
    assert timed(vector_steps(1024)) > 10e6


@pytest.mark.parametrize("count", [1, 16, 4096])
def test_vectors_of_other_sizes(timed, count):
    assert timed(vector_steps(count)) > 10_000 * min(count, 100)


def test_rgb_array(timed):
    assert timed(rendered_frames()) > 1_500


# --------------------------------------------------------------------------------- kernels


@pytest.mark.parametrize("size", [4, 5])
def test_step_many(benchmark, size):
    """Moves, new tiles and masks alone: packed at size 4, over cells at others."""
    count, rng = 4096, np.random.default_rng(0)
    threshold = np.uint64(four_threshold(0.1))
    boards = np.zeros((count, size * size), np.uint8)
    states = np.zeros((count, 3), np.uint64)
    states[:, 0] = rng.integers(0, 2**63, count)
    masks, largest = np.zeros((count, 4), np.int8), np.zeros(count, np.int64)
    rewards, legal = np.zeros(count), np.zeros(count, np.bool_)
    alive, skip = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    table = kernels.row_table()

    def begin():
        kernels.start_many(np.arange(count), boards, states, threshold, masks, largest)

    def play():
        for actions in rng.integers(0, 4, (30, count)):
            kernels.step_many(
                actions, skip, boards, states, threshold, masks, largest, rewards, legal, alive,
                table,
            )  # fmt: skip

    benchmark.pedantic(play, setup=begin, rounds=ROUNDS, warmup_rounds=1)
    rate = 30 * count / benchmark.stats.stats.median
    benchmark.extra_info["rate"] = rate
    assert rate > (10e6 if size == 4 else 1e6)


@pytest.mark.parametrize("size", [4, 5])
def test_afterstates_many(benchmark, size):
    count = 4096
    boards = random_boards(count, size, np.random.default_rng(0)).reshape(count, -1)
    afterstates = np.empty((count, 4, size * size), np.uint8)
    rewards = np.empty((count, 4), np.int64)
    legal = np.empty((count, 4), np.bool_)
    benchmark(kernels.afterstates_many, boards, size, afterstates, rewards, legal)
    assert benchmark.stats.stats.median < 0.02
