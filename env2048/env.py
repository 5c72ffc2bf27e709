"""The environment `Scratch2048-v0`."""

from operator import index
from typing import Any, Literal, SupportsIndex

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from env2048 import kernels
from env2048.board import FOUR_PROBABILITY, MAX_EXPONENT, Board, check_board, four_threshold
from env2048.keys import draw_keys
from env2048.render.renderer import RENDER_MODES, Renderer

Illegal = Literal["noop", "penalty", "terminate"]


def check_illegal(illegal: str) -> None:
    """Raises ValueError for an unknown treatment of illegal moves."""
    if illegal not in ("noop", "penalty", "terminate"):
        raise ValueError(f"illegal must be 'noop', 'penalty' or 'terminate', not {illegal!r}")


def check_render_mode(render_mode: str | None) -> None:
    """Raises ValueError for an unknown render mode."""
    if render_mode is not None and render_mode not in RENDER_MODES:
        raise ValueError(f"render_mode must be one of {RENDER_MODES} or None, not {render_mode!r}")


def observation_space(size: int) -> spaces.Box:
    """Exponents 0 (empty) to 17 (the tile 131072), uint8 [size, size].

    Raises:
        ValueError: if the size is below 2.
    """
    if size < 2:
        raise ValueError(f"size must be 2 or more, not {size!r}")
    return spaces.Box(0, MAX_EXPONENT, (size, size), np.uint8)


class Game2048Env(gymnasium.Env[Board, int]):
    """The game 2048, exact for every tile up to 131072, on a board of any size from 2.

    ## Description
    Each move slides all tiles in one direction; two equal tiles that meet merge into their sum,
    each tile at most once per move. Then a new tile appears on a random empty cell. The game is
    over when no move changes the board.

    ## Action Space
    `Discrete(4)`: 0 up, 1 right, 2 down, 3 left.

    ## Observation Space
    `Box(0, 17, (size, size), uint8)`: the exponent of each tile, 0 for an empty cell, k for 2^k.
    Two tiles 131072 (17) do not merge. `env2048.wrappers` has one-hot planes and face values.

    ## Starting State
    Two tiles on random cells; each new tile is a 2 with probability 0.9, else a 4.
    `reset(options={"board": exponents})` begins from a given board with a score of 0.

    ## Rewards
    The sum of the face values of the tiles made by merging, as in the original's score.
    A move that changes nothing places no tile and gives 0, or `penalty`.

    ## Episode End
    Terminated when no move is legal, or by an illegal move if `illegal="terminate"`. Never
    truncated. A step after that is a no-op, terminated again.

    ## Information
    `reset` and `step` return: `action_mask` int8 [4], 1 for legal moves; `score` int; `max_tile`
    int, its face value; `legal` bool, whether the last move changed the board (True after `reset`).
    `action_masks()` gives the mask as bool, where sb3-contrib's MaskablePPO looks for it.

    ## Arguments
    * `render_mode`: `"human"` (a pygame window), `"rgb_array"` (uint8 [600, 500, 3]), `"ansi"`
      (text), None.
    * `size`: the side of the board, 2 or more.
    * `four_probability`: how often a new tile is a 4.
    * `illegal`: what a move that changes nothing does: `"noop"`; `"penalty"`, which rewards it with
      `penalty`; `"terminate"`, which does so and ends the episode.
    * `penalty`: that reward.

    ## Randomness
    The n-th game takes one 64-bit key, the n-th draw from `np_random`; all its tiles follow from
    the key (`board.next_spawn`). A seed gives the same games under any version of NumPy.

    ## Version History
    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": RENDER_MODES, "render_fps": 8}

    def __init__(
        self,
        render_mode: str | None = None,
        size: int = 4,
        four_probability: float = FOUR_PROBABILITY,
        illegal: Illegal = "noop",
        penalty: float = -1.0,
    ) -> None:
        check_render_mode(render_mode)
        check_illegal(illegal)
        self.observation_space = observation_space(size)  # type: ignore[assignment]
        self.action_space = spaces.Discrete(4)  # type: ignore[assignment]
        self.render_mode = render_mode
        self.size = size
        self.four_probability = four_probability
        self.illegal = illegal
        self.penalty = float(penalty)
        self._game = kernels.new_game(size, four_threshold(four_probability))
        self._board, self._mask = kernels.board_and_mask(self._game)
        self._row_table = kernels.row_table()
        self._max_tile = 0
        self._score = 0
        self._over: bool | None = None  # None until the first reset
        self._renderer: Renderer | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Board, dict[str, Any]]:
        """Begins a new game.

        Args:
            seed: seeds `np_random`, from which the keys of this and all later games come.
            options: `{"board": exponents}` begins from that board, with a score of 0 and no new
                tile.

        Raises:
            ValueError: if that board has the wrong shape or type, or a tile above 131072.
        """
        super().reset(seed=seed)
        board = (options or {}).get("board")
        if board is not None:
            board = check_board(board, self.size)
        self._game[kernels.KEY] = draw_keys(self.np_random, 1)[0]
        if board is None:
            self._max_tile = kernels.start_game(self._game)
            self._over = False
        else:
            self._board[:] = board
            self._game[kernels.PLACED] = self._game[kernels.SCORE] = 0
            self._max_tile = 1 << int(board.max()) if board.any() else 0
            self._over = not kernels.mask_cells(board.ravel(), self.size, self._mask)
        self._score = 0
        if self.render_mode == "human":
            self._drawn().show(self.board, self._score)
        return self._board.copy(), self._info(True)

    def step(self, action: SupportsIndex) -> tuple[Board, float, bool, bool, dict[str, Any]]:
        """Plays one move: 0 up, 1 right, 2 down, 3 left.

        Raises:
            ValueError: if the action is not one of these.
            gymnasium.error.ResetNeeded: before the first `reset`.
        """
        action = index(action)
        if not 0 <= action < 4:
            raise ValueError(f"action must be 0 (up), 1 (right), 2 (down), 3 (left), not {action}")
        if self._over is None:
            raise ResetNeeded("call reset() before step()")
        if self._over:
            return self._board.copy(), 0.0, True, False, self._info(False)
        before = self.board if self.render_mode == "human" else None
        reward, legal, alive, self._max_tile, self._score = kernels.step_game(
            self._game, action, self._row_table
        )
        self._over = not alive
        if not legal and self.illegal != "noop":
            reward = self.penalty
            self._over |= self.illegal == "terminate"
        if before is not None:
            self._drawn().animate(before, action, self.board, self._score)
        return self._board.copy(), reward, self._over, False, self._info(legal)

    def _info(self, legal: bool) -> dict[str, Any]:
        return {
            "action_mask": self._mask.copy(),
            "score": self._score,
            "max_tile": self._max_tile,
            "legal": legal,
        }

    @property
    def board(self) -> Board:
        """A copy of the board: exponents, uint8 [size, size]."""
        return self._board.copy()

    @property
    def score(self) -> int:
        """The score of the game so far."""
        return self._score

    @property
    def key(self) -> int:
        """The key of the current game."""
        return int(self._game[kernels.KEY])

    def action_masks(self) -> NDArray[np.bool_]:
        """Which moves are legal, bool [4]; the name that sb3-contrib looks for."""
        return self._mask.astype(np.bool_)

    def render(self) -> NDArray[np.uint8] | str | None:  # type: ignore[override]
        """A frame (`rgb_array`), a text (`ansi`), or None, with the window up to date (`human`)."""
        if self.render_mode is None:
            gymnasium.logger.warn(
                'render() does nothing without a render mode: make(..., render_mode="rgb_array")'
            )
            return None
        return self._drawn().render(self.board, self._score)

    def _drawn(self) -> Renderer:
        if self._renderer is None:
            assert self.render_mode is not None
            self._renderer = Renderer(self.render_mode, self.size)
        return self._renderer

    def close(self) -> None:
        """Closes the window, if there is one. May be called twice."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def get_keys_to_action(self) -> dict[tuple[int, ...], int]:
        """Arrows, WASD and HJKL, for `gymnasium.utils.play.play(env, wait_on_player=True)`."""
        from env2048.render.theme import MOVE_KEYS

        return {(key,): action for action, keys in enumerate(MOVE_KEYS) for key in keys}

    def __getstate__(self) -> dict[str, Any]:
        """Without the views of the game, which a copy would not keep together with it."""
        left_out = ("_board", "_mask", "_row_table")
        return {name: value for name, value in vars(self).items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Takes over the state of another environment."""
        vars(self).update(state)
        self._board, self._mask = kernels.board_and_mask(self._game)
        self._row_table = kernels.row_table()
