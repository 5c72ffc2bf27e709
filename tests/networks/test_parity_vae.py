"""Our VAE beside PyTorch's example, on digits of MNIST's format."""

import pytest

from networks.classifier import as_rows
from networks.data import drawn_set

pytest.importorskip("torch")


def test_the_elbo_is_no_worse_at_equal_epochs():
    from torch_vae import compare

    train, test = (as_rows(drawn_set(count, seed=s)[0]) for count, s in ((4000, 1), (1000, 2)))
    found = compare(train, test, epochs=5)
    assert found.ours < found.theirs + 0.5
    assert found.ours < 0.8 * compare(train, test, epochs=0).ours
