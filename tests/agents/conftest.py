"""Networks and agents to test with."""

import numpy as np
import pytest

from agents.greedy import GreedyAgent
from agents.ntuple.agent import NTupleAgent
from agents.ntuple.config import COLUMNS
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.random import RandomAgent
from env2048.keys import game_keys


def _random_network(patterns, columns=1, seed=0, scale=100.0, splits=()):
    network = NTupleNetwork.zeros(parse_patterns(patterns), columns, splits=splits)
    rng = np.random.default_rng(seed)
    network.table[:] = rng.normal(scale=scale, size=network.table.shape)
    return network


def _trained_network(patterns, games, algorithm="tc", alpha=0.5, seed=0):
    network = NTupleNetwork.zeros(parse_patterns(patterns), COLUMNS[algorithm])
    network.train(game_keys(seed, 0, games), alpha, algorithm == "tc")
    return network


@pytest.fixture(scope="session")
def random_network():
    """A function: patterns, columns, seed, scale, splits -> a network of random numbers."""
    return _random_network


@pytest.fixture(scope="session")
def trained_network():
    """A function: patterns, games, algorithm, alpha, seed -> a network that has learned."""
    return _trained_network


@pytest.fixture(scope="session")
def ntuple_agent():
    """A small n-tuple agent that has learned a little."""
    return NTupleAgent(_trained_network("0123,4567,0145", 100))


@pytest.fixture(params=["random", "greedy", "ntuple"])
def agent(request, ntuple_agent):
    """Each kind of agent in turn."""
    return {"random": RandomAgent(), "greedy": GreedyAgent(), "ntuple": ntuple_agent}[request.param]
