"""Latent diffusion: settings, what it learns from, that letters come out that a judge can read."""

import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from networks.classifier import Examples
from networks.data import CLASSES, drawn_set, labels_of
from networks.generator import (
    EPOCH,
    DrawnImages,
    FreshBatches,
    Generator,
    OwnImages,
    as_images,
    autoencoder_trainer,
    diffusion_trainer,
    sampled_latents,
)
from networks.generator_config import AutoencoderConfig, DiffusionConfig
from networks.models import VAE, Autoencoder, Diffusion, Sampling
from networks.quality import train_judge

OWN = Examples(*drawn_set(600, "017", seed=3))


@pytest.fixture(scope="module")
def generator():
    """Three characters, learned in a few seconds."""
    source = OwnImages(OWN)
    batches = FreshBatches(source, 50)
    config = AutoencoderConfig(hidden=(64,), latents=6, epochs=25, batch=50, rate=0.003)
    vae = autoencoder_trainer(config, batches)
    vae.fit(batches)
    latents = FreshBatches(source, 100, vae.model)
    small = DiffusionConfig(
        hidden=64, inner=64, blocks=2, condition=32, epochs=70, batch=100, rate=0.004, average=0.99
    )
    diffusion = diffusion_trainer(small, latents)
    diffusion.fit(latents)
    return Generator(vae.model, diffusion.model.averaged())


def test_what_was_asked_for_comes_out(generator):
    """By a judge of other images; untrained, or asked for others, it is right by chance."""
    judge = train_judge(Examples(*drawn_set(3000, "017", seed=4)), 10, epochs=4)
    labels = np.tile([0, 1, 7], 60)
    images = generator.sample(labels, np.random.default_rng(0))
    assert images.shape == (180, 28, 28) and images.dtype == np.uint8
    assert judge.accuracy(Examples(images, labels)) > 0.8
    assert len({image.tobytes() for image in images}) == 180
    untrained = Generator(generator.vae, Diffusion(6, classes=8, hidden=8, inner=8, condition=8))
    images = untrained.sample(labels, np.random.default_rng(0))
    assert judge.accuracy(Examples(images, labels)) < 0.6


def test_a_film_begins_with_noise_and_ends_with_the_sample(generator):
    labels, counts = np.array([0, 1, 7]), []
    film = generator.film(labels, np.random.default_rng(3), Sampling(7), counts.append)
    assert len(film) == 8 and counts == list(range(1, 9))
    sample = generator.sample(labels, np.random.default_rng(3), Sampling(7))
    np.testing.assert_array_equal(film[-1], sample)
    others = generator.film(np.array([7, 0, 1]), np.random.default_rng(3), Sampling(7))
    np.testing.assert_array_equal(film[0], others[0])
    assert not np.array_equal(film[-1], others[-1])


def test_a_seed_repeats_a_sample(generator):
    labels = np.tile([0, 1, 7], 100)
    first, again, other = (generator.sample(labels, np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_parts_that_do_not_fit():
    with pytest.raises(ValueError, match="3 latents does not go with a diffusion model of 4"):
        Generator(VAE([784, 8, 3]), Diffusion(4))


def test_drawn_images_have_no_end():
    rng = np.random.default_rng(0)
    source = DrawnImages()
    rows, labels = source(300, rng)
    assert rows.shape == (300, 784) and rows.dtype == np.float32 and rows.max() <= 1
    assert set(labels) <= set(range(len(CLASSES))) and source.classes == 74
    assert not np.array_equal(source(300, rng)[0], rows)
    digits = DrawnImages(digits=True)
    assert digits.classes == 10 and digits(50, rng)[1].max() < 10
    assert len(FreshBatches(source, 256)) == -(-EPOCH // 256)


def test_images_of_ones_own_change_a_little_and_keep_their_label():
    source = OwnImages(OWN)
    assert source.epoch == 600 and source.classes == 8
    rows, labels = source(100, np.random.default_rng(0))
    own = OWN.images.reshape(600, -1) / 255
    distances = ((rows[:, None] - own) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    assert np.mean(OWN.labels[nearest] == labels) > 0.95
    assert distances.min(axis=1).min() > 0
    stronger = OwnImages(OWN, distort=2)(100, np.random.default_rng(0))[0]
    assert np.mean((stronger[:, None] - own) ** 2) > np.mean((rows[:, None] - own) ** 2)
    unchanged, labels = OwnImages(OWN, distort=0)(100, np.random.default_rng(0))
    distances = ((unchanged[:, None] - own) ** 2).sum(axis=2)
    np.testing.assert_allclose(distances.min(axis=1), 0, atol=1e-9)
    assert (OWN.labels[distances.argmin(axis=1)] == labels).all()
    assert source.characters == "017"


def test_latents_are_sampled_from_what_the_encoder_says():
    vae = VAE([784, 16, 3])
    rows = np.repeat(np.random.default_rng(0).random((1, 784), dtype=np.float32), 20_000, axis=0)
    z = sampled_latents(vae, rows, np.random.default_rng(1))
    mu, log_sigma = vae.encode(rows[:1])
    np.testing.assert_allclose(z.mean(axis=0), mu[0], atol=0.05 * np.exp(log_sigma).max())
    np.testing.assert_allclose(z.std(axis=0), np.exp(log_sigma[0]), rtol=0.05)
    batches = FreshBatches(OwnImages(OWN), 64, vae)
    found = list(batches(np.random.default_rng(0)))
    assert len(found) == len(batches) == 10
    assert {z.shape for z, _ in found} == {(64, 3)}


def test_settings_reach_the_model():
    batches = FreshBatches(OwnImages(OWN), 64)
    config = AutoencoderConfig(hidden=(9, 8), latents=3, beta=0.5, likelihood="bernoulli")
    vae = autoencoder_trainer(config, batches).model
    assert isinstance(vae, VAE)
    assert vae.config() == {
        "sizes": [784, 9, 8, 3], "activation": "gelu", "likelihood": "bernoulli", "beta": 0.5,
        "warm_up": 0,
    }  # fmt: skip
    plain = autoencoder_trainer(replace(config, model="autoencoder"), batches).model
    assert isinstance(plain, Autoencoder) and plain.latents == 3
    settings = DiffusionConfig(hidden=5, inner=6, blocks=1, condition=4, schedule="linear")
    model = diffusion_trainer(settings, replace(batches, vae=vae)).model
    found = model.config()
    assert {name: found[name] for name in ("hidden", "inner", "blocks", "schedule", "classes")} == {
        "hidden": 5, "inner": 6, "blocks": 1, "schedule": "linear", "classes": 8
    }  # fmt: skip
    z = np.concatenate([sampled_latents(vae, batches.source(500, np.random.default_rng(9))[0],
                                        np.random.default_rng(i)) for i in range(3)])  # fmt: skip
    np.testing.assert_allclose(model.mean[:, 0], z.mean(axis=0), atol=0.2)
    np.testing.assert_allclose(model.deviation[:, 0], z.std(axis=0), rtol=0.1)


def test_settings_survive_a_file():
    for config in (AutoencoderConfig(hidden=(5, 6)), DiffusionConfig(blocks=7)):
        kept = asdict(config)
        if "model" in kept:
            kept["hidden"] = list(kept["hidden"])
        assert type(config).from_dict(kept) == config
        with pytest.raises(ValueError, match="unknown setting 'color': choose "):
            type(config).from_dict({"color": 1})


WRONG = [
    (AutoencoderConfig, "latents", 0, "latents must be 1 to 1000, not 0"),
    (AutoencoderConfig, "beta", -1, "beta must be 0 to 1000, not -1"),
    (AutoencoderConfig, "hidden", (), "hidden must be sizes from 1 to 10000, not []"),
    (AutoencoderConfig, "activation", "step", "activation must be one of sigmoid"),
    (AutoencoderConfig, "likelihood", "x", "likelihood must be one of bernoulli"),
    (DiffusionConfig, "batch", 1, "batch must be 2 to 100000, not 1"),
    (DiffusionConfig, "untold", 1.5, "untold must be 0 to 1, not 1.5"),
    (DiffusionConfig, "average", 1, "average must be 0 to 0.999999, not 1"),
    (DiffusionConfig, "rate", "x", "rate must be 0 to 10, not x"),
    (DiffusionConfig, "schedule", "x", "schedule must be one of cosine, linear, not 'x'"),
]


@pytest.mark.parametrize(("kind", "name", "value", "words"), WRONG)
def test_settings_out_of_range(kind, name, value, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        kind(**{name: value})


def test_grey_values_become_bytes():
    rows = np.zeros((2, 784), np.float32)
    rows[0, 1], rows[1, 2] = 1, 0.5
    images = as_images(rows)
    assert images.shape == (2, 28, 28) and images.dtype == np.uint8
    assert (images[0, 0, 1], images[1, 0, 2], images[1, 0, 1]) == (255, 128, 0)


def test_characters_are_those_of_the_classes():
    generator = Generator(VAE([784, 8, 3]), Diffusion(3, classes=62, hidden=8, inner=8))
    assert generator.characters == CLASSES[:62]
    assert labels_of(generator.characters).max() == 61
