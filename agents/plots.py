"""Pictures of learning curves and of how scores and tiles are distributed (matplotlib)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from env2048.errors import UsageError
from env2048.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from agents.evaluation import Evaluation

FORMATS = (".png", ".svg", ".pdf")

_SCORE = "#8f7a66"
_TILES = {"512": "#f65e3b", "1024": "#edc53f", "2048": "#e0a800", "4096": "#5da05d",
          "8192": "#2f7d8c", "16384": "#3f5fa8", "32768": "#6b3fa8"}  # fmt: skip
"""Colours of the tile rates worth a line."""


def check_format(path: Path) -> Path:
    """Raises UsageError, before any work is done, if the file's ending is not one we can draw."""
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: a plot is a {', '.join(FORMATS)} file")
    return path


def plot_evaluation(result: "Evaluation", path: Path) -> None:
    """Scores as a histogram, and the share of games that reached each tile as bars."""
    figure, (left, right) = _figure(2)
    scores = result.games.scores
    left.hist(scores, bins=min(50, max(10, len(scores) // 20)), color=_SCORE)
    left.axvline(result.mean_score, color="black", linewidth=1)
    low, high = result.ci95
    left.set_title(f"mean {result.mean_score:,.0f}  (95%: {low:,.0f} to {high:,.0f})")
    left.set_xlabel("score")
    left.set_ylabel("games")
    left.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")

    rates = {tile: rate for tile, rate in result.tile_rates.items() if int(tile) >= 64 and rate}
    bars = right.bar(list(rates), [100 * rate for rate in rates.values()], color=_SCORE)
    right.bar_label(bars, [f"{100 * rate:.1f}" for rate in rates.values()], fontsize=8)
    right.set_title("games that reached a tile, %")
    right.set_ylim(0, 108)
    right.tick_params(axis="x", labelrotation=45)
    title = f"{result.agent}: {len(scores):,} games, seed {result.seed}"
    figure.suptitle(title, parse_math=False)  # a run's folder may have dollars in its name
    _save(figure, path)


def plot_learning(rows: Sequence[dict[str, Any]], title: str, path: Path) -> None:
    """A run's curve: mean score and tile rates over the games played, smoothed over 10 rows."""
    import numpy as np

    figure, (left, right) = _figure(2)
    games = np.array([row["games"] for row in rows])
    scores = np.array([row["mean_score"] for row in rows])
    left.plot(games, scores, color=_SCORE, alpha=0.3, linewidth=1, label="100 games")
    left.plot(games, _smooth(scores), color=_SCORE, label="moving average")
    left.set_title("mean score")
    left.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    left.legend()
    for tile, colour in _TILES.items():
        rates = 100 * np.array([row["tile_rates"][tile] for row in rows])
        if rates.max(initial=0) >= 1:
            right.plot(games, _smooth(rates), color=colour, label=tile)
    right.set_title("games that reached a tile, %")
    right.set_ylim(0, 103)
    if right.lines:
        right.legend()
    for axes in (left, right):
        axes.set_xlabel("games")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_xlim(left=0)
    left.set_ylim(bottom=0)
    figure.suptitle(title, parse_math=False)
    _save(figure, path)


def _smooth(values: Any, width: int = 10) -> Any:
    """Mean of each value and the up to nine before it."""
    import numpy as np

    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def _figure(panels: int) -> "tuple[Figure, Sequence[Axes]]":
    """A figure that belongs to no window, so that nothing asks for a display."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5 * panels, 4), layout="constrained")
    axes = figure.subplots(1, panels)
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(axis="y", alpha=0.25)
        panel.set_axisbelow(True)
    return figure, axes


def _save(figure: "Figure", path: Path) -> None:
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=120)
