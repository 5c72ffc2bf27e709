import numpy as np
import pytest

from agents.statistics import TILES, mean_interval, tile_rates


def test_tiles():
    assert TILES[:3] == [2, 4, 8]
    assert TILES[-1] == 131072
    assert len(TILES) == 17


def test_tile_rates_count_games_that_reached_at_least_the_tile():
    rates = tile_rates(np.array([3, 5, 5, 17]))
    assert list(rates) == [str(tile) for tile in TILES]
    assert all(type(rate) is float for rate in rates.values())
    assert rates["2"] == rates["4"] == rates["8"] == 1.0
    assert rates["16"] == rates["32"] == 0.75
    assert rates["64"] == rates["65536"] == rates["131072"] == 0.25


def test_tile_rates_of_no_games():
    assert tile_rates(np.zeros(0, np.int64)) == {str(tile): 0.0 for tile in TILES}


def test_mean_interval_worked_out_by_hand():
    # The variance is (9 + 1 + 1 + 9) / 3, the standard error the root of a quarter of it.
    mean, (low, high) = mean_interval(np.array([2, 4, 6, 8]))
    half = 1.96 * (20 / 3 / 4) ** 0.5
    assert mean == 5
    assert (low, high) == pytest.approx((5 - half, 5 + half))
    assert all(type(value) is float for value in (mean, low, high))


def test_mean_interval_covers_the_mean_95_times_in_a_hundred():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(2000):
        _, (low, high) = mean_interval(np.rint(rng.normal(10_000, 500, 100)))
        covered += low <= 10_000 <= high
    assert covered / 2000 == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("values", "mean"), [([7], 7.0), ([], 0.0)])
def test_mean_interval_of_fewer_than_two_values(values, mean):
    assert mean_interval(np.array(values, np.int64)) == (mean, (mean, mean))
