"""Wrappers for the single environment: other observations, rewards and endings.

Each is an ordinary `gymnasium.Wrapper`, so they combine with each other and with Gymnasium's own,
and `make_vec(..., vectorization_mode="sync", wrappers=[OneHot])` takes them.
"""

import math
from copy import deepcopy
from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

from env2048.board import MAX_EXPONENT, Board

Observation = NDArray[Any]
Env = gymnasium.Env[Any, int]


def _side(env: Env) -> tuple[int, int]:
    space = env.observation_space
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8 or len(space.shape) != 2:
        raise ValueError(f"this wrapper takes boards of exponents, uint8 [size, size], not {space}")
    return space.shape


class OneHot(gymnasium.ObservationWrapper[Observation, int, Board], RecordConstructorArgs):
    """Observations as planes, uint8 [size, size, 18]: plane k is 1 where the exponent is k."""

    def __init__(self, env: Env) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        self.observation_space = spaces.Box(0, 1, (*_side(env), MAX_EXPONENT + 1), np.uint8)
        self._planes = np.eye(MAX_EXPONENT + 1, dtype=np.uint8)

    def observation(self, observation: Board) -> Observation:
        """[size, size] -> [size, size, 18]."""
        return self._planes[observation]


class FaceValues(gymnasium.ObservationWrapper[Observation, int, Board], RecordConstructorArgs):
    """Observations as people see them, int32 [size, size]: 0, 2, 4, 8, ... 131072."""

    def __init__(self, env: Env) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        self.observation_space = spaces.Box(0, 1 << MAX_EXPONENT, _side(env), np.int32)
        self._faces = np.array([0, *(1 << k for k in range(1, MAX_EXPONENT + 1))], dtype=np.int32)

    def observation(self, observation: Board) -> Observation:
        """Exponents -> face values."""
        return self._faces[observation]


class Log2Reward(gymnasium.RewardWrapper[Any, int], RecordConstructorArgs):
    """Rewards as log2(1 + r), which grows with the tile and not with its face value.

    Rewards below 0 (the penalty of an illegal move) stay what they are.
    """

    def __init__(self, env: Env) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)

    def reward(self, reward: Any) -> float:
        """R -> log2(1 + r)."""
        return math.log2(1.0 + reward) if reward >= 0 else float(reward)


class _Ending(gymnasium.Wrapper[Any, int, Any, int]):
    """A wrapper that can end the episode on its own: the steps after that are no-ops."""

    def __init__(self, env: Env) -> None:
        super().__init__(env)
        self._ended: tuple[Any, dict[str, Any]] | None = None

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Begins a new game."""
        self._ended = None
        return self.env.reset(**kwargs)

    def step(self, action: int) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Plays one move, or none if the episode is over."""
        if self._ended is not None:
            observation, info = deepcopy(self._ended)
            return observation, 0.0, True, False, info | {"legal": False}
        observation, reward, terminated, truncated, info = self.env.step(action)
        reward, ends = self.judge(reward, info)
        terminated = bool(terminated or ends)
        if terminated:
            self._ended = deepcopy((observation, info))
        return observation, reward, terminated, truncated, info

    def judge(self, reward: Any, info: dict[str, Any]) -> tuple[Any, bool]:
        """The reward of a step, and whether it ends the episode; may add to `info`."""
        raise NotImplementedError


class IllegalMove(_Ending, RecordConstructorArgs):
    """What a move that changes nothing costs: a penalty, and with `action="terminate"` the episode.

    The same as `Game2048Env(illegal=..., penalty=...)`, for an environment made without them.

    Args:
        env: an environment whose `info` has `legal` and `action_mask`.
        action: `"penalty"` or `"terminate"`.
        penalty: the reward of an illegal move, in place of 0.
    """

    def __init__(
        self,
        env: Env,
        action: Literal["penalty", "terminate"] = "penalty",
        penalty: float = -1.0,
    ) -> None:
        if action not in ("penalty", "terminate"):
            raise ValueError(f"action must be 'penalty' or 'terminate', not {action!r}")
        RecordConstructorArgs.__init__(self, action=action, penalty=penalty)
        super().__init__(env)
        self.illegal = action
        self.penalty = float(penalty)

    def judge(self, reward: Any, info: dict[str, Any]) -> tuple[Any, bool]:
        """The penalty for an illegal move, unless the game was over anyway."""
        if info["legal"] or not info["action_mask"].any():
            return reward, False
        return self.penalty, self.illegal == "terminate"


class GoalTile(_Ending, RecordConstructorArgs):
    """Ends the episode as won once a tile is reached; `info["goal"]` says whether it was.

    Args:
        env: an environment whose `info` holds `max_tile`.
        tile: the face value to reach, a power of two from 4 to 131072.
        bonus: added to the reward of the move that reaches it.
    """

    def __init__(self, env: Env, tile: int = 2048, bonus: float = 0.0) -> None:
        if tile not in [1 << k for k in range(2, MAX_EXPONENT + 1)]:
            raise ValueError(f"tile must be a power of two from 4 to 131072, not {tile!r}")
        RecordConstructorArgs.__init__(self, tile=tile, bonus=bonus)
        super().__init__(env)
        self.tile = tile
        self.bonus = float(bonus)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Begins a new game; one that begins with the goal ends with its first step."""
        observation, info = super().reset(**kwargs)
        info["goal"] = info["max_tile"] >= self.tile
        if info["goal"]:
            self._ended = deepcopy((observation, info))
        return observation, info

    def judge(self, reward: Any, info: dict[str, Any]) -> tuple[Any, bool]:
        """The bonus, and the end, once the tile stands on the board."""
        info["goal"] = info["max_tile"] >= self.tile
        return float(reward) + (self.bonus if info["goal"] else 0.0), info["goal"]
