"""MaskablePPO models of Stable-Baselines3 as players, to stand beside ours (the extra `sb3`).

Their files are pickled in part: who loads one runs what is in it. So load only models of your own,
or from people whom you trust. Nothing else in this project reads such files.
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.base import Agent, afterstates
from agents.errors import AgentFileError
from agents.training.checkpoints import Training
from env2048.board import MAX_EXPONENT
from env2048.errors import UsageError

PLANES = MAX_EXPONENT + 1


class MaskablePPOAgent(Agent):
    """Plays the likeliest legal move of a MaskablePPO model; it does not look ahead.

    What `values` gives are the probabilities of the moves. The model was trained on the boards that
    the environment shows, [S, S], or on those of the wrapper `OneHot`, [S, S, 18]. A dictionary
    `trained` among its attributes, of games, moves and seconds, becomes `training`.

    Args:
        model: the model. name: what the agent is called.

    Raises:
        ValueError: if it was trained on something else.
    """

    def __init__(self, model: Any, name: str) -> None:
        shape = tuple(getattr(model.observation_space, "shape", None) or ())
        self._planes = shape[2:] == (PLANES,)
        if len(shape) != 2 + self._planes or shape[0] != shape[1]:
            raise ValueError(
                f"its observations have the shape {shape}, and not that of boards [S, S] or of "
                f"the wrapper OneHot [S, S, {PLANES}]"
            )
        if getattr(model.action_space, "n", None) != 4:
            raise ValueError(f"its actions are {model.action_space}, and not the four moves")
        self.name = name
        self.size = shape[0]
        self.model = model
        trained = {"moves": model.num_timesteps} | getattr(model, "trained", {})
        self.training = Training.of(trained)
        model.policy.set_training_mode(False)
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: Path) -> "MaskablePPOAgent":
        """The agent in a file that `MaskablePPO.save` wrote.

        Raises:
            UsageError: if the extra is not installed.
            AgentFileError: if it is no such file.
        """
        try:
            from sb3_contrib import MaskablePPO
        except ImportError:
            raise UsageError(
                f"{path}: a model of Stable-Baselines3 needs the extra sb3: "
                "pip install 'scratch2048[sb3]'"
            ) from None
        try:
            return cls(MaskablePPO.load(path, device="cpu"), str(path))
        except Exception as error:  # what is unpickled may raise anything
            raise AgentFileError(f"{path}: not a MaskablePPO model that plays ({error})") from None

    def save(self, path: str | Path) -> None:
        """Writes the model.

        Raises:
            ValueError: if the file is not called .zip: `agents.load` would not know it.
        """
        if Path(path).suffix != ".zip":
            raise ValueError(f"a model of Stable-Baselines3 is a .zip file, not {path}")
        self.model.save(path)

    def values_many(self, boards: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The probability of each move, NaN if illegal; [N, S, S] -> [N, 4]."""
        import torch

        if not len(boards):  # of which torch does not know the shape
            return np.empty((0, 4))
        legal = afterstates(boards)[2]
        shown = np.eye(PLANES, dtype=np.uint8)[boards] if self._planes else boards
        policy = self.model.policy
        # The lock: a policy has one object of its distribution, which each call sets anew.
        with self._lock, torch.no_grad():
            shown_, _ = policy.obs_to_tensor(shown)
            found = policy.get_distribution(shown_, action_masks=legal).distribution.probs
            probabilities = found.numpy().astype(np.float64)
        return np.where(legal, probabilities, np.nan)
