"""Walks through latents: what lies between two examples, around one, and everywhere.

An autoencoder's latents mean something only where training examples lie; a VAE's are meant to be
dense, so what lies between two digits is a digit too. That is seen in the pictures made here, and
measured: the share of points on the way between two examples of which a classifier is sure.

Shapes: N examples, Z latents, P points on a way.
"""

from typing import Literal

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


def sure_share(
    model: Coder,
    judge: MLP,
    rows: Array,
    labels: NDArray[np.int64],
    points: int = 11,
    way: Way = "straight",
) -> float:
    """The share of points on the ways between examples of which a classifier is sure.

    Each example is paired with the next of another class.

    Args:
        model: what encodes and decodes.
        judge: a classifier of images [N, 784].
        rows: examples [N, 784].
        labels: their classes, [N].
        points: on each way; the ends are not counted.
        way: straight or spherical.
    """
    z = latents_of(model, rows)
    ways = [
        latents_between(z[i], z[i + 1], points, way)[1:-1]
        for i in range(0, len(z) - 1, 2)
        if labels[i] != labels[i + 1]
    ]
    probabilities = judge.predict(model.decode(np.concatenate(ways)).astype(np.float32))
    return float(np.mean(probabilities.max(axis=1) >= SURE))
