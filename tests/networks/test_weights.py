"""The networks that come with the package."""

from pathlib import Path

import numpy as np
import pytest

import networks.weights
from networks.classifier import Examples, as_rows
from networks.data import CLASSES, Drawn
from networks.generator import DrawnImages
from networks.quality import assess, train_judge
from networks.weights import NAMES, load, load_coders, load_generator

FOLDER = Path(networks.weights.__file__).parent


def test_files_are_small():
    for name in NAMES:
        assert (FOLDER / f"{name}.safetensors").stat().st_size <= 1e6
    generator = [FOLDER / f"diffusion{part}.safetensors" for part in ("", "-vae")]
    assert sum(path.stat().st_size for path in generator) <= 8e6
    assert all(path.stat().st_size <= 1e6 for path in FOLDER.glob("walk-*.safetensors"))


@pytest.mark.parametrize(("split", "least"), [("train", 0.92), ("test", 0.93)])
def test_digits_are_read(split, least):
    """Fonts that it never saw among them; guessing is right in 10%."""
    images, labels = Drawn(split=split, seed=987).batch(1500)
    model = load("digits")
    assert np.mean(model.classify(as_rows(images)) == labels) >= least
    probabilities = model.predict(as_rows(images[:50]))
    assert probabilities.shape == (50, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_letters_are_made_as_asked_for():
    """By a judge of a few seconds; `nets eval diffusion` measures with a better one."""
    drawn = DrawnImages().drawn

    def images(count, seed):
        labels = np.arange(count) % len(CLASSES)
        return Examples(drawn.draw(labels, np.random.default_rng(seed)), labels)

    judge = train_judge(images(30_000, 1), len(CLASSES), epochs=3)
    reference, other = images(740, 2), images(740, 3)
    generator = load_generator()
    assert generator.characters == CLASSES
    made = generator.sample(reference.labels, np.random.default_rng(0))
    found = assess(Examples(made, reference.labels), judge, reference, other)
    assert found.accuracy >= judge.accuracy(reference) - 0.02
    assert found.diversity > 0.75
    assert found.frechet_ratio < 2.5


@pytest.mark.parametrize("latents", [2, 16])
def test_autoencoders_give_digits_back(latents):
    rows, labels = DrawnImages(digits=True)(500, np.random.default_rng(0))
    judge = load("digits")
    for model in load_coders(latents):
        assert model.latents == latents
        right = np.mean(judge.classify(model.reconstruct(rows)) == labels)
        assert right > (0.85 if latents == 16 else 0.4)


def test_unknown_names():
    with pytest.raises(ValueError, match="unknown network 'x': choose digits"):
        load("x")
