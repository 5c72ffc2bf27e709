"""How fast an n-tuple network learns and plays, on one core; `beside_tdl2048.py` compares it."""

import pytest

import agents
from agents.benchmarks import searched_moves, trained_moves


@pytest.mark.parametrize(
    ("network", "algorithm", "least"),
    [("4x6", "td0", 400_000), ("4x6", "tc", 300_000), ("8x6", "tc", 130_000)],
)
def test_training(timed, network, algorithm, least):
    assert timed(trained_moves(network, algorithm)) > least


@pytest.mark.parametrize(("plies", "least"), [(2, 20_000), (3, 1_500)])
def test_search(timed, plies, least):
    """The player in the wheel."""
    assert timed(searched_moves(agents.load("ntuple"), plies)) > least
