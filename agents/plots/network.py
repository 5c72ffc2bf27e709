"""A picture of what an agent has learned."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.plots.drawing import new_figure, save, thousands
from agents.plots.probing import Probe

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_network(probes: Sequence[Probe], title: str, path: Path) -> None:
    """Above, what moving a large tile to each cell costs; below, the boards it was moved about on.

    Args:
        probes: one or more.
        title: stands above.
        path: the picture.
    """
    figure, panels = new_figure(2, len(probes))
    figure.set_size_inches(3.6 * max(len(probes), 2), 7.6)
    above, below = panels[: len(probes)], panels[len(probes) :]
    for axes, found in zip(above, probes, strict=True):
        lost = found.values - found.values.max()
        _cells(axes, lost, [thousands(round(value)) for value in lost.ravel()], "YlOrBr_r")
        axes.set_title(f"{found.tile} on this cell:\npoints lost to the best", fontsize=11)
    for axes, found in zip(below, probes, strict=True):
        tiles = [f"{2**k:,.0f}" if k >= 1 else "" for k in found.usual.ravel()]
        _cells(axes, found.usual, tiles, "YlOrBr")
        boards = f"{found.boards:,} boards of its own play,\ngeometric mean tile"
        axes.set_title(boards, fontsize=11)
    save(figure, title, path)


def _cells(axes: "Axes", values: NDArray[np.float64], texts: Sequence[str], colours: str) -> None:
    """A board whose cells are coloured by values, [4, 4], with a text in each."""
    axes.imshow(values, cmap=colours)
    axes.axis("off")
    low, high = values.min(), values.max()
    dark = (values - low) / (high - low or 1.0)
    if colours.endswith("_r"):
        dark = 1 - dark
    for (row, column), share in np.ndenumerate(dark):
        colour = "white" if share > 0.6 else "#3c3a32"
        text = texts[4 * row + column]
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=11)
    for k in range(1, 4):  # the lines between the cells
        axes.axhline(k - 0.5, color="white", linewidth=3)
        axes.axvline(k - 0.5, color="white", linewidth=3)
