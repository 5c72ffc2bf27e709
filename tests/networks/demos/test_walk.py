"""Walks through latents: ways, planes, nudges, and that a VAE's way is the smoother one."""

import numpy as np
import pytest

from networks.classifier import as_rows
from networks.data import DIGITS, Drawn
from networks.demos import walk_pictures
from networks.demos.walk import (
    Mean,
    between,
    digit_pairs,
    latents_between,
    latents_of,
    nudged,
    plane,
    sure_shares,
)
from networks.generator import NEAT, DrawnImages
from networks.models import VAE, Autoencoder
from networks.weights import load, load_coders

ROWS, LABELS = DrawnImages(digits=True)(800, np.random.default_rng(9))


def small(latents=3):
    return {"autoencoder": Autoencoder([784, 8, latents]), "VAE": VAE([784, 8, latents])}


def test_a_straight_way():
    found = latents_between(np.array([0.0, 1.0]), np.array([4.0, -1.0]), 5)
    np.testing.assert_allclose(found, [[0, 1], [1, 0.5], [2, 0], [3, -0.5], [4, -1]])


def test_a_spherical_way_turns_evenly_and_keeps_its_length():
    start, end = np.array([2.0, 0.0, 0.0]), np.array([0.0, 2.0, 0.0])
    found = latents_between(start, end, 5, "spherical")
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 2)
    np.testing.assert_allclose(np.arctan2(found[:, 1], found[:, 0]), np.linspace(0, np.pi / 2, 5),
                               atol=1e-12)  # fmt: skip
    longer = latents_between(start, 3 * end, 3, "spherical")
    np.testing.assert_allclose(np.linalg.norm(longer, axis=1), [2, 4, 6])


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_where_no_way_around_is_shorter_it_is_straight(factor):
    start = np.array([1.0, 2.0])
    found = latents_between(start, factor * start, 3, "spherical")
    np.testing.assert_allclose(found[1], (1 + factor) / 2 * start)


@pytest.mark.parametrize("name", ["autoencoder", "VAE"])
def test_a_walk_begins_and_ends_with_the_reconstructions(name):
    coder = small()[name]
    images = between(coder, ROWS[0], ROWS[1], 7)
    expected = np.rint(255 * coder.reconstruct(ROWS[:2])).reshape(2, 28, 28)
    assert images.shape == (7, 28, 28)
    np.testing.assert_allclose(images[[0, -1]], expected, atol=1)


def test_a_plane_shows_where_examples_lie():
    coder = VAE([784, 8, 2])
    images = plane(coder, ROWS, 4)
    assert images.shape == (16, 28, 28)
    low = np.quantile(latents_of(coder, ROWS), 0.1, axis=0)
    expected = np.rint(255 * coder.decode(low[None].astype(np.float32))).reshape(28, 28)
    np.testing.assert_allclose(images[0], expected, atol=1)
    with pytest.raises(ValueError, match="2 latents, not 3"):
        plane(VAE([784, 8, 3]), ROWS, 4)


def test_nudges_grow():
    coder = small()["VAE"]
    images = nudged(coder, ROWS[:5], ROWS, np.array([0.0, 0.5, 2.0]), np.random.default_rng(0))
    assert images.shape == (3, 5, 28, 28)
    np.testing.assert_allclose(
        images[0].reshape(5, -1), np.rint(255 * coder.reconstruct(ROWS[:5])), atol=1
    )
    moved = np.abs(images.astype(int) - images[0]).sum(axis=(1, 2, 3))
    assert 0 == moved[0] < moved[1] < moved[2]


def test_pictures_hold_both():
    coders = small()
    frames = walk_pictures.frames(coders, ROWS[:2], 4, "straight", 2)
    assert len(frames) == 4 and {frame.shape for frame in frames} == {(28 + 56, 56 + 8 + 56)}
    assert walk_pictures.strips(coders, ROWS[:2], 5, "spherical").shape[1] == 2 * (5 * 29 - 1)
    planes = walk_pictures.planes(small(2), ROWS, 6)
    assert planes.shape == (28 + 6 * 28, 2 * 6 * 28 + 8)
    nudges = walk_pictures.nudges(coders, ROWS[:2], ROWS, np.random.default_rng(0))
    assert nudges.shape[1] == 2 * (2 * (6 * 29 - 1)) + 8


def test_pairs_are_of_different_digits_each_as_often():
    first, second = digit_pairs(180)
    pairs, counts = np.unique(10 * first + second, return_counts=True)
    assert len(pairs) == 90 and set(counts) == {2}
    assert (first != second).all()


def test_a_share_is_that_of_the_points_between():
    """By a judge that is sure of pictures nearly dark or nearly bright."""

    class Judge:
        def predict(self, rows):
            return np.stack([rows[:, 0], 1 - rows[:, 0]], axis=1)

    class Grey:
        def encode(self, rows):
            return rows[:, :1]

        def decode(self, z):
            return np.repeat(z, 4, axis=1)

    starts, ends = np.zeros((3, 4)), np.repeat([[1.0], [0.0], [0.5]], 4, axis=1)
    found = sure_shares(Grey(), Judge(), starts, ends, points=13)  # of a way: 1/12 to 11/12
    np.testing.assert_allclose(found, [2 / 11, 1, 2 / 11])


def test_a_mean_has_its_interval():
    mean = Mean.of(np.tile([0.0, 1.0], 200))
    assert mean.value == 0.5
    assert mean.high - 0.5 == pytest.approx(0.5 - mean.low) == pytest.approx(0.049, abs=1e-3)


@pytest.mark.parametrize("way", ["straight", "spherical"])
def test_on_the_way_of_the_vae_a_classifier_is_sure_more_often(way):
    """Of digits in fonts that neither has seen."""
    drawn, rng = Drawn(DIGITS, style=NEAT, split="test"), np.random.default_rng(1)
    starts, ends = (as_rows(drawn.draw(digits, rng)) for digits in digit_pairs(360))
    judge = load("digits")
    autoencoder, vae = (sure_shares(m, judge, starts, ends, way=way) for m in load_coders(16))
    assert Mean.of(vae - autoencoder).low > 0.02
