import numpy as np
import pytest

from networks.two_sample import energy_distance, same_distribution


def test_the_distance_of_points_that_can_be_counted():
    """Of 0 and 1 from 3: 2 * 2.5 - 0.5 - 0."""
    assert energy_distance(np.array([[0.0], [1.0]]), np.array([[3.0]])) == pytest.approx(4.5)


def test_equal_distributions_are_not_told_apart_and_others_are():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 200, 2))
    assert same_distribution(first, second, rng) > 0.05
    assert same_distribution(first, second + 0.5, rng) < 0.01
    assert same_distribution(first, 1.6 * second, rng) < 0.01


def test_the_share_is_that_of_chance():
    """Of many pairs of equal distributions about one in ten is found below 0.1."""
    rng = np.random.default_rng(1)
    found = [same_distribution(*rng.normal(size=(2, 20, 1)), rng, 50) for _ in range(200)]
    assert 0.04 < np.mean(np.array(found) <= 0.1) < 0.18
