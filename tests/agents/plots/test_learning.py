"""The pictures of one run: its curve, and how its scores and tiles are distributed."""

import numpy as np
import pytest

from agents.plots import plot_learning, plot_scores
from agents.statistics import TILES

SIZE = (480, 1320)
HUNDREDS = [100 * n for n in range(1, 41)]


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_learning(game_rows, tmp_path, drawn, picture):
    path = tmp_path / "learning.png"
    rows = game_rows(40)
    plot_learning(rows, "4x6 tc", path)
    pixels = picture(path)
    assert pixels.shape == (*SIZE, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    (figure,) = drawn
    scores, tiles = figure.axes
    assert figure.get_suptitle() == "4x6 tc"
    raw, smooth = scores.lines
    means = [row["mean_score"] for row in rows]
    assert raw.get_xdata().tolist() == HUNDREDS
    assert raw.get_ydata().tolist() == means
    assert smooth.get_ydata()[-1] == pytest.approx(np.mean(means[-10:]))
    assert [line.get_label() for line in tiles.lines] == ["512", "1024", "2048", "4096", "8192"]
    last = [np.mean([row["tile_rates"]["2048"] for row in rows[-10:]])]
    assert tiles.lines[2].get_ydata()[-1:] == pytest.approx(100 * np.array(last))


def test_the_interval_is_around_the_smoothed_curve(game_rows, tmp_path, drawn):
    plot_learning(game_rows(40), "4x6 tc", tmp_path / "learning.png")
    scores = drawn[0].axes[0]
    (shade,) = scores.collections
    corners = shade.get_paths()[0].vertices
    at_end = corners[corners[:, 0] == 4000, 1]
    middle = scores.lines[1].get_ydata()[-1]
    assert at_end.min() < middle < at_end.max()
    # Means of 1,000 scores that scatter by 100.
    assert at_end.max() - middle == pytest.approx(1.96 * 100 / 1000**0.5, rel=0.8)


@pytest.mark.parametrize("plot", [plot_learning, plot_scores])
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_runs_that_have_just_begun(plot, rows, game_rows, tmp_path, picture):
    plot(game_rows(rows), "4x6 tc", tmp_path / "learning.png")
    assert picture(tmp_path / "learning.png").shape == (*SIZE, 3)


def test_scores(game_rows, tmp_path, drawn, picture):
    rows = game_rows(40)
    plot_scores(rows, "4x6 tc", tmp_path / "scores.png")
    assert picture(tmp_path / "scores.png").shape == (*SIZE, 3)
    scores, largest = drawn[0].axes
    assert legend_of(scores) == ["80% of the games", "half of the games", "median", "mean"]
    median, _ = scores.lines
    middles = [row["score_quantiles"][2] for row in rows]
    assert median.get_ydata()[-1] == pytest.approx(np.mean(middles[-10:]))
    tops = [shade.get_paths()[0].vertices[:, 1].max() for shade in scores.collections]
    assert tops[0] > tops[1] > median.get_ydata().max()

    names = legend_of(largest)
    assert names == [str(tile) for tile in reversed(TILES) if 128 <= tile <= 8192]
    layers = largest.collections
    assert layers[-1].get_paths()[0].vertices[:, 1].max() == pytest.approx(100)
    # The share of games that ended with 128, the lowest layer, is what did not reach 256.
    below = 100 - 100 * rows[0]["tile_rates"]["256"]
    lowest = layers[0].get_paths()[0].vertices
    assert lowest[lowest[:, 0] == 100, 1].max() == pytest.approx(below)


def test_games_below_the_tiles_with_a_colour_are_there_too(game_rows, tmp_path, drawn):
    plot_scores(game_rows(10, start=4), "4x6 tc", tmp_path / "scores.png")
    assert legend_of(drawn[0].axes[1])[-1] == "below 64"


def test_rows_of_earlier_versions(game_rows, tmp_path, drawn):
    rows = game_rows(20)
    for row in rows[:10]:
        del row["score_quantiles"]
    plot_scores(rows, "4x6 tc", tmp_path / "scores.png")
    median, mean = drawn[0].axes[0].lines
    assert median.get_xdata()[0] == 1100
    assert mean.get_xdata()[0] == 100
    plot_scores(rows[:10], "4x6 tc", tmp_path / "scores.png")
    assert legend_of(drawn[1].axes[0]) == ["mean"]


@pytest.mark.parametrize("plot", [plot_learning, plot_scores])
@pytest.mark.parametrize("name", ["runs/$x^$", r"runs/$\frac{$"])
def test_names_are_no_formulas(plot, name, game_rows, tmp_path, drawn):
    plot(game_rows(3), name, tmp_path / "learning.png")
    assert drawn[0].get_suptitle() == name
