"""The smallest diffusion model: noise becomes two half moons, in seconds, and one can watch.

python -m networks.demos.moons moons.gif
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.arrays import Array
from networks.demos.pictures import THEMES, write_animation
from networks.models import Diffusion, Sampling
from networks.optimizers import Adam
from networks.schedules import Cosine
from networks.training import Minibatches, Trainer, TrainingConfig

SIDE = 240
_REACH = 2.4
"""The picture shows this much of the plane to each side of the moons' middle."""


def half_moons(count: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    """Points float32 [count, 2] on two interlocked half circles, and which of the two, [count]."""
    which = rng.integers(2, size=count)
    angle = rng.uniform(0, np.pi, count)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(which[:, None] == 1, [1, 0.5] - points, points)
    return (points + rng.normal(0, 0.06, points.shape)).astype(np.float32), which


def train(points: Array, labels: NDArray[np.int64], epochs: int = 40, seed: int = 0) -> Diffusion:
    """Learns to make points [N, 2] with labels 0 and 1, [N]."""
    model = Diffusion(
        2, classes=2, hidden=64, inner=64, blocks=3, condition=32, average=0.99, seed=seed
    )
    model.standardize(points)
    batches = Minibatches((points, labels), 200)
    optimizer = Adam(Cosine(0.004, epochs * len(batches), warm_up=20))
    Trainer(model, optimizer, TrainingConfig(epochs, seed)).fit(batches)
    return model.averaged()


def animate(model: Diffusion, path: Path, count: int = 2000, steps: int = 50) -> None:
    """Writes a GIF: points on their way from noise to the moons."""
    frames: list[NDArray[np.uint8]] = []
    middle = model.mean[:, 0]
    model.sample(
        count,
        np.random.default_rng(0),
        np.arange(count) % 2,
        Sampling(steps),
        lambda step, z: frames.append(_picture(model.original(z) - middle)),
    )
    write_animation(path, frames, THEMES["light"])


def _picture(points: Array) -> NDArray[np.uint8]:
    """Points [N, 2] as ink, the more the darker: uint8 [SIDE, SIDE]."""
    edges = np.linspace(-_REACH, _REACH, SIDE // 2 + 1)
    counts, _, _ = np.histogram2d(-points[:, 1], points[:, 0], bins=(edges, edges))
    ink = np.minimum(255, 110 * counts).astype(np.uint8)
    return ink.repeat(2, axis=0).repeat(2, axis=1)


if __name__ == "__main__":
    moons = half_moons(4000, np.random.default_rng(0))
    animate(train(*moons), Path(sys.argv[1]))
