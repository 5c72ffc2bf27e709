"""Fresh distortions of images: turned, slanted, moved, bent, thicker or thinner, always anew.

Every pixel of the new image looks up where it lies on the old one, p = u + M u + t + e(u), where u
is its place relative to the middle, M a random 2 x 2 matrix, t a shift and e an elastic
displacement: noise smoothed by a Gaussian (Simard, Steinkraus & Platt 2003). Smoothing multiplies
the cosine transform of the noise by exp(-(sigma pi k / S)^2 / 2) at k half turns, so few cosines
are left of it, and e is a short sum. All of it is linear in random numbers, so one matrix product

    places [2 N, S * S] = coefficients [2 N, B] basis [B, S * S]

with B smooth fields (1, x, y and the cosines) gives the places of a whole batch.

Shapes: N images of S x S pixels, B fields, K half turns along each axis.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_AT_ONCE = 128  # images that are distorted together: what they need stays in the cache
_LEAST = 0.02  # cosines that the smoothing leaves less of are left out


@dataclass(frozen=True)
class Distortion:
    """How much chance changes an image; "sd" is a standard deviation."""

    rotation: float = 7.5
    """sd in degrees"""
    slant: float = 0.15
    """sd of the shear, columns per row"""
    scale: float = 0.08
    """sd of the logarithm of the size, of width and height each"""
    shift: float = 0.7
    """sd in pixels, of rows and columns each"""
    elastic: float = 1.2
    """sd of the elastic displacement in pixels, of rows and columns each"""
    smoothness: float = 5.0
    """sd of the Gaussian that smooths it, in pixels: the smaller, the more local the bends"""
    pen: float = 0.1
    """sd of what is added to grey values (0 to 1) on the slopes of strokes: thicker or thinner"""
    contrast: float = 1.3
    """the most that slopes become steeper; the least is 1"""

    def times(self, factor: float) -> "Distortion":
        """More or less of all of it."""
        return replace(
            self,
            rotation=self.rotation * factor,
            slant=self.slant * factor,
            scale=self.scale * factor,
            shift=self.shift * factor,
            elastic=self.elastic * factor,
            pen=self.pen * factor,
            contrast=1 + (self.contrast - 1) * factor,
        )


@cache
def _fields(size: int, smoothness: float) -> tuple[Floats, Floats]:
    """The basis [B, S * S] and the standard deviations [B] of an elastic displacement of sd 1.

    The first three fields, 1, x and y, are for the affine part.
    """
    places = np.arange(size) - (size - 1) / 2
    most = (
        size if smoothness == 0 else int(size / (np.pi * smoothness) * np.sqrt(-2 * np.log(_LEAST)))
    )
    turns = np.arange(min(most, size - 1) + 1)
    waves = np.cos(np.pi * turns[:, None] * (places + size / 2) / size)  # [K, S]
    waves[1:] *= np.sqrt(2)
    damping = np.exp(-((smoothness * np.pi * turns / size) ** 2) / 2)
    weights = np.outer(damping, damping).ravel()
    weights[0] = 0  # the constant moves the whole image: that is what `shift` is for
    kept = weights > _LEAST
    weights = weights[kept] / np.sqrt((weights[kept] ** 2).sum())
    cosines = (waves[:, None, :, None] * waves[None, :, None, :]).reshape(-1, size * size)[kept]
    one, x = np.ones((size, size)), np.broadcast_to(places, (size, size))
    affine = np.stack([one, x, x.T]).reshape(3, -1)
    basis = np.concatenate([affine, cosines]).astype(np.float32)
    return basis, np.concatenate([np.zeros(3), weights]).astype(np.float32)


def distort(images: NDArray[np.uint8], distortion: Distortion, rng: Generator) -> Floats:
    """Distorts each image by chance.

    Args:
        images: uint8 [N, S, S].
        distortion: how much.
        rng: the source of chance.

    Returns:
        float32 [N, S * S], grey values from 0 to 1.
    """
    count, size = len(images), images.shape[1]
    out = np.empty((count, size * size), np.float32)
    for start in range(0, count, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        coefficients = _coefficients(len(out[part]), size, distortion, rng)
        places = coefficients @ _fields(size, distortion.smoothness)[0]
        places = places.reshape(2, -1, size * size)
        _look_up(images[part], places[0], places[1], out[part])
        _thicken(out[part], distortion, rng)
    return out


def _coefficients(count: int, size: int, distortion: Distortion, rng: Generator) -> Floats:
    """Of the fields for x and y, float32 [2 N, B]."""
    sds = _fields(size, distortion.smoothness)[1]
    coefficients = rng.standard_normal((2, count, len(sds)), dtype=np.float32)
    coefficients *= sds * np.float32(distortion.elastic)
    angle, slant = rng.standard_normal((2, count), dtype=np.float32)
    scales = np.exp(
        rng.standard_normal((2, count), dtype=np.float32) * np.float32(distortion.scale)
    )
    angle *= np.float32(np.radians(distortion.rotation))
    slant *= np.float32(distortion.slant)
    cosine, sine = np.cos(angle), np.sin(angle)
    shift = rng.standard_normal((2, count), dtype=np.float32) * np.float32(distortion.shift)
    coefficients[:, :, 0] = shift + np.float32((size - 1) / 2)
    coefficients[0, :, 1] = cosine * scales[0]
    coefficients[0, :, 2] = (cosine * slant - sine) * scales[0]
    coefficients[1, :, 1] = sine * scales[1]
    coefficients[1, :, 2] = (sine * slant + cosine) * scales[1]
    return coefficients.reshape(2 * count, -1)


def _look_up(images: NDArray[np.uint8], x: Floats, y: Floats, out: Floats) -> None:
    """Bilinear interpolation of images [N, S, S] at x, y [N, P] (changed) into out [N, P]."""
    count, size = len(images), images.shape[1]
    wide = size + 2  # a rim of paper: what lies farther out is paper too
    framed = np.zeros((count, wide, wide), np.float32)
    np.multiply(images, np.float32(1 / 255), out=framed[:, 1:-1, 1:-1])
    flat = framed.reshape(-1)
    for place in (x, y):
        place += 1
        np.clip(place, 0, np.float32(size + 0.999), out=place)
    column, row = x.astype(np.int32), y.astype(np.int32)
    x -= column
    y -= row
    row *= wide
    row += column
    row += (np.arange(count, dtype=np.int32) * (wide * wide))[:, None]
    upper = _between(flat, row, x)
    row += wide
    lower = _between(flat, row, x)
    lower -= upper
    lower *= y
    np.add(upper, lower, out=out)


def _between(flat: Floats, index: NDArray[np.int32], part: Floats) -> Floats:
    left = flat.take(index)
    right = flat[1:].take(index)
    right -= left
    right *= part
    right += left
    return right


def _thicken(images: Floats, distortion: Distortion, rng: Generator) -> None:
    """Makes slopes steeper and moves them outwards or inwards, in place; paper stays paper."""
    count = len(images)
    steeper = rng.uniform(1, distortion.contrast, (count, 1)).astype(np.float32)
    more = rng.standard_normal((count, 1), dtype=np.float32) * np.float32(distortion.pen)
    # v -> 1/2 + c (v - 1/2 + t), made to pass through 0 at v = 0.
    offset = 0.5 + steeper * (more - 0.5)
    ink = images > 0
    images *= steeper
    images += np.minimum(offset, 0)
    images += np.maximum(offset, 0) * ink
    np.clip(images, 0, 1, out=images)
