"""Smooth shapes computed in NumPy as pixels: no pygame.

A pixel's coverage follows from its distance to the edge of the shape, so that edges are smooth at
every size. Arrays are [height, width], pixels RGBA with straight alpha.
"""

import numpy as np
from numpy.typing import NDArray

from env2048.render import theme
from env2048.render.theme import Color

Pixels = NDArray[np.uint8]
Coverage = NDArray[np.float64]


def distance_outside(width: int, height: int, radius: float, margin: float = 0) -> Coverage:
    """How far each pixel lies outside a rounded rectangle; negative inside.

    Args:
        width: of the picture in pixels.
        height: of the picture in pixels.
        radius: of the rectangle's corners.
        margin: from the edges of the picture to the rectangle.

    Returns:
        Distances in pixels, float64 [height, width].
    """
    x = _beyond_core(width, radius, margin)[np.newaxis, :]
    y = _beyond_core(height, radius, margin)[:, np.newaxis]
    return np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - radius


def _beyond_core(length: int, radius: float, margin: float) -> Coverage:
    """How far pixels lie, along one axis, outside the rectangle that the corners' centres span."""
    half = length / 2
    from_middle: Coverage = np.abs(np.arange(length) + 0.5 - half)
    return from_middle - (half - margin - radius)


def coverage(distance: Coverage) -> Coverage:
    """The share of each pixel that lies inside, 0 to 1."""
    inside: Coverage = np.clip(0.5 - distance, 0, 1)
    return inside


def rounded_box(width: int, height: int, radius: float, color: Color, alpha: int = 255) -> Pixels:
    """A filled rounded rectangle, RGBA uint8 [height, width, 4]."""
    inside = coverage(distance_outside(width, height, radius))
    return _rgba(np.broadcast_to(np.array(color, float), (height, width, 3)), inside * alpha)


def tile_body(exponent: int, cell: int, gap: int, radius: float) -> Pixels:
    """A tile without its number, with half the gap around it, in which tiles may glow.

    Returns:
        RGBA uint8 [cell + gap, cell + gap, 4].
    """
    side = cell + gap
    outside = distance_outside(side, side, radius, margin=gap / 2)
    inside = coverage(outside)
    color = np.broadcast_to(np.array(theme.TILES[exponent], float), (side, side, 3))
    alpha = inside
    strength = theme.glow_strength(exponent)
    if strength:
        # A fine light rim inside, and a halo that ends where the neighbour's begins.
        rim = (inside - coverage(outside + max(1, cell / 100))) * strength / 3
        color = color + (255 - color) * rim[..., np.newaxis]
        halo = strength * np.clip(1 - outside / (gap / 2 + 0.5), 0, 1) ** 1.5
        color = np.where(inside[..., np.newaxis] > 0, color, np.array(theme.GLOW, float))
        alpha = inside + (1 - inside) * halo
    return _rgba(color, alpha * 255)


def arrow(side: int, action: int, color: Color) -> Pixels:
    """An arrow in the direction of a move, RGBA uint8 [side, side, 4]."""
    samples = 8  # per pixel and axis
    centers = (np.arange(side * samples) + 0.5) / (side * samples) - 0.5
    y, x = centers[:, np.newaxis], np.abs(centers[np.newaxis, :])
    head = (y > -0.42) & (y < 0.04) & (x < (y + 0.42) * 0.85)
    shaft = (y >= 0.04) & (y < 0.42) & (x < 0.13)
    inside = (head | shaft).reshape(side, samples, side, samples).mean(axis=(1, 3))
    inside = np.rot90(inside, -action)  # it points up; a quarter turn clockwise for each action
    return _rgba(np.broadcast_to(np.array(color, float), (side, side, 3)), inside * 255)


def _rgba(color: Coverage, alpha: Coverage) -> Pixels:
    """Joins colour [height, width, 3] and alpha [height, width], both 0 to 255."""
    return np.dstack([color, alpha]).round().astype(np.uint8)
