"""Value functions to search with.

Their values are whole numbers, which float32 adds exactly, so that searches that add them in
different orders must agree to the last digits.
"""

import numpy as np
import pytest

from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns


class NetworkValues:
    """An n-tuple network's values of many afterstates, in plain NumPy."""

    name = "values"

    def __init__(self, network):
        self.network = network

    def afterstate_values(self, boards):
        patterns = self.network.patterns
        cells = np.minimum(boards, 15).astype(np.int64)
        turned = cells.swapaxes(1, 2)
        total = np.full(len(boards), self.network.initial)
        for board in (cells, turned):
            for view in (board, board[:, ::-1], board[:, :, ::-1], board[:, ::-1, ::-1]):
                flat = view.reshape(len(boards), 16)
                for pattern, offset in zip(patterns.cells, patterns.offsets, strict=True):
                    entries = np.full(len(boards), int(offset))
                    for digit, cell in enumerate(sorted(int(c, 16) for c in pattern)):
                        entries += flat[:, cell] << 4 * digit
                    total += self.network.table[entries, 0]
        return total


class SumOfSquares:
    """A toy value function for boards of any size; it counts how often it is asked."""

    name = "toy"
    size = None
    plies = 1
    batch = None

    def __init__(self):
        self.calls = []

    def afterstate_values(self, boards):
        self.calls.append(boards.copy())
        weights = 1 + np.arange(boards[0].size).reshape(boards[0].shape)
        return (boards.astype(np.float64) ** 2 * weights).sum(axis=(1, 2))

    def value(self, board):
        weights = 1 + np.arange(board.size).reshape(board.shape)
        return float((board.astype(np.float64) ** 2 * weights).sum())


@pytest.fixture(scope="session")
def network():
    """A small network of random whole numbers that is worth something at first."""
    network = NTupleNetwork.zeros(parse_patterns("0123,4567,0145,012456"), initial=500.0)
    rng = np.random.default_rng(0)
    network.table[:] = rng.integers(-200, 400, network.table.shape)
    return network


@pytest.fixture(scope="session")
def network_values(network):
    """The same as a value function in NumPy."""
    return NetworkValues(network)


@pytest.fixture
def toy():
    """The sum of the squares of all exponents, weighted by cell."""
    return SumOfSquares()
