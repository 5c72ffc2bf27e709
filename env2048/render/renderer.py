"""What an environment draws with: one `Renderer` per environment and render mode."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from env2048.board import Board, is_dead
from env2048.render import theme
from env2048.render.ansi import ansi
from env2048.render.notes import Notes

if TYPE_CHECKING:
    from env2048.render.painter import Painter
    from env2048.render.window import Window

RENDER_MODES: Final = ["human", "rgb_array", "ansi"]


class Renderer:
    """Draws positions in one render mode; pygame is imported with the first drawing that needs it.

    The best score is the highest that this renderer has been shown, unless it is told another. A
    copy, also a pickled one, keeps it, and opens a window of its own when it first draws.

    Args:
        mode: one of `RENDER_MODES`.
        size: rows of the boards.
    """

    def __init__(self, mode: str, size: int) -> None:
        self._mode = mode
        self._size = size
        self._best = 0
        self._painter: Painter | None = None
        self._window: Window | None = None

    def render(
        self, board: Board, score: int, best: int | None = None
    ) -> NDArray[np.uint8] | str | None:
        """Draws a position.

        Args:
            board: exponents, uint8 [size, size].
            score: of the game so far.
            best: the best score, for one renderer that draws many games.

        Returns:
            `rgb_array`: a new array, uint8 [600, 500, 3]. `ansi`: a text. `human`: None; the window
            shows the position.

        Raises:
            env2048.errors.DisplayError: in mode `human`, if there is no display.
        """
        self._best = max(self._best, score)
        best = self._best if best is None else best
        if self._mode == "ansi":
            return ansi(board, score, best)
        if self._mode == "human":
            self._opened().show(board, score, best, _notes(board))
            return None
        if self._painter is None:
            from env2048.render.painter import Painter

            self._painter = Painter(self._size)
        return self._painter.frame(board, score, best)

    def show(self, board: Board, score: int) -> None:
        """Shows the beginning of a game in the window (mode `human`): its tiles appear."""
        self._best = max(self._best, score)
        self._opened().animate_start(board, score, self._best, _notes(board))

    def animate(self, before: Board, action: int, after: Board, score: int) -> None:
        """Shows a move in the window (mode `human`); see `Window.animate`."""
        self._best = max(self._best, score)
        self._opened().animate(before, action, after, score, self._best, _notes(after))

    def close(self) -> None:
        """Closes the window, if there is one. May be called twice."""
        if self._window is not None:
            self._window.close()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_painter": None, "_window": None}

    def _opened(self) -> "Window":
        """The window. Once the user has closed it, it stays closed and draws nothing."""
        if self._window is None:
            from env2048.render.window import Window

            self._window = Window(self._size)
        return self._window


def _notes(board: Board) -> Notes | None:
    over = bool(board.all()) and is_dead(board)
    return Notes(headline=theme.GAME_OVER) if over else None
