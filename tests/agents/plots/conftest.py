"""Metrics to draw, and ways to look at what was drawn."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from agents.statistics import tile_rates
from agents.training.runs import RunFolder


def _game_rows(count, seed=0, start=7):
    rows = []
    for n in range(1, count + 1):
        rng = np.random.default_rng([seed, n])
        scores = 300.0 * n + rng.normal(scale=100.0, size=100)
        largest = rng.integers(start, start + 2 + n // 8, 100)
        rows.append(
            {
                "games": 100 * n,
                "mean_score": float(scores.mean()),
                "max_score": float(scores.max()),
                "score_quantiles": np.quantile(scores, [0.1, 0.25, 0.5, 0.75, 0.9]).tolist(),
                "tile_rates": tile_rates(largest),
            }
        )
    return rows


def _epoch_rows(count, seed=0, held_out=True):
    rows = []
    for n in range(1, count + 1):
        row = {"epoch": n, "loss": 2 / n + 0.01 * seed}
        if held_out:
            row |= {"validation_loss": 1 / n, "validation_accuracy": 1 - 0.5 / n}
        rows.append(row)
    return rows


@pytest.fixture(scope="session")
def game_rows():
    """A function: count, seed, start -> rows as a run of games has them, with ever larger tiles."""
    return _game_rows


@pytest.fixture(scope="session")
def epoch_rows():
    """A function: count, seed, held_out -> rows as the run of a network has them."""
    return _epoch_rows


@pytest.fixture
def make_run(tmp_path):
    """A function: name, rows, kind, settings -> a run folder with no checkpoint."""

    def make(name, rows, kind="ntuple", **settings):
        run = RunFolder.create(tmp_path / name, kind, settings)
        run.metrics_path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return run.path

    return make


@pytest.fixture(scope="session")
def picture():
    """A function: path -> an image that can be read in full, uint8 [height, width, 3]."""

    def picture(path):
        with Image.open(path) as image:
            image.load()
            return np.asarray(image.convert("RGB"))

    return picture


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are saved, to look at what they say."""
    figures = []
    save = Figure.savefig

    def savefig(figure, *arguments, **settings):
        figures.append(figure)
        save(figure, *arguments, **settings)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return figures
