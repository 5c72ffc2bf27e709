"""What an agent has learned: found again where it was put in, and drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.base import RuleAgent, afterstates
from agents.greedy import GreedyAgent
from agents.plots.network import plot_network
from agents.plots.probing import Probe, oriented, probe

DISTANCE = np.add.outer(np.arange(4), np.arange(4)) * 100.0
"""What the agent below takes off for each step that the largest tile is from a corner."""


class CornerAgent(RuleAgent):
    """Wants its largest tile in the corner, and nothing else."""

    name = "corner"
    size = 4

    def values_many(self, boards):
        after, _, legal = afterstates(boards)
        cells = after.reshape(len(boards), 4, 16)
        rows, columns = np.divmod(cells.argmax(axis=2), 4)
        rows, columns = np.minimum(rows, 3 - rows), np.minimum(columns, 3 - columns)
        values = 1000.0 - DISTANCE[rows, columns]
        return np.where(legal, values, np.nan)


@pytest.fixture(scope="module")
def probes():
    return probe(CornerAgent())


def test_probe_finds_what_the_agent_wants(probes):
    assert 1 <= len(probes) <= 3
    assert [found.tile for found in probes] == sorted({found.tile for found in probes})
    for found in probes:
        corners = found.values[[0, 0, 3, 3], [0, 3, 0, 3]]
        middle = found.values[1:3, 1:3]
        assert corners.min() > middle.max() + 50
        assert 25 <= found.boards <= 400
        assert np.unravel_index(found.usual.argmax(), (4, 4)) == (0, 0)


def test_probe_is_the_same_each_time(probes):
    for found, again in zip(probes, probe(CornerAgent()), strict=True):
        assert (found.tile, found.boards) == (again.tile, again.boards)
        np.testing.assert_array_equal(found.values, again.values)
        np.testing.assert_array_equal(found.usual, again.usual)


def test_the_boards_have_one_large_tile(probes):
    """The other tiles are at most a quarter of it, so the mean cell is far below it."""
    for found in probes:
        exponent = int(np.log2(found.tile))
        assert found.usual.max() <= exponent
        # Per board the sixteen cells sum to the tile and at most fifteen of a quarter.
        assert exponent <= found.usual.sum() <= exponent + 15 * (exponent - 2)


def test_an_agent_that_is_played_by_chance():
    assert probe(GreedyAgent(), seed=3)


@given(arrays(np.uint8, (4, 4), elements=st.integers(0, 11)))
def test_oriented(board):
    found = oriented(board)
    symmetries = [
        np.rot90(flipped, turns).tolist() for flipped in (board, board.T) for turns in range(4)
    ]
    assert found.tolist() in symmetries
    if np.sum(board == board.max()) == 1:
        row, column = np.unravel_index(found.argmax(), (4, 4))
        assert row <= column <= 1
        turned = oriented(np.rot90(board))
        if row != column:  # else two symmetries are left, which sums may not tell apart
            assert turned.tolist() == found.tolist()


def test_picture(tmp_path, drawn, picture):
    values = 500.0 - DISTANCE
    usual = np.where(DISTANCE == 0, 9.0, 0.5)
    probes = [Probe(512, 40, values, usual), Probe(1024, 30, values * 2, usual)]
    plot_network(probes, "runs/$a$", tmp_path / "network.png")
    assert picture(tmp_path / "network.png").shape == (912, 864, 3)
    (figure,) = drawn
    assert figure.get_suptitle() == "runs/$a$"
    large, larger, boards, _ = figure.axes
    assert large.get_title().startswith("512 on this cell")
    texts = [text.get_text() for text in large.texts]
    assert texts[:5] == ["0", "-100", "-200", "-300", "-100"]
    assert larger.texts[15].get_text() == "-1,200"
    assert boards.get_title().startswith("40 boards")
    assert [text.get_text() for text in boards.texts] == ["512"] + [""] * 15


def test_picture_of_an_agent_that_knows_nothing(tmp_path, drawn):
    same = Probe(64, 25, np.zeros((4, 4)), np.zeros((4, 4)))
    plot_network([same], "nothing", tmp_path / "network.png")
    assert {text.get_text() for text in drawn[0].axes[0].texts} == {"0"}
