import numpy as np
import pytest
from PIL import Image

from agents.network_plots import SHOWN, plot_confusion, plot_mistakes
from networks.confusion import Judgement


def judged(classes=10, wrong=SHOWN + 20, count=300):
    labels = np.arange(count) % classes
    answers = np.where(np.arange(count) < wrong, (labels + 1) % classes, labels)
    return Judgement(labels, np.eye(classes, dtype=np.float32)[answers] * 0.9 + 0.01)


def colours(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)


@pytest.mark.parametrize("classes", [10, 40])
def test_mistakes_colour_the_matrix(tmp_path, classes):
    names = "".join(map(chr, range(48, 48 + classes)))
    plot_confusion(judged(classes), names, "digits $ on x", tmp_path / "some.png")
    plot_confusion(judged(classes, wrong=0), names, "digits on x", tmp_path / "none.png")
    orange = [(c[:, 0] > c[:, 2] + 100).sum() for c in map(colours, tmp_path.glob("*.png"))]
    assert min(orange) == 0 < 1000 < max(orange)


def test_the_sheet_shows_the_worst_mistakes(tmp_path):
    """The images of mistakes are bright, all others are black."""
    result = judged()
    images = np.zeros((300, 28, 28), np.uint8)
    images[result.mistakes()[:SHOWN], :, 14:] = 255
    plot_mistakes(result, images, "0123456789", "digits on $x", tmp_path / "all.png")
    black = (colours(tmp_path / "all.png") == 0).all(axis=1).mean()
    few = judged(wrong=3)
    plot_mistakes(few, images, "0123456789", "digits on x", tmp_path / "few.png")
    assert 0.15 < black < 0.5 > (colours(tmp_path / "few.png") == 0).all(axis=1).mean() > 0.05


def test_a_sheet_without_mistakes(tmp_path):
    images = np.zeros((300, 28, 28), np.uint8)
    plot_mistakes(judged(wrong=0), images, "0123456789", "digits on x", tmp_path / "none.svg")
    assert "<svg" in (tmp_path / "none.svg").read_text()
