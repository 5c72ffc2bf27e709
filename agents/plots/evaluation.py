"""A picture of an evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING

from agents.plots.drawing import SCORE, new_figure, save, thousands

if TYPE_CHECKING:
    from agents.evaluation import Evaluation


def plot_evaluation(result: "Evaluation", path: Path) -> None:
    """Scores as a histogram, and the share of games that reached each tile as bars."""
    figure, (left, right) = new_figure(1, 2)
    scores = result.games.scores
    left.hist(scores, bins=min(50, max(10, len(scores) // 20)), color=SCORE)
    left.axvline(result.mean_score, color="black", linewidth=1)
    low, high = result.ci95
    left.set_title(f"mean {result.mean_score:,.0f}  (95%: {low:,.0f} to {high:,.0f})")
    left.set_xlabel("score")
    left.set_ylabel("games")
    left.xaxis.set_major_formatter(thousands)

    rates = {tile: rate for tile, rate in result.tile_rates.items() if int(tile) >= 64 and rate}
    bars = right.bar(list(rates), [100 * rate for rate in rates.values()], color=SCORE)
    right.bar_label(bars, [f"{100 * rate:.1f}" for rate in rates.values()], fontsize=8)
    right.set_title("games that reached a tile, %")
    right.set_ylim(0, 108)
    right.tick_params(axis="x", labelrotation=45)
    save(figure, f"{result.agent}: {len(scores):,} games, seed {result.seed}", path)
