"""Draws boards with their header and notes, off screen: no display is needed."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from env2048.board import MAX_EXPONENT, Board
from env2048.render import theme
from env2048.render.animation import Sprite
from env2048.render.backend import pygame
from env2048.render.drawing import box_picture, canvas
from env2048.render.header import Header
from env2048.render.layout import Layout
from env2048.render.notes import Notes
from env2048.render.notes_art import write_notes
from env2048.render.tiles import TileArt


class Painter:
    """Draws positions of boards of one size; 500 x 600 pixels at scale 1 for every size.

    Only what has changed since the last picture is drawn again, so `frame` takes tens of
    microseconds. A painter holds nothing but pictures: a copy of it (also a pickled one) starts
    afresh.

    Args:
        size: rows of the boards, 2 to 64.
        scale: 1.0 for 500 x 600 pixels.

    Raises:
        ValueError: if a board of this size cannot be drawn, or the scale is not positive.
    """

    def __init__(self, size: int = 4, scale: float = 1.0) -> None:
        self.layout = Layout(size, scale)
        self._tiles = TileArt(self.layout)
        self._header = Header(self.layout)
        self._canvas, self._pixels = canvas(self.layout.width, self.layout.height)
        self._corners = [self.layout.corner(*divmod(cell, size)) for cell in range(size * size)]
        self._background = self._draw_background()
        self._drawn = np.zeros(size * size, dtype=np.uint8)
        self._stale = True

    def __reduce__(self) -> tuple[type["Painter"], tuple[int, float]]:
        return Painter, (self.layout.size, self.layout.scale)

    def frame(
        self, board: Board, score: int, best: int | None = None, notes: Notes | None = None
    ) -> NDArray[np.uint8]:
        """A picture of a position as a new array, uint8 [600, 500, 3] at scale 1.

        Args: as for `paint`.
        """
        self.paint(board, score, best, notes)
        return self._pixels.copy()

    def paint(
        self, board: Board, score: int, best: int | None = None, notes: Notes | None = None
    ) -> pygame.Surface:
        """Draws a position.

        Args:
            board: exponents, uint8 [size, size].
            score: the number in the score box.
            best: the number in the best box; no such box if None.
            notes: what to write around and over the board.

        Returns:
            The painter's own surface: it changes with the next picture.

        Raises:
            ValueError: if the board has another shape, or a tile above 131072.
        """
        size = self.layout.size
        if board.shape != (size, size):
            raise ValueError(f"this painter draws {size} x {size} boards, not {board.shape}")
        if board.max() > MAX_EXPONENT:
            raise ValueError(f"the largest tile is 2^{MAX_EXPONENT}, not 2^{board.max()}")
        self._refresh(score, best)
        cells = board.ravel()
        for cell in np.flatnonzero(cells != self._drawn).tolist():
            self._rest(int(cells[cell]), *self._corners[cell])
        self._drawn[:] = cells
        if notes is not None:
            write_notes(self._canvas, self.layout, notes)
            self._stale = True
        return self._canvas

    def paint_motion(
        self,
        sprites: Iterable[Sprite],
        score: int,
        best: int | None = None,
        notes: Notes | None = None,
    ) -> pygame.Surface:
        """Draws a moment of an animation: as `paint`, with sprites instead of a board."""
        self._stale = True
        self._refresh(score, best)
        for sprite in sprites:
            self._fly(sprite)
        if notes is not None:
            write_notes(self._canvas, self.layout, notes)
        self._stale = True
        return self._canvas

    def icon(self) -> pygame.Surface:
        """The picture of a 2048 tile, for a window's title bar."""
        return self._tiles.sprite(11)

    def _refresh(self, score: int, best: int | None) -> None:
        """Wipes a canvas with more on it than a position, and brings the header up to date."""
        if self._stale:
            self._canvas.blit(self._background, (0, 0))
            self._drawn[:] = 0
            self._header.forget()
            self._stale = False
        self._header.write_scores(self._canvas, score, best)

    def _rest(self, exponent: int, x: int, y: int) -> None:
        """Draws a tile at rest with the upper left pixel of its cell at (x, y)."""
        half_gap = self.layout.gap // 2
        self._canvas.blit(self._tiles.resting(exponent), (x - half_gap, y - half_gap))

    def _fly(self, sprite: Sprite) -> None:
        """Draws a tile on its way, or one of another size than the cells."""
        exponent, row, column, scale, opacity = sprite
        x, y = self.layout.corner(row, column)
        if scale == opacity == 1 and row == int(row) and column == int(column):
            self._rest(exponent, x, y)
            return
        picture = self._tiles.sprite(exponent, scale)
        picture.set_alpha(round(255 * opacity))
        inset = (self.layout.pitch - picture.get_width()) // 2 - self.layout.gap // 2
        self._canvas.blit(picture, (x + inset, y + inset))

    def _draw_background(self) -> pygame.Surface:
        """Everything that is always there: the page, the title and the empty board."""
        layout = self.layout
        background, _ = canvas(layout.width, layout.height)
        background.fill(theme.PAGE)
        self._header.write_title(background)
        left, top, width, height = layout.board
        board = box_picture(width, height, layout.board_radius, theme.BOARD)
        background.blit(board, (left, top))
        half_gap = layout.gap // 2
        for x, y in self._corners:
            background.blit(self._tiles.resting(0), (x - half_gap, y - half_gap))
        return background
