"""The pictures of tiles, at rest and while they pop or appear."""

from functools import lru_cache

from env2048.render import shapes, theme
from env2048.render.backend import pygame
from env2048.render.drawing import fitting_size, to_surface, write
from env2048.render.layout import Layout

_RGB = (0x0000FF, 0x00FF00, 0xFF0000, 0)
"""The masks of 24-bit pixels that lie in memory as red, green, blue."""

_DIGIT_SHARES = (0, 0.76, 0.76, 0.62, 0.48, 0.41, 0.41)
"""Font size over cell side, by the number of digits."""

_TEXT_WIDTH = 0.86
"""The share of the cell that a number may fill."""


class TileArt:
    """Draws each tile once per size and keeps the picture.

    Args:
        layout: gives the side of the cells and the gap between them.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._scaled = lru_cache(maxsize=256)(self._draw_scaled)
        self._resting: dict[int, pygame.Surface] = {}
        self._masters: dict[int, pygame.Surface] = {}

    def resting(self, exponent: int) -> pygame.Surface:
        """A tile (or, for 0, an empty cell) with half the gap around it, opaque: fast to draw.

        The side is one pitch, so that the pictures of all cells together fill the board.
        """
        if exponent not in self._resting:
            pitch = self._layout.pitch
            picture = pygame.Surface((pitch, pitch), depth=24, masks=_RGB)
            picture.fill(theme.BOARD)
            picture.blit(self.sprite(exponent), (0, 0))
            self._resting[exponent] = picture
        return self._resting[exponent]

    def sprite(self, exponent: int, scale: float = 1.0) -> pygame.Surface:
        """A tile with half the gap around it, transparent there; `scale` times the size.

        The side is rounded to even pixels, so that few sizes are drawn and kept.
        """
        pitch = self._layout.pitch
        return self._scaled(exponent, pitch if scale == 1 else max(2, 2 * round(pitch * scale / 2)))

    def _draw_scaled(self, exponent: int, side: int) -> pygame.Surface:
        if side == self._layout.pitch:
            layout = self._layout
            return self._draw(exponent, layout.cell, layout.gap, layout.cell_radius)
        return pygame.transform.smoothscale(self._master(exponent), (side, side))

    def _master(self, exponent: int) -> pygame.Surface:
        """The tile at twice its size, from which all sizes but its own are made."""
        if exponent not in self._masters:
            layout = self._layout
            self._masters[exponent] = self._draw(
                exponent, 2 * layout.cell, 2 * layout.gap, 2 * layout.cell_radius
            )
        return self._masters[exponent]

    def _draw(self, exponent: int, cell: int, gap: int, radius: int) -> pygame.Surface:
        picture = to_surface(shapes.tile_body(exponent, cell, gap, radius))
        if exponent:
            text = str(1 << exponent)
            size = fitting_size(text, round(_DIGIT_SHARES[len(text)] * cell), _TEXT_WIDTH * cell)
            middle = (cell + gap) / 2
            write(picture, text, size, theme.text_color(exponent), (middle, middle))
        return picture
