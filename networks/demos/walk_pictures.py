"""The pictures of `walk.py`: an autoencoder and a VAE side by side."""

from collections.abc import Mapping

import numpy as np

from networks.arrays import Array
from networks.data.framing import FRAME
from networks.data.sheet import contact_sheet
from networks.demos.pictures import Pixels, enlarged, titled
from networks.demos.walk import Coder, Way, between, nudged, plane

Coders = Mapping[str, Coder]
"""By the name that stands above its picture."""

NUDGES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
_SPACE = 8
_ENLARGE = 2


def frames(coders: Coders, ends: Array, points: int, way: Way, size: int) -> list[Pixels]:
    """The frames of an animation: where each is on its way between two examples [2, 784]."""
    ways = {name: between(coder, ends[0], ends[1], points, way) for name, coder in coders.items()}
    return [
        beside([titled(enlarged(images[i], size), name) for name, images in ways.items()])
        for i in range(points)
    ]


def strips(coders: Coders, ends: Array, points: int, way: Way) -> Pixels:
    """The same as one picture: a strip for each, from left to right."""
    found = []
    for name, coder in coders.items():
        strip = contact_sheet(
            between(coder, ends[0], ends[1], points, way), points, enlarge=_ENLARGE
        )
        found.append(titled(strip, name))
    return np.concatenate(found)


def planes(coders: Coders, rows: Array, points: int) -> Pixels:
    """The plane of two latents, evenly as the examples [N, 784] lie in it."""
    return beside(
        [
            titled(contact_sheet(plane(coder, rows, points), points, gap=0), name)
            for name, coder in coders.items()
        ]
    )


def nudges(coders: Coders, ends: Array, rows: Array, rng: np.random.Generator) -> Pixels:
    """Examples [2, 784], moved by ever more from left to right; others [M, 784] show how far."""
    seed = int(rng.integers(2**32))
    found = []
    for name, coder in coders.items():
        moved = nudged(coder, ends, rows, np.array(NUDGES), np.random.default_rng(seed))
        images = moved.swapaxes(0, 1).reshape(-1, FRAME, FRAME)
        found.append(titled(contact_sheet(images, len(NUDGES), enlarge=_ENLARGE), name))
    return beside(found)


def beside(pictures: list[Pixels]) -> Pixels:
    """Pictures of one height, from left to right."""
    gap = np.zeros((pictures[0].shape[0], _SPACE), np.uint8)
    parts = [part for picture in pictures for part in (picture, gap)]
    return np.concatenate(parts[:-1], axis=1)
