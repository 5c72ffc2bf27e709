"""Plots are written whole, in the format of their ending, and show something."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from agents.evaluation import Evaluation, evaluate
from agents.greedy import GreedyAgent
from agents.plots import _smooth, check_format, plot_evaluation, plot_learning
from agents.statistics import tile_rates
from env2048.errors import UsageError

SIZE = (1320, 480)  # two panels of 5.5 x 4 inches at 120 dots per inch


@pytest.fixture(scope="module")
def result():
    return evaluate(GreedyAgent(), games=60, seed=0)


def learning_rows(count):
    rows = []
    for n in range(1, count + 1):
        largest = np.random.default_rng(n).integers(7, 9 + n // 8, 100)
        rows.append(
            {"games": 100 * n, "mean_score": 300.0 * n, "tile_rates": tile_rates(largest)},
        )
    return rows


def picture(path):
    """The pixels of an image that can be read in full, uint8 [height, width, 3]."""
    with Image.open(path) as image:
        image.load()
        return np.asarray(image.convert("RGB"))


def count_colours(pixels):
    return len(np.unique(pixels.astype(np.int64) @ [1, 256, 65536]))


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


# ------------------------------------------------------------------------------ what is drawn


def test_evaluation(result, tmp_path, drawn):
    path = tmp_path / "evaluation.png"
    plot_evaluation(result, path)
    pixels = picture(path)
    assert pixels.shape == (SIZE[1], SIZE[0], 3)
    assert (pixels == 255).all(axis=2).mean() < 0.95  # not an empty page
    assert count_colours(pixels) > 50
    (figure,) = drawn
    scores, tiles = figure.axes
    assert figure.get_suptitle() == "greedy: 60 games, seed 0"
    low, high = result.ci95
    assert scores.get_title() == f"mean {result.mean_score:,.0f}  (95%: {low:,.0f} to {high:,.0f})"
    assert sum(bar.get_height() for bar in scores.patches) == 60
    heights = [bar.get_height() for bar in tiles.patches]
    reached = [100 * rate for tile, rate in result.tile_rates.items() if int(tile) >= 64 and rate]
    assert heights == reached


def test_different_results_give_different_pictures(result, tmp_path):
    plot_evaluation(result, tmp_path / "one.png")
    plot_evaluation(result, tmp_path / "again.png")
    plot_evaluation(evaluate(GreedyAgent(), games=60, seed=60), tmp_path / "other.png")
    one, again, other = (picture(tmp_path / f"{n}.png") for n in ("one", "again", "other"))
    assert (one == again).all()
    assert (one != other).any()


def test_evaluation_of_one_short_game(tmp_path):
    result = evaluate(GreedyAgent(), games=1, seed=0)
    games = result.games
    games.largest[:] = 3  # none of the tiles that have a bar
    games.scores[:] = 0
    plot_evaluation(Evaluation("greedy", 0, 1, games, 1.0), tmp_path / "one.png")
    assert picture(tmp_path / "one.png").shape == (SIZE[1], SIZE[0], 3)


@pytest.mark.parametrize(
    ("name", "ending"), [("runs/$x^$", "png"), (r"runs/$\frac{$", "png"), ("runs/<$&$>", "svg")]
)
def test_names_are_no_formulas(name, ending, result, tmp_path, drawn):
    named = Evaluation(name, result.seed, 1, result.games, result.seconds)
    plot_evaluation(named, tmp_path / f"named.{ending}")
    assert drawn[0].get_suptitle().startswith(f"{name}: 60 games")
    plot_learning(learning_rows(3), name, tmp_path / f"learning.{ending}")
    assert drawn[1].get_suptitle() == name


def test_learning(tmp_path, drawn):
    path = tmp_path / "learning.png"
    plot_learning(learning_rows(40), "4x6 tc", path)
    pixels = picture(path)
    assert pixels.shape == (SIZE[1], SIZE[0], 3)
    assert count_colours(pixels) > 50
    (figure,) = drawn
    scores, tiles = figure.axes
    assert figure.get_suptitle() == "4x6 tc"
    raw, smooth = scores.lines
    assert raw.get_xdata().tolist() == [100 * n for n in range(1, 41)]
    assert raw.get_ydata().tolist() == [300.0 * n for n in range(1, 41)]
    assert smooth.get_ydata()[-1] == pytest.approx(300 * np.mean(range(31, 41)))
    assert [line.get_label() for line in tiles.lines] == ["512", "1024", "2048", "4096", "8192"]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_learning_that_has_just_begun(rows, tmp_path):
    plot_learning(learning_rows(rows), "4x6 tc", tmp_path / "learning.png")
    assert picture(tmp_path / "learning.png").shape == (SIZE[1], SIZE[0], 3)


def test_smooth_is_the_mean_of_up_to_ten_values():
    values = np.random.default_rng(0).normal(size=25)
    expected = [values[max(0, i - 9) : i + 1].mean() for i in range(25)]
    np.testing.assert_allclose(_smooth(values), expected, atol=1e-12)
    assert _smooth(np.zeros(0)).shape == (0,)


# -------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("a.png", b"\x89PNG"), ("a.PNG", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")],
)
def test_formats(name, beginning, result, tmp_path):
    path = check_format(tmp_path / name)
    plot_evaluation(result, path)
    assert path.read_bytes().startswith(beginning)
    assert [found.name for found in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["plot", "plot.", "plot.jpg", "plot.png.txt", ".png", "a.csv"])
def test_other_endings_are_refused(name):
    with pytest.raises(UsageError, match=rf"^{name}: a plot is a \.png, \.svg, \.pdf file$"):
        check_format(Path(name))


def test_a_failure_leaves_the_old_picture(result, tmp_path, monkeypatch):
    path = tmp_path / "plot.png"
    plot_evaluation(result, path)
    before = path.read_bytes()

    def half(figure, target, **settings):
        Path(target).write_bytes(before[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", half)
    for plot in (
        lambda: plot_evaluation(result, path),
        lambda: plot_learning(learning_rows(3), "title", path),
    ):
        with pytest.raises(OSError, match="No space left"):
            plot()
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["plot.png"]


def test_a_missing_folder(result, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        plot_evaluation(result, tmp_path / "no" / "plot.png")


def test_checking_a_name_does_not_load_matplotlib():
    script = "import sys, agents.plots; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_drawing_opens_no_window(result, tmp_path):
    """Without pyplot there is no backend to look for a display, and no figure stays open."""
    script = (
        "import sys, pathlib; from agents.plots import plot_learning;"
        "plot_learning([], 'title', pathlib.Path(sys.argv[1]));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "a.png"], check=True)
