"""Draws glyph templates turned, slanted, bent, thickened and blurred: many small images at once.

Every pixel of an image looks up where it lies on the template, p = M u + e(u), where u is the place
in the image, M a 2 x 2 matrix and e a smooth random displacement (elastic distortion, Simard et al.
2003, here a sum of a few cosines); the distance found there says how much ink the pixel gets.

Shapes: N images, H rows, W columns, K cosines along each axis, G templates.
"""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from networks.data.templates import PER_PIXEL, SIDE, Templates

Floats = NDArray[np.float32]

COSINES = 4
_MIDDLE = (SIDE - 1) / 2
_COARSE = 16
_MARGIN = 1.5  # grid spacings; more than half the distance of two points of the coarse grid


class Warp(NamedTuple):
    """How N templates are bent.

    Attributes:
        inverse: float32 [N, 2, 2], takes a place in the image, relative to its middle and in grid
            spacings at scale 1, to a place on the template.
        bends: float32 [2, N, K, K], weights of the cosines for x and y, in grid spacings.
        spans: float32 [N, 2], half of the width and height that the cosines span in the image.
    """

    inverse: Floats
    bends: Floats
    spans: Floats


def random_warp(
    sizes: Floats,
    rotation: float,
    slant: float,
    lean: float,
    stretch: float,
    elastic: float,
    rng: Generator,
) -> Warp:
    """Draws N random warps for glyphs of `sizes` [N, 2].

    Args:
        sizes: width and height of each glyph in grid spacings.
        rotation: standard deviation in degrees.
        slant: standard deviation of the shear, in columns per row.
        lean: its mean, to the right.
        stretch: standard deviation of the logarithm of width over height.
        elastic: standard deviation of the displacement in grid spacings.
        rng: the source of chance.
    """
    count = len(sizes)
    angles, shears, stretches = rng.standard_normal((3, count), dtype=np.float32)
    angles = angles * np.float32(np.radians(rotation))
    shears = shears * np.float32(slant) - np.float32(lean)  # rows count downwards
    wide = np.exp(stretches * np.float32(stretch / 2))
    cosine, sine = np.cos(angles), np.sin(angles)
    forward = np.empty((count, 2, 2), dtype=np.float32)  # rotation, shear, stretch; area is kept
    forward[:, 0, 0] = cosine * wide
    forward[:, 0, 1] = (-sine + cosine * shears) / wide
    forward[:, 1, 0] = sine * wide
    forward[:, 1, 1] = (cosine + sine * shears) / wide
    inverse = np.empty_like(forward)  # the determinant is 1
    inverse[:, 0, 0], inverse[:, 1, 1] = forward[:, 1, 1], forward[:, 0, 0]
    inverse[:, 0, 1], inverse[:, 1, 0] = -forward[:, 0, 1], -forward[:, 1, 0]
    spans = (np.abs(forward) @ sizes[:, :, None])[:, :, 0] / 2

    order = np.arange(COSINES, dtype=np.float32)
    decay = 1 / (1 + order[:, None] ** 2 + order**2)
    decay[0, 0] = 0  # the constant would only move the glyph
    weight = np.float32(elastic) * decay / np.sqrt((decay**2).sum() / 2)
    bends = rng.standard_normal((2, count, COSINES, COSINES), dtype=np.float32) * weight
    return Warp(inverse, bends, np.maximum(spans, 1e-3))


def distances(
    templates: Templates, chosen: NDArray[np.int64], warp: Warp, xs: Floats, ys: Floats
) -> Floats:
    """The distances to the outline of bent glyphs, on a grid of places in the image.

    Args:
        templates: G of them.
        chosen: int64 [N], which template each image shows.
        warp: for N images.
        xs: float32 [N, W], places of the columns relative to the middle of the glyph, in grid
            spacings.
        ys: float32 [N, H], places of the rows.

    Returns:
        float32 [N, H, W] in steps of 1/PER_PIXEL grid spacings, positive inside.
    """
    order = np.arange(COSINES, dtype=np.float32)[:, None]
    half_turns = np.float32(np.pi / 2)
    along_x = np.cos(order * (half_turns * (1 + xs / warp.spans[:, :1]))[:, None])  # [N, K, W]
    along_y = np.cos(order * (half_turns * (1 + ys / warp.spans[:, 1:]))[:, None])  # [N, K, H]
    along_y = along_y.swapaxes(1, 2)
    inverse = warp.inverse[:, :, :, None, None]
    column, row = xs[:, None, :], ys[:, :, None]
    places = []
    for axis in (0, 1):
        place = along_y @ (warp.bends[axis] @ along_x)  # [N, H, W]
        place += inverse[:, axis, 0] * column + np.float32(_MIDDLE)
        place += inverse[:, axis, 1] * row
        # Beyond the grid there is no ink: its rim is far outside every glyph.
        np.clip(place, 0, np.float32(SIDE - 1.001), out=place)
        places.append(place)
    return _look_up(templates.fields, chosen, places[0], places[1])


def _look_up(fields: NDArray[np.int8], chosen: NDArray[np.int64], x: Floats, y: Floats) -> Floats:
    """Bilinear interpolation of fields [G, SIDE, SIDE] at x, y [N, H, W] -> [N, H, W]."""
    column, row = x.astype(np.int32), y.astype(np.int32)
    x -= column
    y -= row
    row *= SIDE
    row += column
    row += (chosen * SIDE * SIDE).astype(np.int32)[:, None, None]
    flat = fields.reshape(-1)
    upper = _between(flat, row, x)
    row += SIDE
    lower = _between(flat, row, x)
    lower -= upper
    lower *= y
    lower += upper
    return lower


def _between(flat: NDArray[np.int8], index: NDArray[np.int32], part: Floats) -> Floats:
    left = flat.take(index).astype(np.float32)
    index += 1
    right = flat.take(index).astype(np.float32)
    index -= 1
    right -= left
    right *= part
    right += left
    return right


def bounds(templates: Templates, chosen: NDArray[np.int64], warp: Warp) -> tuple[Floats, Floats]:
    """The boxes of bent glyphs relative to their middle: lows and highs, float32 [N, 2] (x, y).

    They are found on a coarse grid, where a thin stroke may lie between two points; so the box is
    taken of all that is within _MARGIN of the glyph, and made smaller by as much.
    """
    steps = np.linspace(-1.25, 1.25, _COARSE, dtype=np.float32)
    reach = warp.spans + np.float32(2 * _MARGIN)
    xs, ys = steps * reach[:, :1], steps * reach[:, 1:]
    near = distances(templates, chosen, warp, xs, ys) + np.float32(_MARGIN * PER_PIXEL)
    lows, highs = np.empty_like(reach), np.empty_like(reach)
    for axis, (places, profile) in enumerate(((xs, near.max(axis=1)), (ys, near.max(axis=2)))):
        lows[:, axis] = _first_crossing(places, profile) + np.float32(_MARGIN)
        highs[:, axis] = _first_crossing(places[:, ::-1], profile[:, ::-1]) - np.float32(_MARGIN)
    return lows, np.maximum(highs, lows + np.float32(0.5))


def _first_crossing(places: Floats, profile: Floats) -> Floats:
    """Where a profile [N, _COARSE] first rises above zero, between its points."""
    everyone = np.arange(len(profile))
    above = np.maximum((profile > 0).argmax(axis=1), 1)
    low, high = profile[everyone, above - 1], profile[everyone, above]
    part = np.clip(-low / np.maximum(high - low, np.float32(1e-6)), 0, 1)
    before, after = places[everyone, above - 1], places[everyone, above]
    return before + part * (after - before)


def half_widths(fields: NDArray[np.int8]) -> Floats:
    """Half the mean width of the strokes of fields [G, SIDE, SIDE], in grid spacings, float32 [G].

    A stroke of length l and width w has the area l w and an outline of about 2 l.
    """
    widths = np.empty(len(fields), dtype=np.float32)
    half = PER_PIXEL // 2
    for start in range(0, len(fields), 256):
        piece = fields[start : start + 256]
        area = (piece.clip(-half, half) + np.float32(half)).sum(axis=(1, 2)) / PER_PIXEL
        outline = (np.abs(piece) <= half).sum(axis=(1, 2)) * (PER_PIXEL / (2 * half + 1))
        widths[start : start + 256] = area / np.maximum(outline, 1)
    return widths
