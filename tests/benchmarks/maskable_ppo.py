"""Trains MaskablePPO of sb3-contrib on our vector environment: a yardstick for our policy.

    pip install 'scratch2048[sb3]'
    python tests/benchmarks/maskable_ppo.py model.zip --steps 20000 --seed 1
    scratch2048 compare model.zip RUN

Its `MlpPolicy` sees the boards as planes (the wrapper `OneHot`) and has, like our policy, layers of
256 and 128 units; discount and lambda are those of our policy too. Rewards are divided by 1,024, so
that the critic's errors do not drown the actor's. The file says how many games, moves and seconds
the model was trained with. Moves are counted in whole rounds of 32 in every environment.

After 20,480 moves, one run each, seed 1: 16 environments 3,784 points (100 games), 64 1,659 (100),
128 1,281 (200; chance has 1,141). So 16 is the default. After 3 million, on two machines: 7,172 and
7,635 (1,000 games).
"""

import argparse
import time
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import VecEnv

PLANES = 18
POINTS = 1024
"""What the learner counts as 1."""


class Boards(VecEnv):
    """Our native vector environment as Stable-Baselines3 wants it.

    Attributes:
        games: how many have ended.
    """

    render_mode = None

    def __init__(self, count: int) -> None:
        self.envs = gymnasium.make_vec("env2048:Scratch2048-v0", count, autoreset_mode="SameStep")
        space = spaces.Box(0, 1, (4, 4, PLANES), np.uint8)
        super().__init__(count, space, self.envs.single_action_space)
        self.games = 0

    def reset(self):
        # The seeds that it was given are s, s + 1, ...: what the vector environment makes of s.
        boards, info = self.envs.reset(seed=self._seeds[0])
        self._reset_seeds()
        return self._shown(boards, info)

    def step_async(self, actions):
        self._actions = actions

    def step_wait(self):
        boards, rewards, ended, _, info = self.envs.step(self._actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for i in np.flatnonzero(ended):
            infos[i]["terminal_observation"] = _planes(info["final_obs"][i])
        self.games += int(ended.sum())
        return self._shown(boards, info), (rewards / POINTS).astype(np.float32), ended, infos

    def _shown(self, boards, info):
        self._masks = info["action_mask"].astype(bool)
        return _planes(boards)

    def action_masks(self):
        """Legal moves, bool [N, 4]."""
        return self._masks

    def env_method(self, method_name, *args, indices=None, **kwargs):
        """Of each environment what a method gives; there is but `action_masks`."""
        return list(getattr(self, method_name)(*args, **kwargs))

    def get_attr(self, attr_name, indices=None):
        return [getattr(self, attr_name)] * self.num_envs

    def set_attr(self, attr_name, value, indices=None):
        raise AttributeError(f"{attr_name} cannot be set")

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * self.num_envs

    def close(self):
        self.envs.close()


def _planes(boards):
    """[..., 4, 4] -> uint8 [..., 4, 4, 18], as the wrapper `OneHot` shows them."""
    return np.eye(PLANES, dtype=np.uint8)[boards]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="where the model goes, a .zip file")
    parser.add_argument("--steps", type=int, default=20_000, help="moves, in all environments")
    parser.add_argument("--environments", type=int, default=16, help="games side by side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    options = parser.parse_args()
    if options.file.suffix != ".zip":
        parser.error(f"{options.file}: a model is a .zip file")

    torch.set_num_threads(options.threads)
    envs = Boards(options.environments)
    model = MaskablePPO(
        "MlpPolicy",
        envs,
        n_steps=32,
        batch_size=min(1024, 32 * options.environments),
        n_epochs=4,
        learning_rate=1e-3,
        gamma=0.998,
        gae_lambda=0.9,
        ent_coef=0.01,
        policy_kwargs={"net_arch": [256, 128], "activation_fn": torch.nn.ReLU},
        seed=options.seed,
        device="cpu",
    )
    start = time.perf_counter()
    model.learn(options.steps)
    seconds = time.perf_counter() - start
    model.trained = {"games": envs.games, "moves": model.num_timesteps, "seconds": seconds}
    model.save(options.file)
    print(f"{options.file}: {model.num_timesteps:,} moves, {envs.games:,} games, {seconds:.0f} s")


if __name__ == "__main__":
    main()
