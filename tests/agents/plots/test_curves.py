"""Which runs are one line, what it is called, and how wide its interval is."""

import numpy as np
import pytest

from agents.plots.curves import band, describe, group, read_curve, smooth
from agents.training.runs import RunError

SETTINGS = {"network": "4x6", "algorithm": "tc", "alpha": None, "seed": 1, "stages": []}


@pytest.fixture
def curve(make_run, game_rows):
    """A function: name, changed settings -> the curve of a run that was made for it."""

    def curve(name, rows=12, **changed):
        settings = SETTINGS | changed
        return read_curve(make_run(name, game_rows(rows, settings["seed"]), **settings))

    return curve


def test_runs_that_differ_in_their_seed_alone_are_one_line(curve):
    runs = [curve("a", seed=1), curve("b", algorithm="td0"), curve("c", seed=2)]
    tc, td0 = group(runs)
    assert (tc.label, td0.label) == ("tc (2 seeds)", "td0")
    assert tc.runs == (runs[0], runs[2])
    assert tc.values("mean_score").tolist() == [
        [row["mean_score"] for row in run.rows] for run in tc.runs
    ]


def test_settings_that_an_older_run_does_not_name_are_at_their_defaults(curve):
    new = {"warmup": 0, "carousel": [], "missing": 2}
    (line,) = group([curve("old", seed=1), curve("new", seed=2, **new)])
    assert len(line.runs) == 2
    lines = group([curve("older"), curve("newer", carousel=[64, 128])])
    assert [line.label for line in lines] == ["carousel none", "carousel 64-128"]


def test_one_line_is_called_after_what_learns(curve, make_run, epoch_rows):
    (line,) = group([curve("a", seed=1), curve("b", seed=2)])
    assert line.label == "4x6 tc (2 seeds)"
    net = read_curve(make_run("net", epoch_rows(2), "mlp", hidden=[80, 40]))
    assert describe(net) == "mlp 80-40"
    assert describe(read_curve(make_run("bare", epoch_rows(2), "cnn"))) == "cnn"
    assert describe(curve("c", network="8x6")) == "8x6 tc"
    stages = [{"algorithm": name} for name in ("td0", "tc", "td0")]
    assert describe(curve("d", stages=stages)) == "4x6 td0, tc"


def test_lines_are_called_after_what_differs(curve):
    lines = group([curve("a"), curve("b", network="8x6"), curve("c", alpha=0.5)])
    assert [line.label for line in lines] == [
        "4x6, alpha by default", "8x6, alpha by default", "4x6, alpha 0.5",
    ]  # fmt: skip
    sizes = group([curve("d", games=10000), curve("e", games=100)])
    assert [line.label for line in sizes] == ["games 10,000", "games 100"]
    folds = group([curve("f", hold_out=[1, 4]), curve("g", hold_out=[2, 4])])
    assert [line.label for line in folds] == ["held out 1/4", "held out 2/4"]


def test_lines_whose_difference_is_long_are_called_after_their_folders(curve):
    lines = group([curve("a"), curve("b", stages=[{"games": 10}])])
    assert [line.label for line in lines] == [
        str(run.run.path) for each in lines for run in each.runs
    ]


def test_a_line_is_as_long_as_its_shortest_run(curve):
    (line,) = group([curve("a", rows=12), curve("b", rows=7, seed=2)])
    assert line.x.tolist() == [100 * n for n in range(1, 8)]
    assert line.values("mean_score").shape == (2, 7)
    assert line.values("tile_rates", "128").tolist() == [[1.0] * 7] * 2
    assert np.isnan(line.values("nothing")).all()


# -------------------------------------------------------------------------------- intervals


def test_smooth_is_the_mean_of_up_to_ten_values():
    values = np.random.default_rng(0).normal(size=(2, 25))
    expected = [[row[max(0, i - 9) : i + 1].mean() for i in range(25)] for row in values]
    np.testing.assert_allclose(smooth(values), expected, atol=1e-12)
    np.testing.assert_allclose(smooth(values[1]), expected[1], atol=1e-12)
    assert smooth(np.zeros(0)).shape == (0,)


def test_the_interval_of_several_runs_is_students():
    mean, low, high = band(np.array([[1.0, 4.0], [3.0, 4.0], [2.0, 4.0]]), width=1)
    assert mean.tolist() == [2.0, 4.0]
    half = 4.303 / 3**0.5  # t with 2 degrees of freedom, standard deviation 1
    assert low.tolist() == pytest.approx([2 - half, 4.0])
    assert high.tolist() == pytest.approx([2 + half, 4.0])


@pytest.mark.parametrize("slope", [0.0, 20.0])
def test_the_interval_of_one_run_holds_its_mean_as_often_as_it_says(slope):
    """Rows around a line that rises, with a scatter of 10; steps of the window do not overlap."""
    rows = 20_000
    truth = slope * np.arange(rows)
    values = truth + np.random.default_rng(1).normal(scale=10, size=rows)
    _, low, high = band(values[np.newaxis])
    true_mean = smooth(truth)
    inside = (low <= true_mean) & (true_mean <= high)
    assert 0.91 < inside[9::10].mean() < 0.99
    widths = (high - low)[9::10]
    assert np.median(widths) < 4 * 1.96 * 10 / 10**0.5


def test_a_few_rows_of_one_run_have_no_interval():
    _, low, high = band(np.array([[1.0, 2.0, 4.0, 3.0, 5.0, 4.0]]))
    assert np.isnan(low).tolist() == [True] * 4 + [False] * 2
    assert (high[4:] > low[4:]).all()


# ------------------------------------------------------------------------------ what is no run


def test_folders_that_are_no_runs(tmp_path):
    with pytest.raises(RunError, match=r"not a run folder \(it has no config.json\)"):
        read_curve(tmp_path)


@pytest.mark.parametrize(("kind", "words"), [("ntuple", "100 games"), ("mlp", "epoch")])
def test_runs_without_metrics(make_run, kind, words):
    path = make_run("new", [], kind)
    with pytest.raises(RunError, match=rf"nothing to plot yet .*its first {words}"):
        read_curve(path)
    (path / "metrics.jsonl").unlink()
    with pytest.raises(RunError, match="nothing to plot yet"):
        read_curve(path)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("ntuple", {"mean_score": None}),
        ("ntuple", {"tile_rates": 0.5}),
        ("ntuple", {"tile_rates": {"2": 1.0}}),
        ("mlp", {"loss": "low"}),
    ],
)
def test_metrics_of_something_else(make_run, game_rows, epoch_rows, kind, change):
    good = (game_rows if kind == "ntuple" else epoch_rows)(3)
    path = make_run("odd", [*good, good[-1] | change], kind)
    with pytest.raises(RunError, match=r"metrics.jsonl: not the metrics of a run$"):
        read_curve(path)
