"""Several runs in one picture, and those of neural networks."""

import numpy as np
import pytest

from agents.plots.comparison import plot_comparison, plot_epochs
from agents.plots.curves import group, read_curve


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.fixture
def lines(make_run, game_rows):
    """Two seeds of one algorithm, one of another."""
    runs = [("a", "tc", 1), ("b", "tc", 2), ("c", "td0", 1)]
    return group(
        [
            read_curve(make_run(name, game_rows(40, seed), algorithm=algorithm, seed=seed))
            for name, algorithm, seed in runs
        ]
    )


def test_comparison(lines, tmp_path, drawn, picture):
    plot_comparison(lines, "3 runs", tmp_path / "comparison.png")
    assert picture(tmp_path / "comparison.png").shape == (816, 1320, 3)
    (figure,) = drawn
    assert figure.get_suptitle() == "3 runs"
    score, *tiles = figure.axes
    assert legend_of(score) == ["tc (2 seeds)", "td0"]
    assert [axes.get_title() for axes in tiles] == [
        f"games that reached {tile}, %" for tile in (8192, 4096, 2048)
    ]
    for axes in figure.axes:
        assert len(axes.lines) == len(axes.collections) == 2  # each line has its band
    both = lines[0].values("mean_score")[:, -10:]
    assert score.lines[0].get_ydata()[-1] == pytest.approx(both.mean())
    reached = lines[1].values("tile_rates", "8192")[:, -10:]
    assert tiles[0].lines[1].get_ydata()[-1] == pytest.approx(100 * reached.mean())


def test_weak_runs_have_fewer_tiles(make_run, game_rows, tmp_path, drawn):
    lines = group([read_curve(make_run("a", game_rows(9, start=5)))])  # 32, 64 and at last 128
    plot_comparison(lines, "weak", tmp_path / "comparison.png")
    assert [axes.get_title() for axes in drawn[0].axes] == [
        "mean score", "games that reached 128, %", "games that reached 64, %",
    ]  # fmt: skip


def test_epochs(make_run, epoch_rows, tmp_path, drawn):
    lines = group(
        [
            read_curve(make_run("a", epoch_rows(6, 1), "mlp", hidden=[9], seed=1)),
            read_curve(make_run("b", epoch_rows(4, 3), "mlp", hidden=[9], seed=3)),
            read_curve(make_run("c", epoch_rows(6, held_out=False), "mlp", hidden=[99], seed=1)),
        ]
    )
    plot_epochs(lines, "nets", tmp_path / "nets.png")
    loss, accuracy = drawn[0].axes
    assert legend_of(loss) == ["hidden 9 (2 seeds)", "hidden 99"]
    assert len(loss.lines) == 3  # the last run held nothing out
    assert loss.lines[0].get_ydata() == pytest.approx(2 / np.arange(1, 5) + 0.02)
    assert loss.lines[1].get_linestyle() == "--"
    (line,) = accuracy.lines
    assert line.get_ydata() == pytest.approx(100 - 50 / np.arange(1, 5))


def test_epochs_with_nothing_held_out(make_run, epoch_rows, tmp_path, drawn):
    run = read_curve(make_run("a", epoch_rows(6, held_out=False), "mlp"))
    plot_epochs(group([run]), "net", tmp_path / "net.svg")
    (loss,) = drawn[0].axes
    assert loss.get_title() == "loss"


def test_names_are_no_formulas(make_run, game_rows, epoch_rows, tmp_path, drawn):
    for kind, rows, plot in (
        ("ntuple", game_rows(3), plot_comparison), ("mlp", epoch_rows(3), plot_epochs)
    ):  # fmt: skip
        names = [rf"{kind}-$\frac{{{n}$" for n in (1, 2)]
        runs = [read_curve(make_run(name, rows, kind, stages=name)) for name in names]
        plot(group(runs), names[0], tmp_path / f"{kind}.png")
        assert legend_of(drawn[-1].axes[0]) == [str(tmp_path / name) for name in names]
