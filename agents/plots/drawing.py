"""What all pictures have in common: formats, colours, axes, files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from env2048.errors import UsageError
from env2048.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".pdf")

SCORE = "#8f7a66"
TILES = {
    "64": "#bdb1a6", "128": "#8c8279", "256": "#a5673f", "512": "#f65e3b",
    "1024": "#edc53f", "2048": "#c58a00", "4096": "#5da05d", "8192": "#2f7d8c",
    "16384": "#3f5fa8", "32768": "#6b3fa8", "65536": "#a83f8e", "131072": "#3c3a32",
}  # fmt: skip
"""Colours of the tiles worth a line, the same in all pictures."""
LINES = ("#2f7d8c", "#f65e3b", "#6b3fa8", "#e0a800", "#5da05d", "#3f5fa8", "#a5673f", "#a83f8e")
"""Colours of runs that are compared."""


def check_format(path: Path) -> Path:
    """Raises UsageError, before any work is done, if the file's ending is not one we can draw."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: a plot is a {', '.join(FORMATS)} file")
    return path


def new_figure(rows: int, columns: int) -> "tuple[Figure, list[Axes]]":
    """A figure that belongs to no window, so that nothing asks for a display; panels row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5 * columns, 4 if rows == 1 else 3.4 * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(axis="y", alpha=0.25)
        panel.set_axisbelow(True)
    return figure, panels


def over(axes: "Axes", what: str) -> None:
    """Makes the axis to the right one of what passes as a run goes on: games, epochs."""
    axes.set_xlabel(what)
    axes.xaxis.set_major_formatter(thousands)
    axes.locator_params(axis="x", nbins=6, integer=True)
    axes.set_xlim(left=0)


def thousands(value: float, _: Any = None) -> str:
    """A number as it stands on an axis."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def percent(axes: "Axes") -> None:
    """Makes the axis upwards one of shares of games."""
    axes.set_ylim(0, 103)


def legend(axes: "Axes", **settings: Any) -> None:
    """The names of the lines, if there are any; none of them is a formula."""
    if axes.get_legend_handles_labels()[0]:
        for text in axes.legend(frameon=False, **settings).get_texts():
            text.set_parse_math(False)  # a run's folder may have dollars in its name


def legend_beside(axes: "Axes") -> None:
    """The names of the lines, the last one first, where none of the lines can be."""
    legend(axes, reverse=True, loc="center left", bbox_to_anchor=(1, 0.5))


def save(figure: "Figure", title: str, path: Path) -> None:
    """Writes a picture with this above it, whole or not at all."""
    figure.suptitle(title, parse_math=False)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=120)


def highest_tiles(rates: Mapping[str, Any], count: int, least: float) -> list[str]:
    """The highest tiles whose rate is at any time of a run `least` or more, in ascending order."""
    return [tile for tile in TILES if max(rates[tile], default=0.0) >= least][-count:]
