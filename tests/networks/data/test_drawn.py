from dataclasses import replace

import numpy as np
import pytest

from networks.data.classes import CLASSES, DIGITS, LETTERS, labels_of
from networks.data.drawn import LINE_STYLE, MNIST_STYLE, Drawn, Style, drawn_set
from networks.data.fontlist import HANDWRITING, HELD_OUT, PRINT
from networks.data.framing import BASELINE, FRAME

STILL = Style(pen=(0.9, 0.9), blur=(1.0, 1.0))
"""Nothing is left to chance but the font."""


def extents(images):
    """First and last row and column with ink, [N, 4] (top, bottom, left, right)."""
    ink = images > 0
    rows, columns = ink.any(axis=2), ink.any(axis=1)
    ends = [
        (side.argmax(axis=1), side.shape[1] - 1 - side[:, ::-1].argmax(axis=1))
        for side in (rows, columns)
    ]
    return np.stack([*ends[0], *ends[1]], axis=1)


@pytest.mark.parametrize("framing", ["mnist", "line"])
def test_a_seed_gives_the_same_images(framing):
    first, again, other = (
        Drawn(CLASSES, framing=framing, seed=seed).batch(300) for seed in (5, 5, 6)
    )
    assert first[0].shape == (300, 28, 28) and first[0].dtype == np.uint8
    assert first[1].shape == (300,) and first[1].dtype == np.int64
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


def test_a_fixed_set_is_the_first_batch():
    images, labels = drawn_set(40, "AB", framing="line", seed=3)
    again, labels_again = Drawn("AB", framing="line", seed=3).batch(40)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)


def test_a_generator_given_decides_alone():
    drawn = Drawn(seed=1)
    first = drawn.batch(20, np.random.default_rng(9))
    drawn.batch(20)
    second = drawn.batch(20, np.random.default_rng(9))
    np.testing.assert_array_equal(first[0], second[0])


def test_every_batch_is_new():
    drawn = Drawn("7")
    images = np.concatenate([drawn.batch(200)[0], drawn.batch(200)[0]])
    assert len(np.unique(images.reshape(400, -1), axis=0)) == 400


def test_classes_are_drawn_equally_often():
    _, labels = Drawn("&aZ0aa").batch(6000)
    values, counts = np.unique(labels, return_counts=True)
    assert values.tolist() == sorted(labels_of("&aZ0"))
    assert np.all(abs(counts - 1500) < 5 * np.sqrt(1500))


def test_nothing_to_draw():
    assert Drawn().batch(0)[0].shape == (0, 28, 28)


def test_framed_as_mnist():
    images, _ = Drawn(DIGITS + LETTERS, style=MNIST_STYLE).batch(3000)
    top, bottom, left, right = extents(images).T
    height, width = bottom - top + 1, right - left + 1
    assert max(height.max(), width.max()) == 20
    assert np.quantile(np.maximum(height, width), 0.01) >= 19
    mass = images.sum(axis=(1, 2), dtype=float)
    places = np.arange(FRAME) + 0.5
    for sums, low, high in ((images.sum(axis=2), top, bottom), (images.sum(axis=1), left, right)):
        off = abs(sums @ places / mass - FRAME / 2)
        free = (low > 0) & (high < FRAME - 1)  # else the edge of the image stops it
        assert free.mean() > 0.95
        assert off[free].max() <= 0.5 + 1e-6


def test_on_the_line():
    """Capitals stand on the baseline, are twice a small x apart from it, and p hangs below."""
    drawn = Drawn("HEzxpl", framing="line", style=STILL)
    ends = {}
    for character in "HEzxpl":
        images = drawn.draw(np.repeat(labels_of(character), 200))
        ends[character] = extents(images * (images > 127))
    for character in "HEzxl":
        bottom = ends[character][:, 1] + 1
        assert abs(np.median(bottom) - BASELINE) <= 0.5
        assert np.quantile(abs(bottom - BASELINE), 0.8) <= 1
    height = {each: np.median(rows[:, 1] - rows[:, 0] + 1) for each, rows in ends.items()}
    assert 14 <= height["H"] <= 17
    assert 0.5 * height["H"] < height["x"] < 0.8 * height["H"]
    assert np.median(ends["p"][:, 1] + 1) >= BASELINE + 3
    middle = (ends["H"][:, 2] + ends["H"][:, 3] + 1) / 2
    assert abs(middle - FRAME / 2).max() <= 1


def test_marks_keep_their_place_on_the_line():
    drawn = Drawn("',.-", framing="line", style=STILL)
    centres = {}
    for character in "',.-":
        images = drawn.draw(np.repeat(labels_of(character), 100)).astype(float)
        rows = images.sum(axis=2)
        centres[character] = np.median(rows @ np.arange(FRAME) / rows.sum(axis=1))
    assert centres["'"] < centres["-"] < centres["."] < centres[","]


def test_nothing_is_cut_on_the_line():
    images, _ = Drawn(CLASSES, framing="line").batch(4000)
    rim = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert (rim.max(axis=1) > 127).mean() < 0.005
    assert np.median(rim.max(axis=1)) == 0


@pytest.mark.parametrize("framing", ["mnist", "line"])
def test_ink_is_ink_and_paper_is_paper(framing):
    images, _ = Drawn(CLASSES, framing=framing).batch(2000)
    assert np.quantile(images.max(axis=(1, 2)), 0.01) > 140
    assert ((images > 0).mean(axis=(1, 2)) < 0.75).all()


def test_pen_and_blur_and_contrast():
    def mean(style):
        return Drawn("H", framing="line", style=style).batch(200)[0].astype(float)

    thin, thick = (mean(replace(STILL, pen=(pen, pen))) for pen in (0.6, 1.6))
    assert thick.mean() > 1.4 * thin.mean()
    sharp, soft = (mean(replace(STILL, blur=(blur, blur))) for blur in (0.6, 1.6))
    grey = [((image > 0) & (image < 255)).mean() for image in (sharp, soft)]
    assert grey[1] > 1.3 * grey[0]
    assert mean(replace(STILL, contrast=0.5)).max(axis=(1, 2)).min() < 150


def test_fonts_for_testing_are_not_trained_on():
    train, test = Drawn(CLASSES), Drawn(CLASSES, split="test")
    assert set(test.fonts) == HELD_OUT
    assert set(train.fonts) == {*HANDWRITING, *PRINT} - HELD_OUT


def test_strokes_are_for_training_alone():
    style = replace(STILL, pen=(1.2, 1.2))
    fonts, strokes, test = (
        Drawn("3", style=style, seed=1, **how).batch(300)[0].reshape(300, -1)
        for how in ({"strokes": 0.0}, {"strokes": 1.0}, {"split": "test", "strokes": 1.0})
    )
    # A font has one 3, the pen a hundred.
    assert len(np.unique(fonts, axis=0)) <= len(Drawn().fonts)
    assert len(np.unique(strokes, axis=0)) > len(Drawn().fonts)
    assert len(np.unique(test, axis=0)) <= len(HELD_OUT)


@pytest.mark.parametrize(("classes", "least"), [(DIGITS, 0.65), ("AbdEGhNqRT&?", 0.75)])
def test_what_is_learned_holds_for_other_fonts(classes, least):
    """Least squares on 6,000 images; by chance a tenth would be right."""
    style = replace(LINE_STYLE, rotation=4)
    train = drawn_batch(Drawn(classes, framing="line", style=style), 6000)
    test = drawn_batch(Drawn(classes, framing="line", style=style, split="test", seed=1), 1500)
    targets = np.eye(len(CLASSES))[train[1]]
    gram = train[0].T @ train[0] + 30 * np.eye(train[0].shape[1])
    weights = np.linalg.solve(gram, train[0].T @ targets)
    assert ((test[0] @ weights).argmax(axis=1) == test[1]).mean() > least


def drawn_batch(drawn, count):
    images, labels = drawn.batch(count)
    pooled = images.reshape(count, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(count, -1) / 255
    return np.hstack([pooled, np.ones((count, 1))]), labels


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"classes": "ab#"}, "'#'"),
        ({"classes": ""}, "empty"),
        ({"framing": "round"}, "mnist or line"),
        ({"split": "all"}, "train or test"),
        ({"strokes": 1.1}, "0 to 1"),
    ],
)
def test_wrong_arguments(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        Drawn(**arguments)


def test_labels_that_are_not_drawn():
    with pytest.raises(ValueError, match="'01'"):
        Drawn("01").draw(np.array([0, 2]))
