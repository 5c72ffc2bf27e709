"""The picture of an evaluation says what came of the games."""

import numpy as np
import pytest

from agents.evaluation import Evaluation, evaluate
from agents.greedy import GreedyAgent
from agents.plots import plot_evaluation

SIZE = (480, 1320)  # two panels of 5.5 x 4 inches at 120 dots per inch


@pytest.fixture(scope="module")
def result():
    return evaluate(GreedyAgent(), games=60, seed=0)


def test_evaluation(result, tmp_path, drawn, picture):
    path = tmp_path / "evaluation.png"
    plot_evaluation(result, path)
    pixels = picture(path)
    assert pixels.shape == (*SIZE, 3)
    assert (pixels == 255).all(axis=2).mean() < 0.95  # not an empty page
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    (figure,) = drawn
    scores, tiles = figure.axes
    assert figure.get_suptitle() == "greedy: 60 games, seed 0"
    low, high = result.ci95
    assert scores.get_title() == f"mean {result.mean_score:,.0f}  (95%: {low:,.0f} to {high:,.0f})"
    assert sum(bar.get_height() for bar in scores.patches) == 60
    heights = [bar.get_height() for bar in tiles.patches]
    reached = [100 * rate for tile, rate in result.tile_rates.items() if int(tile) >= 64 and rate]
    assert heights == reached


def test_different_results_give_different_pictures(result, tmp_path, picture):
    plot_evaluation(result, tmp_path / "one.png")
    plot_evaluation(result, tmp_path / "again.png")
    plot_evaluation(evaluate(GreedyAgent(), games=60, seed=60), tmp_path / "other.png")
    one, again, other = (picture(tmp_path / f"{n}.png") for n in ("one", "again", "other"))
    assert (one == again).all()
    assert (one != other).any()


def test_evaluation_of_one_short_game(tmp_path, picture):
    result = evaluate(GreedyAgent(), games=1, seed=0)
    games = result.games
    games.largest[:] = 3  # none of the tiles that have a bar
    games.scores[:] = 0
    plot_evaluation(Evaluation("greedy", 0, 1, games, 1.0), tmp_path / "one.png")
    assert picture(tmp_path / "one.png").shape == (*SIZE, 3)


@pytest.mark.parametrize(
    ("name", "ending"), [("runs/$x^$", "png"), (r"runs/$\frac{$", "png"), ("runs/<$&$>", "svg")]
)
def test_names_are_no_formulas(name, ending, result, tmp_path, drawn):
    named = Evaluation(name, result.seed, 1, result.games, result.seconds)
    plot_evaluation(named, tmp_path / f"named.{ending}")
    assert drawn[0].get_suptitle().startswith(f"{name}: 60 games")
