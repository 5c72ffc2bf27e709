"""Plots are written whole, in the format of their ending, and open no window."""

import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from agents.plots import check_format, plot_learning
from agents.plots.drawing import highest_tiles, thousands
from env2048.errors import UsageError


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("a.png", b"\x89PNG"), ("a.PNG", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")],
)
def test_formats(name, beginning, game_rows, tmp_path):
    path = check_format(tmp_path / name)
    plot_learning(game_rows(3), "title", path)
    assert path.read_bytes().startswith(beginning)
    assert [found.name for found in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["plot", "plot.", "plot.jpg", "plot.png.txt", ".png", "a.csv"])
def test_other_endings_are_refused(name):
    with pytest.raises(UsageError, match=rf"^{name}: a plot is a \.png, \.svg, \.pdf file$"):
        check_format(Path(name))


def test_a_failure_leaves_the_old_picture(game_rows, tmp_path, monkeypatch):
    path = tmp_path / "plot.png"
    plot_learning(game_rows(3), "title", path)
    before = path.read_bytes()

    def half(figure, target, **settings):
        Path(target).write_bytes(before[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", half)
    with pytest.raises(OSError, match="No space left"):
        plot_learning(game_rows(4), "title", path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["plot.png"]


def test_a_missing_folder(game_rows, tmp_path):
    with pytest.raises(OSError, match="No such file"):
        plot_learning(game_rows(3), "title", tmp_path / "no" / "plot.png")


def test_numbers_on_axes():
    assert [thousands(value) for value in (0.0, 12000.0, -350, 0.25)] == [
        "0",
        "12,000",
        "-350",
        "0.25",
    ]


def test_highest_tiles():
    rates = {str(2**k): [0.0] for k in range(6, 18)}
    rates |= {"64": [1.0, 1.0], "128": [0.2, 0.9], "256": [0.04, 0.06], "512": [0.01]}
    assert highest_tiles(rates, count=2, least=0.05) == ["128", "256"]
    assert highest_tiles(rates, count=9, least=0.01) == ["64", "128", "256", "512"]
    assert highest_tiles({tile: [] for tile in rates}, count=3, least=0.01) == []


def test_importing_the_package_does_not_load_matplotlib():
    script = (
        "import sys, agents.plots, agents.plots.comparison, agents.plots.network;"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_drawing_opens_no_window(tmp_path):
    """Without pyplot there is no backend to look for a display, and no figure stays open."""
    script = (
        "import sys, pathlib; from agents.plots import plot_learning;"
        "plot_learning([], 'title', pathlib.Path(sys.argv[1]));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "a.png"], check=True)
