"""Small helpers over pygame: surfaces from pixels, and smooth text of a size that fits."""

import math
from functools import lru_cache
from itertools import accumulate

import numpy as np

from env2048.render import shapes
from env2048.render.backend import pygame
from env2048.render.shapes import Pixels
from env2048.render.theme import Color

_OVERSAMPLING = 4

_NUMBER_SPACING = 0.95
"""The distance between digits, as a share of their width."""

_REFERENCE_SIZE = 100
"""The font size at which widths are measured; they grow in proportion."""


def canvas(width: int, height: int) -> tuple[pygame.Surface, Pixels]:
    """A surface, and the array uint8 [height, width, 3] that holds its pixels.

    They share memory: what is drawn on the surface is in the array at once, row by row as RGB.
    Neither needs a display.
    """
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    return pygame.image.frombuffer(pixels.data, (width, height), "RGB"), pixels


def to_surface(pixels: Pixels) -> pygame.Surface:
    """A surface with transparency from RGBA pixels [height, width, 4]."""
    height, width, _ = pixels.shape
    return pygame.image.frombytes(pixels.tobytes(), (width, height), "RGBA")


def fitting_size(text: str, largest: int, width: float) -> int:
    """The font size, at most `largest`, at which the text is not wider than `width` pixels."""
    measured = _reference_width(text)
    return max(1, min(largest, int(_REFERENCE_SIZE * width / measured))) if measured else largest


@lru_cache(maxsize=1024)
def _reference_width(text: str) -> float:
    return _positions(text, _REFERENCE_SIZE)[-1]


def _positions(text: str, size: int) -> list[float]:
    """Where each letter begins and the last one ends, in pixels from the left.

    The font's own distances between pairs of letters make the gaps in numbers uneven, so every
    letter takes its own width; digits stand a little closer.
    """
    font = _font(size)
    closer = _NUMBER_SPACING if text.isdecimal() else 1.0
    widths = [float(font.size(letter)[0]) for letter in text]
    return [0.0, *accumulate([closer * width for width in widths[:-1]] + widths[-1:])]


@lru_cache(maxsize=512)
def text_picture(text: str, size: int, color: Color) -> pygame.Surface:
    """A line of text, transparent around it, with the middle of its digits at half its height.

    It is drawn larger and then shrunk: letters stand where they should to a fraction of a pixel,
    which pygame's text does not do. The picture is kept, so it must not be changed.
    """
    font = _font(size * _OVERSAMPLING)
    positions = _positions(text, size * _OVERSAMPLING)
    metrics = font.metrics("0")[0]
    assert metrics is not None
    middle = font.get_ascent() - (metrics[2] + metrics[3]) / 2
    width = math.ceil(positions[-1] / _OVERSAMPLING)
    height = 2 * math.ceil(max(middle, font.get_height() - middle) / _OVERSAMPLING)
    large = pygame.Surface((width * _OVERSAMPLING, height * _OVERSAMPLING), pygame.SRCALPHA)
    large.fill((*color, 0))
    left = (large.get_width() - positions[-1]) / 2
    top = round(height * _OVERSAMPLING / 2 - middle)
    for letter, position in zip(text, positions, strict=False):
        large.blit(font.render(letter, True, color), (round(left + position), top))
    return pygame.transform.smoothscale(large, (width, height))


def write(
    surface: pygame.Surface,
    text: str,
    size: int,
    color: Color,
    at: tuple[float, float],
    align: float = 0.5,
) -> None:
    """Writes a line of text.

    Args:
        surface: what to draw on.
        text: the line.
        size: the font size in pixels.
        color: the colour of the text.
        at: the point (x, y) at which the middle of its digits comes to lie.
        align: the share of the text to the left of x: 0 starts there, 0.5 is centred, 1 ends there.
    """
    picture = text_picture(text, size, color)
    x, y = at
    width, height = picture.get_size()
    surface.blit(picture, (round(x - align * width), round(y - height / 2)))


@lru_cache(maxsize=256)
def box_picture(
    width: int, height: int, radius: int, color: Color, alpha: int = 255
) -> pygame.Surface:
    """A filled rounded rectangle with smooth corners. It is kept, so it must not be changed."""
    return to_surface(shapes.rounded_box(width, height, radius, color, alpha))


_fonts: dict[int, pygame.font.Font] = {}


def _font(size: int) -> pygame.font.Font:
    """The font that comes with pygame, at a size in pixels.

    Fonts die with `pygame.quit()`, which others may call while we go on drawing; so an old font
    is tried before it is used.
    """
    if not pygame.font.get_init():
        _fonts.clear()
        pygame.font.init()
    font = _fonts.get(size)
    if font is not None:
        try:
            font.get_ascent()
        except pygame.error:
            _fonts.clear()
            font = None
    if font is None:
        font = _fonts[size] = pygame.font.Font(None, size)
    return font
