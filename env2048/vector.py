"""Many games at once: the native vector environment behind `gymnasium.make_vec("Scratch2048-v0")`.

Letters in shapes: N environments, C = size * size cells.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from env2048 import kernels
from env2048.board import FOUR_PROBABILITY, MAX_EXPONENT, Board, check_board, four_threshold
from env2048.env import Illegal, check_illegal, check_render_mode, observation_space
from env2048.keys import KeyStreams
from env2048.render.renderer import Renderer

_FACES = np.array([0, *(1 << exponent for exponent in range(1, MAX_EXPONENT + 1))])

RENDER_MODES = ["rgb_array", "ansi"]


class Game2048VectorEnv(VectorEnv[NDArray[np.uint8], NDArray[np.int64], NDArray[Any]]):
    """N games of 2048, stepped together in one compiled loop.

    For the same seeds and actions it returns what `SyncVectorEnv` over `Game2048Env` returns,
    arrays and `info` alike, in every autoreset mode. `reset(seed=s)` seeds environment i with s +
    i.

    Args:
        num_envs: N.
        render_mode: `"rgb_array"` or `"ansi"`: `render()` gives one frame per environment.
        size: see `Game2048Env`, as for the next three.
        four_probability: how often a new tile is a 4.
        illegal: what a move that changes nothing does.
        penalty: the reward of such a move.
        autoreset_mode: an `AutoresetMode` or its value: whether a finished game is followed by the
            next one in the following step, in the same step, or only by
            `reset(options={"reset_mask": ...})`.
    """

    metadata: dict[str, Any] = {"render_modes": RENDER_MODES, "render_fps": 8}

    def __init__(
        self,
        num_envs: int = 1,
        render_mode: str | None = None,
        size: int = 4,
        four_probability: float = FOUR_PROBABILITY,
        illegal: Illegal = "noop",
        penalty: float = -1.0,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs must be 1 or more, not {num_envs!r}")
        if render_mode == "human":
            raise ValueError("a vector environment has no window: use render_mode 'rgb_array'")
        check_render_mode(render_mode)
        check_illegal(illegal)
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.size = size
        self.four_probability = four_probability
        self.illegal = illegal
        self.penalty = float(penalty)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = observation_space(size)
        self.single_action_space = spaces.Discrete(4)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

        self._threshold = np.uint64(four_threshold(four_probability))
        self._row_table = kernels.row_table()
        self._keys: KeyStreams | None = None  # None until the first reset
        self._boards = np.zeros((num_envs, size * size), np.uint8)
        self._states = np.zeros((num_envs, 3), np.uint64)  # key, tiles placed, score
        self._masks = np.zeros((num_envs, 4), np.int8)
        self._largest = np.zeros(num_envs, np.int64)
        self._over = np.zeros(num_envs, np.bool_)
        self._to_reset = np.zeros(num_envs, np.bool_)  # ended in the last step
        self._all = np.ones(num_envs, np.bool_)
        self._best = np.zeros(num_envs, np.uint64)  # the highest score that `render` has shown
        self._renderer: Renderer | None = None

    def reset(  # type: ignore[override]
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Begins new games in all environments, or in those of a mask.

        Args:
            seed: environment i is seeded with seed + i, or with the i-th of a sequence.
            options: `{"reset_mask": bool [N]}` resets only those; `{"board": exponents}` begins
                from a given board.

        Raises:
            ValueError: if the number of seeds, the mask or the board does not fit.
        """
        options = options or {}
        chosen = self._chosen(options.get("reset_mask"))
        board = options.get("board")
        if board is not None:
            board = check_board(board, self.size)
        if self._keys is None:
            self._keys = KeyStreams(self.num_envs)
        for i, (reset, seed_) in enumerate(zip(chosen, self._seeds(seed), strict=True)):
            if reset and seed_ is not None:
                self._keys.seed(i, seed_)
        self._begin(np.flatnonzero(chosen), board)
        self._to_reset &= ~chosen
        legal = chosen.copy()
        return self._observations(), self._info(legal, chosen)

    def _chosen(self, reset_mask: Any) -> NDArray[np.bool_]:
        if reset_mask is None:
            return np.ones(self.num_envs, np.bool_)
        mask = np.asarray(reset_mask)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise ValueError(
                f"options['reset_mask'] must be a bool array of shape ({self.num_envs},) with "
                f"at least one True, not {mask.dtype} of shape {mask.shape}"
            )
        return mask.copy()

    def _seeds(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, (int, np.integer)):
            return [int(seed) + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"{self.num_envs} environments need as many seeds, not {len(seed)}")
        return seed

    def _begin(self, indices: NDArray[np.int64], board: Board | None = None) -> None:
        assert self._keys is not None
        self._states[indices, 0] = self._keys.next(indices)
        if board is None:
            kernels.start_many(
                indices, self._boards, self._states, self._threshold, self._masks, self._largest
            )
            self._over[indices] = False
        else:
            mask = np.zeros(4, np.int8)
            self._over[indices] = not kernels.mask_cells(board.ravel(), self.size, mask)
            self._boards[indices] = board.ravel()
            self._states[indices, 1:] = 0
            self._masks[indices] = mask
            self._largest[indices] = board.max()

    def step(  # type: ignore[override]
        self, actions: ArrayLike
    ) -> tuple[
        NDArray[np.uint8],
        NDArray[np.float64],
        NDArray[np.bool_],
        NDArray[np.bool_],
        dict[str, Any],
    ]:
        """Plays one move in every environment.

        Args:
            actions: integers 0 to 3, [N]. Those of environments that are being reset are not looked
                at.

        Raises:
            ValueError: if the actions are of another shape or type, or out of range.
            gymnasium.error.ResetNeeded: before the first `reset`, or, with autoreset disabled,
                while an ended game has not been reset.
        """
        actions = self._checked(actions)
        if self._keys is None:
            raise ResetNeeded("call reset() before step()")
        legal = np.zeros(self.num_envs, np.bool_)
        rewards = np.zeros(self.num_envs, np.float64)
        skip = self._over.copy()
        renewed = np.zeros(self.num_envs, np.bool_)
        if self._to_reset.any():
            if self.autoreset_mode == AutoresetMode.DISABLED:
                raise ResetNeeded(
                    f"games {np.flatnonzero(self._to_reset).tolist()} are over: reset them with "
                    "reset(options={'reset_mask': ...})"
                )
            renewed = self._to_reset
            self._begin(np.flatnonzero(renewed))
            legal |= renewed
            skip |= renewed
        alive = np.logical_not(self._over)
        kernels.step_many(
            actions, skip, self._boards, self._states, self._threshold, self._masks,
            self._largest, rewards, legal, alive, self._row_table,
        )  # fmt: skip
        np.logical_not(alive, out=self._over)
        if self.illegal != "noop":
            illegal = ~(legal | skip)
            rewards[illegal] = self.penalty
            if self.illegal == "terminate":
                self._over |= illegal
        terminated = self._over.copy()
        truncated = np.zeros(self.num_envs, np.bool_)
        info: dict[str, Any] = {}
        self._to_reset = terminated.copy()
        if self.autoreset_mode == AutoresetMode.SAME_STEP and terminated.any():
            info = self._final(legal, terminated)
            self._begin(np.flatnonzero(terminated))
            legal |= terminated
            self._to_reset[:] = False
        info |= self._info(legal)
        return self._observations(), rewards, terminated, truncated, info

    def _checked(self, actions: ArrayLike) -> NDArray[np.int64]:
        array = np.asarray(actions)
        if array.shape != (self.num_envs,) or array.dtype.kind not in "iu":
            raise ValueError(
                f"actions must be integers of shape ({self.num_envs},), "
                f"not {array.dtype} of shape {array.shape}"
            )
        if array.min() < 0 or array.max() > 3:
            wrong = np.flatnonzero(((array < 0) | (array > 3)) & ~self._to_reset)
            if wrong.size:
                raise ValueError(
                    "actions must be 0 (up), 1 (right), 2 (down) or 3 (left), "
                    f"not {array[wrong[0]]} for environment {wrong[0]}"
                )
        return array.astype(np.int64, copy=False)

    def _final(self, legal: NDArray[np.bool_], ended: NDArray[np.bool_]) -> dict[str, Any]:
        """`final_obs` and `final_info` of the games that ended in this step."""
        observations = np.full(self.num_envs, None, dtype=object)
        for i in np.flatnonzero(ended):
            observations[i] = self._boards[i].reshape(self.size, self.size).copy()
        return {
            "final_obs": observations,
            "_final_obs": ended.copy(),
            "final_info": self._info(legal, ended),
            "_final_info": ended.copy(),
        }

    def _info(
        self, legal: NDArray[np.bool_], present: NDArray[np.bool_] | None = None
    ) -> dict[str, Any]:
        """The infos of all environments, or of those in `present`, as SyncVectorEnv has them."""
        values: dict[str, NDArray[Any]] = {
            "action_mask": self._masks.copy(),
            "score": self._states[:, 2].astype(np.int64),
            "max_tile": _FACES.take(self._largest),
            "legal": legal.copy(),
        }
        info: dict[str, Any] = {}
        for name, value in values.items():
            if present is not None:
                value[~present] = 0
            info[name] = value
            info[f"_{name}"] = (self._all if present is None else present).copy()
        return info

    def _observations(self) -> NDArray[np.uint8]:
        return self._boards.copy().reshape(self.num_envs, self.size, self.size)

    def action_masks(self) -> NDArray[np.bool_]:
        """Which moves are legal, bool [N, 4]."""
        return self._masks.astype(np.bool_)

    @property
    def keys(self) -> NDArray[np.uint64]:
        """The keys of the current games, uint64 [N]."""
        return self._states[:, 0].copy()

    @property  # type: ignore[misc]  # one reads the generators here, and seeds them with reset
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generator of each environment; they run up to 16 keys ahead of the games."""
        return tuple(self._seeded().generators)

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]
        """The seed of each environment."""
        return tuple(self._seeded().seeds)

    def _seeded(self) -> KeyStreams:
        if self._keys is None:
            self._keys = KeyStreams(self.num_envs)
        return self._keys

    def render(self) -> tuple[NDArray[np.uint8] | str | None, ...] | None:  # type: ignore[override]
        """One frame or text per environment; None without a render mode."""
        if self.render_mode is None:
            return None
        if self._renderer is None:
            self._renderer = Renderer(self.render_mode, self.size)
            self._best[:] = 0
        scores = self._states[:, 2]
        np.maximum(self._best, scores, out=self._best)
        return tuple(
            self._renderer.render(board, int(score), int(best))
            for board, score, best in zip(self._observations(), scores, self._best, strict=True)
        )

    def close_extras(self, **kwargs: Any) -> None:
        """Forgets the renderer."""
        self._renderer = None
