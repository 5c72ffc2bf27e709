"""Stable-Baselines3 and sb3-contrib on the environment as it is (the extra `sb3`)."""

import warnings

import gymnasium as gym
import numpy as np
import pytest

from env2048.env import Game2048Env

torch = pytest.importorskip("torch", reason="needs the extra 'sb3'")
checker = pytest.importorskip(
    "stable_baselines3.common.env_checker", reason="needs the extra 'sb3'"
)
env_util = pytest.importorskip("stable_baselines3.common.env_util", reason="needs the extra 'sb3'")
sb3_contrib = pytest.importorskip("sb3_contrib", reason="needs the extra 'sb3'")

GAMES = 256


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("illegal", ["noop", "penalty", "terminate"])
def test_check_env(size, illegal):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Its advice for boards: they are neither pictures nor vectors.
        warnings.filterwarnings("ignore", message=".*has an unconventional shape")
        checker.check_env(Game2048Env(size=size, illegal=illegal))


def mean_score(model):
    """Over the first games of 256 environments: 28 is one standard error at random play."""
    envs = gym.make_vec("env2048:Scratch2048-v0", GAMES)
    boards, info = envs.reset(seed=1000)
    scores = np.full(GAMES, -1)
    while (scores < 0).any():
        actions, _ = model.predict(boards, action_masks=info["action_mask"].astype(bool))
        boards, _, terminated, _, info = envs.step(actions)
        first = terminated & (scores < 0)
        scores[first] = info["score"][first]
    return scores.mean()


def test_maskable_ppo_learns():
    """It finds the masks by itself. Random play makes 1,030 to 1,140 points, this 2,650 to 2,980.

    (The range is that of three seeds.)
    """
    torch.set_num_threads(1)
    model = sb3_contrib.MaskablePPO(
        "MlpPolicy",
        env_util.make_vec_env(Game2048Env, n_envs=16, seed=0),
        n_steps=64,
        batch_size=256,
        n_epochs=4,
        learning_rate=3e-3,
        gamma=0.98,
        gae_lambda=0.8,
        max_grad_norm=1e6,  # the critic's errors are in points: clipped, the actor would not move
        policy_kwargs={"activation_fn": torch.nn.ReLU},
        seed=0,
        device="cpu",
    )
    before = mean_score(model)
    model.learn(20_480)
    assert before < 1300
    assert mean_score(model) > 2000
