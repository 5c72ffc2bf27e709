"""Digits as a pen writes them: paths with random joints, turned into glyph templates.

Fonts show how digits are designed, not how they are scribbled. Each way of writing a digit is a few
strokes through points (a smooth Catmull-Rom curve, Catmull & Rom 1974); the points move at random,
upper and lower parts grow or shrink, ends overshoot or fall short, and a round pen follows the
path.

Shapes: N drawings, P points of all strokes, C points of all curves.
"""

from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from networks.data.classes import labels_of
from networks.data.framing import BASELINE, CAPITAL_HEIGHT
from networks.data.templates import BOX, SIDE, Templates, quantize

WAYS = {
    "0": [
        "55,0 12,25 8,70 45,100 88,72 86,25 50,0",
        "55,0 12,25 8,70 45,100 88,72 86,25 60,2 45,10",
        "75,10 40,2 10,35 12,80 50,100 90,65 80,10",
        "40,5 5,45 20,95 70,92 97,50 70,5 35,10",
        "60,5 30,10 8,50 30,95 70,92 92,50 75,10 45,8",
        "45,0 12,30 10,75 45,100 85,75 90,30 62,5",
        "62,12 35,5 10,50 35,98 80,85 90,35 60,3 25,22",
        "55,0 12,25 8,70 45,100 88,72 86,25 60,5 40,30 35,50",
        "50,8 12,30 10,75 45,100 88,75 88,30 60,0 30,10 20,30",
        "55,0 12,25 8,70 45,100 88,72 86,25 50,0 / 80,15 50,50 22,85",
        "70,25 55,2 15,25 10,75 45,100 88,70 80,20 50,5",
    ],
    "1": [
        "50,0 50,50 50,100",
        "52,0 49,50 50,100",
        "58,0 50,50 42,100",
        "30,25 44,12 52,0 / 52,0 51,50 50,100",
        "28,22 42,12 52,0 / 52,0 51,50 50,100 / 22,100 50,100 80,99",
        "62,0 52,45 38,100",
        "66,0 50,50 34,100",
        "45,0 50,50 55,100",
    ],
    "2": [
        "10,25 30,3 70,3 85,28 60,60 30,85 8,100 / 8,100 50,97 95,98",
        "12,22 45,0 82,20 60,60 25,90 8,88 20,74 50,88 95,100",
        "15,15 50,0 80,20 70,55 40,88 12,98 8,80 30,72 60,92 95,90",
        "15,8 55,2 80,20 62,52 12,95 / 12,95 50,93 90,90",
        "5,30 25,5 60,3 75,25 55,60 20,92 10,75 35,75 60,95 95,85",
        "20,20 50,0 72,15 62,50 30,85 5,100 / 5,100 40,92 98,95",
        "10,40 30,5 70,5 80,30 55,65 25,95 15,85 35,80 70,98 98,95",
        "8,18 45,0 68,22 50,65 35,100 / 35,100 60,97 92,90",
        "5,25 40,0 80,15 75,50 45,80 15,85 25,70 55,80 95,100",
        "8,35 15,10 50,0 80,12 82,40 60,75 35,98 10,90 15,70 40,68 70,88 100,92",
        "20,15 45,0 70,8 75,30 60,55 40,80 20,100 / 20,100 45,98 70,100",
    ],
    "3": [
        "12,10 50,0 82,20 60,42 35,48 / 35,48 70,52 88,75 55,100 8,92",
        "15,15 50,0 78,20 45,46 50,50 86,72 50,100 10,88",
        "12,3 45,3 82,2 / 82,2 60,22 40,42 / 40,42 75,48 88,75 50,100 8,90",
        "20,10 55,2 70,22 42,42 32,45 45,47 75,62 68,90 35,100 8,90",
        "10,15 45,0 75,12 65,35 40,45 / 40,45 75,55 75,85 40,100 5,90",
        "20,5 60,3 70,20 40,45 / 40,45 65,55 60,80 30,100",
        "15,10 50,5 75,15 55,35 45,45 70,52 80,70 60,92 20,98",
        "5,20 40,0 80,10 75,30 50,40 30,42 60,45 90,60 85,85 50,100 5,85",
        "20,0 50,2 80,5 60,25 45,42 60,50 70,68 55,88 25,100",
        "25,12 55,0 75,15 60,38 38,46 / 38,46 68,50 82,70 65,95 30,100 8,85",
    ],
    "4": [
        "18,2 14,28 8,54 / 8,54 45,55 95,50 / 80,0 75,50 70,100",
        "20,5 10,35 25,52 55,48 78,40 / 82,0 78,45 72,100",
        "62,0 35,35 5,66 / 5,66 50,66 98,64 / 62,0 62,50 62,100",
        "20,10 12,40 30,50 60,42 85,10 / 85,10 72,55 58,100",
        "55,5 25,30 6,56 / 6,56 40,55 80,50 / 72,12 66,50 60,100",
        "10,0 8,25 15,45 50,48 75,40 / 85,5 78,50 75,100",
        "15,5 5,35 15,55 45,50 70,25 / 80,0 65,50 55,100",
        "25,0 15,30 5,50 50,55 98,50 / 65,25 60,60 55,100",
        "50,0 25,35 5,62 50,60 95,60 / 65,35 63,65 62,100",
        "5,10 10,45 40,50 75,35 / 85,0 80,50 85,100",
    ],
    "5": [
        "90,2 55,3 22,4 / 22,4 19,22 16,42 / 16,42 55,36 86,62 60,96 8,92",
        "30,6 22,25 18,45 / 18,45 60,42 75,70 50,98 8,92 / 30,6 60,5 98,0",
        "95,0 55,3 32,12 25,38 50,44 76,66 52,98 5,92",
        "98,5 70,6 42,10 / 42,10 34,26 28,40 / 28,40 50,48 62,70 42,96 10,95 4,82",
        "25,5 20,40 / 20,40 55,35 80,60 65,90 30,100 2,90 / 25,5 60,8 95,2",
        "90,3 35,5 / 35,5 25,42 60,48 70,75 45,98 5,95",
        "95,10 60,5 30,15 30,40 60,50 72,75 45,100 5,92",
        "30,0 22,40 / 22,40 65,40 85,65 65,92 15,100 / 30,0 90,5",
        "80,0 40,8 25,30 45,48 65,70 50,95 10,100",
        "28,3 25,20 22,42 / 22,42 50,35 82,50 85,75 60,98 20,98 5,85 / 28,3 60,5 85,3",
        "25,0 15,45 / 15,45 50,42 75,55 70,85 35,100 5,90 / 25,5 55,0 100,8",
    ],
    "6": [
        "70,0 30,30 10,70 40,100 80,85 75,58 40,55 14,75",
        "55,0 25,30 15,75 45,100 82,85 78,62 50,60 30,85",
        "85,5 50,10 15,50 20,90 60,98 85,72 60,52 25,65",
        "40,0 20,35 15,80 40,100 70,88 65,66 40,64 18,85",
        "60,0 30,25 10,65 25,95 55,98 70,75 50,60 15,75",
        "75,0 35,30 15,65 15,90 45,100 85,85 80,65 45,65 20,90",
        "35,0 15,40 12,80 35,100 75,95 85,75 60,62 25,78",
        "50,0 35,40 30,80 45,100 65,85 60,65 40,72",
        "80,5 40,15 10,55 15,90 50,100 80,80 70,60 35,60 12,75",
        "55,0 25,35 12,75 30,100 65,95 80,70 60,55 30,62 15,80",
    ],
    "7": [
        "8,5 50,4 92,2 / 92,2 65,50 45,100",
        "8,18 10,4 50,6 90,3 / 90,3 62,45 50,100",
        "8,6 50,4 90,2 / 90,2 65,45 42,100 / 32,50 60,50 92,48",
        "8,12 35,2 65,6 88,10 / 88,10 80,40 70,100",
        "8,10 45,8 85,5 85,15 60,55 35,100",
        "10,25 12,8 45,8 85,5 / 85,5 65,50 55,100",
        "5,5 50,8 88,0 / 88,0 75,30 60,65 55,100",
        "15,15 40,0 75,5 80,25 65,60 45,100",
        "5,20 8,5 45,5 90,5 70,40 60,100 / 35,55 85,48",
        "10,0 50,5 85,5 / 85,5 50,50 15,100",
        "5,30 10,10 30,5 55,15 75,5 90,2 / 90,2 65,50 50,100",
        "10,10 50,12 80,8 / 80,8 70,50 55,100 / 30,60 60,52 90,45",
    ],
    "8": [
        "80,12 45,0 20,20 45,45 78,72 50,100 18,75 50,48 82,20 72,8",
        "55,45 22,22 50,0 80,22 50,48 20,75 48,100 80,76 52,46",
        "95,10 60,0 30,15 45,42 60,70 35,100 10,82 35,55 70,35 92,5",
        "50,0 24,22 50,44 76,22 48,0 / 50,44 14,74 50,100 86,74 48,44",
        "75,15 50,0 25,20 50,45 75,75 45,100 20,80 50,50 80,20 70,5",
        "65,10 40,5 30,25 50,45 65,70 45,100 25,85 45,55 70,25 70,8",
        "85,10 55,0 30,20 55,45 70,75 35,100 10,80 45,50 85,25 90,8",
        "60,0 35,15 50,42 60,55 / 60,0 75,20 50,45 30,75 50,100 70,80 55,50",
        "90,20 60,2 20,15 35,42 70,60 80,85 50,100 20,85 40,55 80,30 88,10",
        "55,40 40,15 60,0 75,18 50,50 25,80 40,100 62,80 52,45",
        "70,5 35,10 25,30 50,48 70,70 55,98 30,95 25,75 45,55 65,35 70,5",
        "80,0 45,10 20,25 40,42 65,60 60,92 30,100 15,82 40,60 70,40 95,15",
    ],
    "9": [
        "80,15 45,0 14,25 40,50 78,30 82,12 / 82,12 78,55 70,100",
        "78,12 40,2 12,30 40,48 75,25 80,10 / 80,10 80,55 60,92 20,98",
        "72,20 50,2 20,15 22,42 55,42 75,15 70,55 50,100",
        "85,8 40,6 12,30 30,45 65,38 85,8 / 85,8 68,50 50,100",
        "85,10 50,0 15,20 25,45 60,40 85,10 75,55 60,100",
        "70,10 40,10 20,35 40,50 70,30 75,5 / 75,5 72,50 72,100",
        "80,20 50,0 20,25 40,48 75,30 80,10 85,50 70,85 40,100 10,90",
        "65,15 45,5 30,25 45,42 65,25 68,5 60,50 45,100",
        "90,5 50,5 10,30 20,48 60,42 90,8 / 90,8 60,50 25,100",
        "75,5 35,15 15,40 45,45 80,20 / 80,5 70,50 60,100",
        "80,25 60,0 25,10 15,35 40,48 70,35 85,10 / 85,10 85,60 80,100",
        "85,5 45,0 15,30 35,50 70,40 85,15 90,55 75,90 40,100 20,90",
        "70,30 55,5 30,10 25,35 45,45 65,30 / 72,5 66,50 60,100",
    ],
}
"""Ways to write each digit: points "x,y" in percent of a box, y down; a slash lifts the pen."""

_PEN = 1.6  # radius in grid spacings; what is drawn gets a thickness of its own
_STEPS = 14  # points of the curve between two points of the path: closer than a grid spacing
_MOVE = 0.065  # standard deviations, in units of the box
_GAP = 0.012
_PARTS = 0.18  # of the logarithm of a power
_OVERSHOOT = 0.12  # of the last piece of a stroke

DRAWINGS = 32
"""Templates made of each way."""


def _points(way: str) -> list[NDArray[np.float64]]:
    """The strokes of a way, each [points, 2] in units of the box."""
    return [
        np.array([[float(number) for number in point.split(",")] for point in stroke.split()]) / 100
        for stroke in way.split("/")
    ]


def _curve(points: int) -> NDArray[np.float64]:
    """The Catmull-Rom curve through some points as a matrix [_STEPS * (points - 1) + 1, points].

    Between p1 and p2, with the neighbours p0 and p3 and t from 0 to 1, the curve is
    (t, t^2, t^3 and 1) times the matrix below; at the ends the outermost point stands twice.
    """
    basis = 0.5 * np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]])
    matrix = np.zeros((_STEPS * (points - 1) + 1, points))
    for row, position in enumerate(np.linspace(0, points - 1, len(matrix))):
        piece = min(int(position), points - 2)
        weights = (position - piece) ** np.arange(4) @ basis
        for offset, weight in enumerate(weights):
            matrix[row, np.clip(piece + offset - 1, 0, points - 1)] += weight
    return matrix


def curves_of(way: str) -> list[NDArray[np.float64]]:
    """One way of a digit as it is meant: the smooth curve of each stroke, [C, 2] in 0 to 1."""
    return [_curve(len(stroke)) @ stroke for stroke in _points(way)]


def write_way(way: str, count: int, rng: Generator) -> NDArray[np.float64]:
    """Writes one way of a digit many times: the points of the pen's path, [N, C, 2]."""
    strokes = _points(way)
    # The same grown or shrunken parts for all strokes of a drawing: y -> y^a, x -> x^b.
    powers = np.exp(rng.normal(0, _PARTS, (count, 1, 2)))
    # A point that two strokes share moves once, and then a little for each.
    moves: dict[tuple[float, ...], NDArray[np.float64]] = {}
    paths = []
    for stroke in strokes:
        moved = []
        for point in stroke:
            key = tuple(point)
            if key not in moves:
                moves[key] = rng.normal(0, _MOVE, (count, 2))
            moved.append(point + moves[key] + rng.normal(0, _GAP, (count, 2)))
        path = np.stack(moved, axis=1)  # [N, points, 2]
        stretch = rng.normal(0, _OVERSHOOT, (count, 2, 1))
        path[:, 0] += stretch[:, 0] * (path[:, 0] - path[:, 1])
        path[:, -1] += stretch[:, 1] * (path[:, -1] - path[:, -2])
        path = np.sign(path) * np.abs(path) ** powers
        paths.append(_curve(len(stroke)) @ path)
    return np.concatenate(paths, axis=1)


def templates_of_paths(paths: NDArray[np.float64], label: int) -> Templates:
    """Templates of N paths [N, C, 2] of one digit, drawn with a round pen."""
    low, high = paths.min(axis=1), paths.max(axis=1)  # [N, 2]
    longer = np.maximum((high - low).max(axis=1), 1e-6)
    scale = (BOX - 2 * _PEN) / longer  # grid spacings per unit
    centred = (paths - (low + high)[:, None] / 2) * scale[:, None, None]
    grid = (np.arange(SIDE) - (SIDE - 1) / 2).astype(np.float32)
    squares = (centred.astype(np.float32)[..., None] - grid) ** 2  # [N, C, 2, SIDE]
    fields = np.empty((len(paths), SIDE, SIDE), dtype=np.int8)
    for field, (xs, ys) in zip(fields, squares.swapaxes(1, 2), strict=True):  # [C, SIDE] each
        nearest = (ys[:, :, None] + xs[:, None, :]).min(axis=0)
        field[:] = quantize(_PEN - np.sqrt(nearest))
    sizes = (high - low) * scale[:, None] + 2 * _PEN
    pitches = CAPITAL_HEIGHT / np.maximum(sizes[:, 1], BOX / 2)
    return Templates(
        fields=fields,
        labels=np.full(len(paths), label, dtype=np.int64),
        fonts=np.full(len(paths), -1, dtype=np.int64),
        sizes=sizes.astype(np.float32),
        pitches=pitches.astype(np.float32),
        rows=(BASELINE - pitches * sizes[:, 1] / 2).astype(np.float32),
    )


@cache
def stroke_templates(seed: int = 0) -> Templates:
    """Templates of all digits written with strokes, DRAWINGS for each way, the same for a seed."""
    rng = np.random.default_rng(seed)
    made = [
        templates_of_paths(write_way(way, DRAWINGS, rng), label)
        for label, digit in zip(labels_of(WAYS), WAYS, strict=True)
        for way in WAYS[digit]
    ]
    return Templates.concatenate(made)
