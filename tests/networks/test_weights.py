"""The networks that come with the package."""

from pathlib import Path

import numpy as np
import pytest

import networks.weights
from networks.classifier import as_rows
from networks.data import Drawn
from networks.weights import NAMES, load


def test_files_are_small():
    for name in NAMES:
        path = Path(networks.weights.__file__).parent / f"{name}.safetensors"
        assert path.stat().st_size <= 1e6


@pytest.mark.parametrize(("split", "least"), [("train", 0.92), ("test", 0.93)])
def test_digits_are_read(split, least):
    """Fonts that it never saw among them; guessing is right in 10%."""
    images, labels = Drawn(split=split, seed=987).batch(1500)
    model = load("digits")
    assert np.mean(model.classify(as_rows(images)) == labels) >= least
    probabilities = model.predict(as_rows(images[:50]))
    assert probabilities.shape == (50, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_unknown_names():
    with pytest.raises(ValueError, match="unknown network 'x': choose digits"):
        load("x")
