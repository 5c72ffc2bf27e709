from dataclasses import replace

import numpy as np
import pytest

from networks.data.augment import Distortion, distort
from networks.data.drawn import drawn_set

NOTHING = Distortion().times(0)
IMAGES, _ = drawn_set(300, seed=4)


def rng(seed=0):
    return np.random.default_rng(seed)


def spot(row, column, count=1, size=28):
    images = np.zeros((count, size, size), np.uint8)
    images[:, row, column] = 255
    return images


def centres(images, size=28):
    """The centres of mass relative to the middle, x and y, [N, 2]."""
    grey = images.reshape(-1, size, size)
    places = np.arange(size) - (size - 1) / 2
    mass = grey.sum(axis=(1, 2))
    return np.stack([grey.sum(axis=1) @ places, grey.sum(axis=2) @ places], axis=1) / mass[:, None]


def test_without_distortion_nothing_changes():
    found = distort(IMAGES, NOTHING, rng())
    assert found.shape == (300, 784) and found.dtype == np.float32
    np.testing.assert_allclose(found, IMAGES.reshape(300, 784) / 255, atol=1e-5)


def test_grey_values_stay_in_range_and_the_images_as_they_are():
    before = IMAGES.copy()
    found = distort(IMAGES, Distortion().times(2), rng())
    assert found.min() == 0 and 0.9 < found.max() <= 1
    np.testing.assert_array_equal(IMAGES, before)
    empty = np.zeros((9, 28, 28), np.uint8)
    assert not distort(empty, Distortion().times(3), rng()).any()


def test_a_seed_gives_the_same_distortions_and_each_image_its_own():
    same = np.repeat(IMAGES[:1], 20, axis=0)
    first, again, other = (distort(same, Distortion(), rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.5
    assert len(np.unique(first, axis=0)) == 20


@pytest.mark.parametrize("size", [20, 28])
def test_shift(size):
    """The random numbers have the standard deviation that is asked for, in pixels."""
    middle = spot(size // 2, size // 2, 3000, size)
    moved = centres(distort(middle, replace(NOTHING, shift=1.5), rng()), size)
    np.testing.assert_allclose(moved.std(axis=0), 1.5, rtol=0.05)
    np.testing.assert_allclose(moved.mean(axis=0), 0.5, atol=0.1)


def test_rotation():
    """A place turns around the middle; as far from it as before."""
    place = np.array([8.5, 0.5])
    turned = centres(distort(spot(14, 22, 3000), replace(NOTHING, rotation=10), rng()))
    angles = np.degrees(np.arctan2(turned[:, 1], turned[:, 0]) - np.arctan2(place[1], place[0]))
    assert angles.std() == pytest.approx(10, rel=0.06)
    np.testing.assert_allclose(np.hypot(*turned.T), np.hypot(*place), atol=0.4)


def test_slant_moves_rows_sideways():
    moved = centres(distort(spot(4, 14, 3000), replace(NOTHING, slant=0.2), rng()))
    assert moved[:, 0].std() == pytest.approx(0.2 * 9.5, rel=0.06)
    np.testing.assert_allclose(moved[:, 1], -9.5, atol=0.01)


def test_elastic_displacement():
    """Its standard deviation is as asked for over the image, and neighbours move together."""
    bent = replace(NOTHING, elastic=1.0)
    moves = {}
    for row, column in [(5, 5), (5, 7), (14, 14), (20, 9)]:
        place = np.array([column, row]) - 13.5
        moves[row, column] = centres(distort(spot(row, column, 3000), bent, rng())) - place
    overall = np.sqrt(np.mean([(move**2).mean() for move in moves.values()]))
    assert overall == pytest.approx(1.0, rel=0.25)
    near = np.corrcoef(moves[5, 5][:, 0], moves[5, 7][:, 0])[0, 1]
    far = np.corrcoef(moves[5, 5][:, 0], moves[20, 9][:, 0])[0, 1]
    assert near > 0.8 > 0.4 > abs(far)


def test_rougher_noise_bends_more_locally():
    def correlation(smoothness):
        bent = replace(NOTHING, elastic=0.8, smoothness=smoothness)
        first, second = (
            centres(distort(spot(9, column, 2000), bent, rng()))[:, 0] for column in (9, 13)
        )
        return np.corrcoef(first, second)[0, 1]

    assert correlation(3.0) + 0.1 < correlation(6.0)


def test_pens_differ():
    ink = distort(np.repeat(IMAGES[:1], 500, axis=0), replace(NOTHING, pen=0.2), rng()).sum(axis=1)
    before = IMAGES[0].sum() / 255
    assert (ink < 0.97 * before).mean() > 0.2 < (ink > 1.03 * before).mean()
