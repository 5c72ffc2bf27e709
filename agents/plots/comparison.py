"""Several runs in one picture, and the runs of neural networks."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.plots.curves import WINDOW, Array, Line, band
from agents.plots.drawing import (
    LINES,
    TILES,
    highest_tiles,
    legend,
    new_figure,
    over,
    percent,
    save,
    thousands,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_comparison(lines: Sequence[Line], title: str, path: Path) -> None:
    """Runs of games: mean score, and the three highest tiles that any of them often reaches."""
    figure, panels = new_figure(2, 2)
    rates = {
        tile: np.concatenate([line.values("tile_rates", tile).max(axis=0) for line in lines])
        for tile in TILES
    }
    score, *others = panels
    for colour, line in _coloured(lines):
        _draw(score, line.x, line.values("mean_score"), colour, line.label)
    score.set_title("mean score")
    score.yaxis.set_major_formatter(thousands)
    score.set_ylim(bottom=0)
    tiles = highest_tiles(rates, count=len(others), least=0.05)
    for axes, tile in zip(others, reversed(tiles), strict=False):
        for colour, line in _coloured(lines):
            _draw(axes, line.x, 100 * line.values("tile_rates", tile), colour, line.label)
        axes.set_title(f"games that reached {tile}, %")
        percent(axes)
        over(axes, "games")
    for axes in others[len(tiles) :]:
        axes.remove()
    over(score, "games")
    legend(score, loc="best")
    save(figure, title, path)


def plot_epochs(lines: Sequence[Line], title: str, path: Path) -> None:
    """Runs of neural networks: loss, and accuracy where images are held out to judge it."""
    judged = [line for line in lines if np.isfinite(line.values("validation_accuracy")).any()]
    figure, panels = new_figure(1, 2 if judged else 1)
    loss = panels[0]
    for colour, line in _coloured(lines):
        _draw(loss, line.x, line.values("loss"), colour, line.label, width=1)
        if line in judged:
            _draw(loss, line.x, line.values("validation_loss"), colour, None, width=1, style="--")
        if line in judged:
            accuracy = 100 * line.values("validation_accuracy")
            _draw(panels[1], line.x, accuracy, colour, line.label, width=1)
    loss.set_title("loss (dashed: on images held out)" if judged else "loss")
    loss.set_ylim(bottom=0)
    for axes in panels:
        over(axes, "epochs")
    legend(loss, loc="upper right")
    if judged:
        panels[1].set_title("accuracy on images held out, %")
        panels[1].set_ylim(top=100.5)
    save(figure, title, path)


def _coloured(lines: Sequence[Line]) -> list[tuple[str, Line]]:
    return [(LINES[i % len(LINES)], line) for i, line in enumerate(lines)]


def _draw(
    axes: "Axes", x: Array, values: Array, colour: str, label: str | None, width: int = WINDOW,
    style: str = "-",
) -> None:  # fmt: skip
    """A line with its band; of epochs (width 1) there is a band between seeds only."""
    mean, low, high = band(values, width)
    axes.plot(x, mean, color=colour, linestyle=style, label=label)
    axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
