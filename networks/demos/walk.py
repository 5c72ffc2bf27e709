"""Walks through latents: what lies between two examples, around one, and everywhere.

An autoencoder's latents mean something only where training examples lie; a VAE's are meant to be
dense, so what lies between two digits is a digit too. That is seen in the pictures made here, and
measured: the share of points on the way between two examples of which a classifier is sure. Points
of one way resemble each other, so the interval is that of a mean over ways; and as both models go
the same ways, what one is ahead is the mean of differences.

Shapes: N examples, Z latents, P points on a way.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Array
from networks.generator import as_images
from networks.models import MLP, VAE, Autoencoder

Coder = Autoencoder | VAE
Way = Literal["straight", "spherical"]
SURE = 0.9
"""A classifier is sure of what it gives this probability or more."""


def latents_of(model: Coder, rows: Array) -> Array:
    """The latent [N, Z] of each example [N, 784]; of a VAE, mu."""
    found = model.encode(rows)
    return found[0] if isinstance(found, tuple) else found


def latents_between(start: Array, end: Array, points: int, way: Way = "straight") -> Array:
    """Latents [P, Z] from one latent [Z] to another.

    Spherical: the direction turns evenly and the length changes evenly (Shoemake 1985). Latents of
    a Gaussian of many dimensions lie near a sphere, which a straight way leaves.
    """
    shares = np.linspace(0, 1, points, dtype=start.dtype)[:, None]
    if way == "straight":
        return start + shares * (end - start)
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    product = max(float(lengths[0] * lengths[1]), 1e-12)
    angle = np.arccos(np.clip(float(start @ end) / product, -1, 1))
    # Nowhere to turn, or no way around the sphere is shorter than another.
    if not (1e-3 < angle < np.pi - 1e-3 and product > 1e-12):
        return start + shares * (end - start)
    first, second = start / lengths[0], end / lengths[1]
    turned = (np.sin((1 - shares) * angle) * first + np.sin(shares * angle) * second) / np.sin(
        angle
    )
    return turned * ((1 - shares) * lengths[0] + shares * lengths[1])


def between(
    model: Coder, start: Array, end: Array, points: int, way: Way = "straight"
) -> NDArray[np.uint8]:
    """Images uint8 [P, 28, 28] on the way between two examples [784] each."""
    first, last = latents_of(model, np.stack([start, end]))
    return as_images(model.decode(latents_between(first, last, points, way)))


def plane(model: Coder, rows: Array, points: int) -> NDArray[np.uint8]:
    """Images uint8 [points^2, 28, 28] of a grid over the two latents, row by row.

    Each axis goes evenly through the quantiles of the latents of the examples [N, 784], the
    outermost tenth to each side left out: few examples lie in the corners that would be.

    Raises:
        ValueError: if the model has not two latents.
    """
    if model.latents != 2:
        raise ValueError(f"a plane needs a model of 2 latents, not {model.latents}")
    shares = np.linspace(0.1, 0.9, points)
    across, down = np.quantile(latents_of(model, rows), shares, axis=0).T
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    return as_images(model.decode(grid))


def nudged(
    model: Coder, examples: Array, rows: Array, sizes: Array, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Images uint8 [len(sizes), N, 28, 28]: examples whose latents are moved by ever more.

    Args:
        model: what encodes and decodes.
        examples: [N, 784].
        rows: many examples [M, 784], which show how far latents lie apart.
        sizes: how far, as shares of the deviation of each latent over these.
        rng: chooses the direction for each example.
    """
    z = latents_of(model, examples)
    direction = rng.standard_normal(z.shape) * latents_of(model, rows).std(axis=0)
    return np.stack([as_images(model.decode(z + size * direction)) for size in sizes])


def digit_pairs(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of different digits, two times int64 [N]: each of the 90 as often as any other.

    Example:
        >>> [digits.tolist() for digits in digit_pairs(3)]
        [[0, 1, 2], [1, 2, 3]]
    """
    number = np.arange(count)
    first = number % 10
    return first, (first + 1 + number // 10 % 9) % 10


def sure_shares(
    model: Coder,
    judge: MLP,
    starts: Array,
    ends: Array,
    points: int = 11,
    way: Way = "straight",
) -> NDArray[np.float64]:
    """On each way between two examples, the share of points of which a classifier is sure.

    Args:
        model: what encodes and decodes.
        judge: a classifier of images [N, 784].
        starts: examples [N, 784], of which none should have been trained on.
        ends: as many of other classes.
        points: on each way; the ends are not counted.
        way: straight or spherical.

    Returns:
        float64 [N].
    """
    pairs = zip(latents_of(model, starts), latents_of(model, ends), strict=True)
    ways = [latents_between(start, end, points, way)[1:-1] for start, end in pairs]
    probabilities = judge.predict(model.decode(np.concatenate(ways)).astype(np.float32))
    return (probabilities.max(axis=1) >= SURE).reshape(len(ways), -1).mean(axis=1)


class Mean(NamedTuple):
    """A mean, and the 95% interval around it."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> "Mean":
        """That of independent values [N], N 2 or more, many enough for a normal distribution."""
        mean = float(values.mean())
        reach = float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))
        return cls(mean, mean - reach, mean + reach)
