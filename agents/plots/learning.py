"""The course of one run of games: how its scores and tiles change as it learns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agents.plots.curves import band, smooth
from agents.plots.drawing import (
    SCORE,
    TILES,
    highest_tiles,
    legend,
    legend_beside,
    new_figure,
    over,
    percent,
    save,
    thousands,
)
from agents.statistics import TILES as ALL_TILES

Rows = Sequence[dict[str, Any]]

_WORSE = "#e8e2da"


def plot_learning(rows: Rows, title: str, path: Path) -> None:
    """A run's curve: mean score and tile rates over the games played, smoothed over 10 rows."""
    figure, (left, right) = new_figure(1, 2)
    games = np.array([row["games"] for row in rows])
    scores = np.array([row["mean_score"] for row in rows], np.float64)
    mean, low, high = band(scores[np.newaxis])
    left.plot(games, scores, color=SCORE, alpha=0.35, linewidth=1, label="100 games")
    left.plot(games, mean, color=SCORE, label="1,000 games, 95% interval")
    left.fill_between(games, low, high, color=SCORE, alpha=0.25, linewidth=0)
    left.set_title("mean score")
    left.yaxis.set_major_formatter(thousands)
    legend(left, loc="lower right")

    rates = {tile: smooth(np.array([row["tile_rates"][tile] for row in rows])) for tile in TILES}
    for tile in highest_tiles(rates, count=5, least=0.01):
        right.plot(games, 100 * rates[tile], color=TILES[tile], label=tile)
    right.set_title("games that reached a tile, %")
    percent(right)
    legend_beside(right)
    for axes in (left, right):
        over(axes, "games")
    left.set_ylim(bottom=0)
    save(figure, title, path)


def plot_scores(rows: Rows, title: str, path: Path) -> None:
    """How scores and largest tiles are distributed, over the games played.

    Rows without quantiles, which earlier versions wrote, show no more than their mean.
    """
    figure, (left, right) = new_figure(1, 2)
    games = np.array([row["games"] for row in rows])
    told = [row for row in rows if "score_quantiles" in row]
    if told:
        at = [row["games"] for row in told]
        tenth, quarter, median, three, nine = smooth(
            np.array([row["score_quantiles"] for row in told], np.float64).T
        )
        shade: dict[str, Any] = {"color": SCORE, "linewidth": 0}
        left.fill_between(at, tenth, nine, alpha=0.25, label="80% of the games", **shade)
        left.fill_between(at, quarter, three, alpha=0.4, label="half of the games", **shade)
        left.plot(at, median, color=SCORE, label="median")
    means = smooth(np.array([row["mean_score"] for row in rows], np.float64))
    left.plot(games, means, color="black", linewidth=1, linestyle="--", label="mean")
    left.set_title("score")
    left.yaxis.set_major_formatter(thousands)
    left.set_ylim(bottom=0)
    legend(left, loc="upper left")

    names = list(map(str, ALL_TILES))
    reached = smooth(np.array([[row["tile_rates"][name] for row in rows] for name in names]))
    largest = -100 * np.diff(reached, axis=0, append=0.0)  # reached it and not the next one
    shares = dict(zip(names, largest, strict=True))
    shown = [tile for tile in TILES if shares[tile].max(initial=0) > 0]
    layers = {tile: shares[tile] for tile in shown}
    colours = [TILES[tile] for tile in shown]
    rest = 100 - sum(layers.values(), np.zeros(len(rows)))
    if rest.max(initial=0) > 0.05:  # games that went worse than any with a colour
        layers, colours = {f"below {min(TILES, key=int)}": rest} | layers, [_WORSE, *colours]
    if layers:
        right.stackplot(games, *layers.values(), labels=layers, colors=colours, linewidth=0)
    right.set_title("largest tile of a game, % of games")
    right.set_ylim(0, 100)
    legend_beside(right)
    for axes in (left, right):
        over(axes, "games")
        axes.margins(x=0)
    save(figure, title, path)
