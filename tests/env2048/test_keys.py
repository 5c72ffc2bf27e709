"""The keys of games: the same numbers, however they are drawn."""

import numpy as np
import pytest
from gymnasium.utils import seeding

from env2048.env import Game2048Env
from env2048.keys import KeyStreams, draw_keys, first_keys, game_keys


def drawn_singly(seed, count):
    """The contract's own words: the n-th game has the n-th of these numbers."""
    generator, _ = seeding.np_random(seed)
    return [
        int(generator.integers(0, 2**64 - 1, dtype=np.uint64, endpoint=True)) for _ in range(count)
    ]


def test_known_keys():
    # Written down once: a seed must give the same games in every version of this package.
    known = [11749869230777074271, 4976686463289251617]
    assert drawn_singly(0, 2) == known
    assert game_keys(0, 0, 2).tolist() == known


def test_draw_keys_singly_or_together():
    generator, _ = seeding.np_random(5)
    keys = draw_keys(generator, 3).tolist() + draw_keys(generator, 1).tolist()
    assert keys == drawn_singly(5, 4)
    assert draw_keys(generator, 2).dtype == np.uint64


@pytest.mark.parametrize("first", [0, 1, 16, 100])
def test_game_keys(first):
    keys = game_keys(9, first, 20)
    assert keys.tolist() == drawn_singly(9, first + 20)[first:]
    assert keys.dtype == np.uint64


def test_first_keys_are_those_of_environments():
    env = Game2048Env()
    keys = []
    for seed in range(40, 45):
        env.reset(seed=seed)
        keys.append(env.key)
    assert first_keys(40, 5).tolist() == keys


def test_key_streams():
    """Streams that advance at different paces, and one that is seeded anew in between."""
    rng = np.random.default_rng(0)
    streams = KeyStreams(4)
    for i in range(4):
        streams.seed(i, 100 + i)
    assert streams.seeds == [100, 101, 102, 103]
    expected = [iter(drawn_singly(100 + i, 300)) for i in range(4)]
    for turn in range(150):
        if turn == 70:
            streams.seed(2, 7)
            expected[2] = iter(drawn_singly(7, 300))
        chosen = np.flatnonzero(rng.random(4) < [0.1, 0.5, 0.9, 1.0])
        assert streams.next(chosen).tolist() == [next(expected[i]) for i in chosen]


def test_unseeded_streams_differ():
    keys = [KeyStreams(1).next([0])[0] for _ in range(5)] + KeyStreams(5).next(range(5)).tolist()
    assert len(set(keys)) == 10
