import numpy as np
import pytest

from networks.confusion import Judgement, wilson_interval


@pytest.fixture
def judged():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 500)
    chances = rng.random((500, 5)).astype(np.float32)
    chances[np.arange(500), labels] += 0.3
    return Judgement(labels, chances / chances.sum(axis=1, keepdims=True))


def test_the_numbers_fit_each_other(judged):
    counts = judged.confusion()
    assert counts.shape == (5, 5) and counts.sum() == judged.count == 500
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(judged.labels, minlength=5))
    np.testing.assert_array_equal(counts.sum(axis=0), np.bincount(judged.answers, minlength=5))
    assert judged.errors == 500 - np.trace(counts) == len(judged.mistakes()) > 0
    assert judged.accuracy == np.mean(judged.answers == judged.labels)
    low, high = judged.interval
    assert low < judged.accuracy < high


def test_the_accuracy_has_no_digits_of_its_own():
    """19 of 100 are 0.19, not 0.18999999999999995."""
    chances = np.eye(2, dtype=np.float32)[[1] * 81 + [0] * 19]
    assert Judgement(np.zeros(100, np.int64), chances).accuracy == 0.19


def test_rows_are_the_truth_and_columns_the_answers():
    chances = np.eye(3, dtype=np.float32)[[0, 2, 2, 2]]
    judged = Judgement(np.array([0, 1, 1, 2]), chances)
    assert judged.confusion().tolist() == [[1, 0, 0], [0, 0, 2], [0, 0, 1]]
    assert judged.frequent_mistakes() == [(1, 2, 2)]
    assert (judged.count, judged.errors, judged.accuracy) == (4, 2, 0.5)


def test_frequent_mistakes_come_first(judged):
    found = judged.frequent_mistakes()
    counts = [count for _, _, count in found]
    assert counts == sorted(counts, reverse=True) and sum(counts) == judged.errors
    assert all(row != column for row, column, _ in found)


def test_the_surest_mistake_comes_first():
    chances = np.array([[0.1, 0.9], [0.3, 0.7], [0.01, 0.99], [0.8, 0.2]], np.float32)
    judged = Judgement(np.array([0, 0, 0, 0]), chances)
    assert judged.mistakes().tolist() == [2, 0, 1]
    impossible = Judgement(np.array([0]), np.array([[0.0, 1.0]], np.float32))
    assert impossible.mistakes().tolist() == [0]


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(9, 10, 0.5958, 0.9821), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (50, 100, 0.4038, 0.5962)],
)
def test_interval(successes, trials, low, high):
    """Values of a published table of Wilson intervals."""
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=2e-4)
