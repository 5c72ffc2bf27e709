"""The measure of samples: formulas against what is known, and that it finds what is wrong."""

import numpy as np
import pytest

from networks.classifier import Examples
from networks.data import CLASSES, Drawn
from networks.quality import (
    assess,
    diversity,
    frechet_distance,
    judged_as,
    mean_distance,
    train_judge,
)

CHARACTERS = "018"
LABELS = np.array([0, 1, 8])


def test_what_fonts_cannot_tell_apart_is_one_class():
    merged = judged_as(74)
    groups = {}
    for label, group in enumerate(merged):
        groups.setdefault(group, []).append(CLASSES[label])
    joined = sorted("".join(group) for group in groups.values() if len(group) > 1)
    assert joined == sorted(["0Oo", "1Il", "Cc", "Kk", "Pp", "Ss", "Uu", "Vv", "Ww", "Xx", "Zz"])
    assert sorted(groups) == list(range(74 - 13))


def test_frechet_distance_of_gaussians_that_are_known():
    rng = np.random.default_rng(0)
    first = rng.normal(size=(200_000, 2))
    second = first[::-1] * [2, 3] + [1, 0]
    assert frechet_distance(first, second) == pytest.approx(1 + 1 + 4, rel=0.02)
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-9)
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    assert frechet_distance(first @ turn, second @ turn) == pytest.approx(
        frechet_distance(first, second)
    )


def test_mean_distance_is_over_pairs_of_different_points():
    points = np.array([[0.0, 0], [3, 4], [0, 0]])
    assert mean_distance(points) == pytest.approx(10 / 3)


def test_diversity_is_relative_and_per_class():
    rng = np.random.default_rng(0)
    real, labels = rng.normal(size=(400, 3)), np.arange(400) % 2
    real[labels == 1] += 100
    samples = real.copy()
    samples[labels == 0] *= 0.5
    assert diversity(samples, labels, real, labels) == pytest.approx(0.75)
    once = np.append(labels, 2)  # a class of one sample says nothing
    assert diversity(np.append(samples, [[1, 1, 1]], axis=0), once, real, labels) == pytest.approx(
        0.75
    )
    with pytest.raises(ValueError, match="no class has two samples"):
        diversity(real[:1], np.array([0]), real, labels)


@pytest.fixture(scope="module")
def drawn():
    return Drawn(CHARACTERS, framing="line")


def some(drawn, count, seed):
    labels = np.tile(LABELS, count // 3)
    return Examples(drawn.draw(labels, np.random.default_rng(seed)), labels)


@pytest.fixture(scope="module")
def judge(drawn):
    return train_judge(some(drawn, 6000, 1), 10, epochs=4, seed=1)


def test_real_images_are_as_good_as_real_images(drawn, judge):
    reference, other, samples = (some(drawn, 600, seed) for seed in (2, 3, 4))
    assert judge.accuracy(reference) > 0.95
    found = assess(samples, judge, reference, other)
    assert found.count == 600
    assert found.accuracy == pytest.approx(judge.accuracy(samples))
    assert found.diversity == pytest.approx(1, abs=0.07)
    assert 0.5 < found.frechet_ratio < 2


def test_one_picture_of_each_is_right_but_neither_diverse_nor_near(drawn, judge):
    reference, other = (some(drawn, 600, seed) for seed in (2, 3))
    right = [i for i, image in enumerate(reference.images) if judge.accuracy(
        Examples(image[None], reference.labels[i : i + 1])) == 1][:60]  # fmt: skip
    chosen = [next(i for i in right if reference.labels[i] == label) for label in LABELS]
    samples = Examples(np.tile(reference.images[chosen], (200, 1, 1)), np.tile(LABELS, 200))
    found = assess(samples, judge, reference, other)
    assert (found.errors, found.accuracy) == (0, 1)
    assert found.diversity < 1e-5
    assert found.frechet_ratio > 5


def test_wrong_classes_are_found(drawn, judge):
    reference, other, samples = (some(drawn, 600, seed) for seed in (2, 3, 4))
    wrong = Examples(samples.images, np.roll(samples.labels, 1))
    assert assess(wrong, judge, reference, other).accuracy < 0.05
