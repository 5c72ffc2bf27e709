"""The game 2048 as a Gymnasium environment, with a pygame window and replays.

Importing this package registers `Scratch2048-v0`:

    import gymnasium as gym
    import env2048

    env = gym.make("Scratch2048-v0")
    envs = gym.make_vec("Scratch2048-v0", num_envs=1024)

Everything public is found here; it is imported when first asked for, so that the command line
starts without the compiler and without pygame.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import gymnasium

if TYPE_CHECKING:
    from env2048.env import Game2048Env
    from env2048.errors import DisplayError, ReplayError, Scratch2048Error
    from env2048.replay import Recorder, Replay, read_replay, verify, write_replay
    from env2048.vector import Game2048VectorEnv
    from env2048.wrappers import FaceValues, GoalTile, IllegalMove, Log2Reward, OneHot

__version__ = "0.1.0"

_PUBLIC = {
    "env2048.env": ["Game2048Env"],
    "env2048.vector": ["Game2048VectorEnv"],
    "env2048.wrappers": ["FaceValues", "GoalTile", "IllegalMove", "Log2Reward", "OneHot"],
    "env2048.errors": ["DisplayError", "ReplayError", "Scratch2048Error"],
    "env2048.replay": ["Recorder", "Replay", "read_replay", "verify", "write_replay"],
}
_HOME = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "DisplayError",
    "FaceValues",
    "Game2048Env",
    "Game2048VectorEnv",
    "GoalTile",
    "IllegalMove",
    "Log2Reward",
    "OneHot",
    "Recorder",
    "Replay",
    "ReplayError",
    "Scratch2048Error",
    "__version__",
    "read_replay",
    "verify",
    "write_replay",
]

gymnasium.register(
    id="Scratch2048-v0",
    entry_point="env2048.env:Game2048Env",
    vector_entry_point="env2048.vector:Game2048VectorEnv",
)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
