"""A generator of EMNIST, from files as EMNIST has them, on the command line."""

import numpy as np
import pytest

from agents.cli.nets import eval_generator
from networks.data import characters_of, drawn_set, write_idx
from networks.data.mnist import EMNIST_CLASSES

EMNIST = {"letters": "AHT", "byclass": "7AHt"}


@pytest.mark.parametrize("name", EMNIST)
def test_emnist_trains_by_the_same_commands(run, folder, monkeypatch, name):
    """From files as EMNIST has them: names, transposed images, its own labels, gzip."""
    monkeypatch.setattr(eval_generator, "JUDGE_STEPS", 120)
    images, labels = drawn_set(400, EMNIST[name], seed=5)
    own = {c: i for i, c in enumerate(EMNIST_CLASSES[name])}
    stored = np.array([own[character] for character in characters_of(labels)], np.uint8)
    place = folder / "emnist"
    place.mkdir()
    start = f"emnist-{name}-train"
    write_idx(place / f"{start}-images-idx3-ubyte.gz", images.transpose(0, 2, 1))
    write_idx(place / f"{start}-labels-idx1-ubyte.gz", stored)

    common = ("--data", place, "--hold-out", "1/2", "--seed", 1, "--quiet")
    small = ("--hidden", 48, "--latents", 4, "--epochs", 20, "--batch", 20, "--rate", 0.004)
    assert run("nets", "train", "vae", *common, *small, "--out", "v").code == 0
    line = ("--vae", "v", "--blocks", 1, "--epochs", 40, "--batch", 50, "--out", "d")
    assert run("nets", "train", "diffusion", *common, *line).code == 0
    judged = run("nets", "eval", "d", "--count", 100, "--seed", 1, "--json").json
    assert judged["count"] == 100 and judged["accuracy"] > 0.6, judged
    result = run("nets", "sample", "--model", "d", "--labels", "AX", "-o", "a.npz")
    known = "".join(sorted(EMNIST[name]))
    assert result.error.endswith(f"--labels: no class for 'X': the known characters are {known}")
    line = ("--labels", "H", "--count", 30, "-o", "h.npz", "--seed", 1)
    assert run("nets", "sample", "--model", "d", *line).code == 0
    with np.load(folder / "h.npz") as file:
        mean = file["images"].mean(axis=0)
    # An H has more ink to the left and right of its middle than above and below: it is upright.
    assert mean[10:18, 4:10].mean() + mean[10:18, 18:24].mean() > 1.5 * (
        mean[4:10, 10:18].mean() + mean[18:24, 10:18].mean()
    )
