"""A person's game in the window.

Arrows, WASD and HJKL move, U takes a move back, R begins a new game, Esc or closing the window
ends. H and ? show what an agent would do. H is also the left of HJKL: it means left to those who
use these keys, that is when the last move was made with H, J, K or L.
"""

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from agents.base import Agent
from agents.recording import decide
from agents.window.game import Game
from env2048.board import FOUR_PROBABILITY
from env2048.render.notes import Notes
from env2048.render.theme import GAME_OVER, MOVE_KEYS, YOU_WIN
from env2048.render.window import Window

KEYS = (
    "arrows, WASD or HJKL move, U takes back, H or ? shows a hint (after J, K or L, H is left "
    "and only ? is the hint), R: new game, Esc ends"
)

DIRECTION_NAMES = ("up", "right", "down", "left")

_MOVES = {name: action for action, name in enumerate(DIRECTION_NAMES)} | {
    chr(code): action for action, codes in enumerate(MOVE_KEYS) for code in codes if code < 128
}
_VI_KEYS = "hjkl"
_GOAL = 11
"""The exponent of the tile that wins."""

_NAP = 0.1
"""Seconds after which a waiting window looks whether it should stop."""


class Player:
    """Lets a person play, game after game.

    Args:
        window: shows the games; closing it ends them.
        helper: gives the hints; it must play boards of this size.
        seed: the first game is that of `env.reset(seed=seed)`, the next that of seed + 1.
        size: rows of the board.
        four_probability: how often a new tile is a 4.
        stop: asked all the time; the games end once it says true.
    """

    def __init__(
        self,
        window: Window,
        helper: Agent,
        *,
        seed: int,
        size: int = 4,
        four_probability: float = FOUR_PROBABILITY,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._window = window
        self._helper = helper
        self._seed = seed
        self._size = size
        self._four_probability = four_probability
        self._stop = stop
        self._best_before = 0  # of the games before this one
        self._rng = np.random.default_rng(seed)  # for helpers that play by chance
        self._uses_vi_keys = False
        self._quit = self._new_game = self._keeps_going = False

    def games(self) -> Iterator[Game]:
        """Plays; yields each game when it is left, finished or not."""
        for seed in count(self._seed):
            self._game = Game(seed, self._size, self._four_probability)
            self._play()
            yield self._game
            if self._done:
                return
            self._best_before = self._best

    @property
    def _done(self) -> bool:
        return self._quit or self._window.closed or self._stop()

    @property
    def _best(self) -> int:
        """The best score. One that has been taken back does not count."""
        return max(self._best_before, self._game.score)

    @property
    def _won(self) -> bool:
        """Whether the game waits for the word to go on after its first 2048."""
        return int(self._game.board.max()) >= _GOAL and not self._keeps_going

    def _play(self) -> None:
        """One game."""
        self._new_game = self._keeps_going = False
        self._window.animate_start(self._game.board, 0, self._best, self._notes())
        while not (self._new_game or self._done):
            pressed = self._window.keys()
            for key in pressed:
                self._press(key)
            self._window.wait(_NAP)

    def _press(self, key: str) -> None:
        if key == "?" or (key == "h" and not self._uses_vi_keys):
            self._show_hint()
        elif key in _MOVES:
            self._move(_MOVES[key])
            self._uses_vi_keys = key in _VI_KEYS
            self._show()
        elif key == "u":
            self._game.undo()
            self._show()
        elif key in ("return", "enter", "space") and self._won:
            self._keeps_going = True
            self._show()
        elif key == "r":
            self._new_game = True
        elif key == "escape":
            self._quit = True

    def _move(self, action: int) -> None:
        """Plays and shows a move; nothing happens if it is not legal, or the game was just won."""
        game, before = self._game, self._game.board
        if not self._won and game.step(action):
            notes = Notes(self._status())
            self._window.animate(before, action, game.board, game.score, self._best, notes)

    def _show(self) -> None:
        game = self._game
        self._window.show(game.board, game.score, self._best, self._notes())

    def _show_hint(self) -> None:
        """What the helper would do, and what it expects of each move."""
        game = self._game
        if game.over or self._won:
            return
        action, values = decide(self._helper, game.board, self._rng)
        notes = Notes(
            f"{self._helper.name} would go {DIRECTION_NAMES[action]}", values.tolist(), action
        )
        self._window.show(game.board, game.score, self._best, notes)

    def _notes(self) -> Notes:
        if self._won:
            return Notes(self._status(), headline=YOU_WIN, message="Enter: keep going", won=True)
        if self._game.over:
            return Notes(self._status(), headline=GAME_OVER, message="R: new game   U: undo")
        return Notes(self._status())

    def _status(self) -> str:
        hint = "?" if self._uses_vi_keys else "H"
        if not len(self._game):
            return f"move: arrows, WASD or HJKL   {hint}: hint"
        return f"U: undo   {hint}: hint   R: new game   Esc: quit"
