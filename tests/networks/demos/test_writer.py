"""The letter writer: lines, places, pictures."""

import numpy as np
import pytest
from PIL import Image

from networks.data import CLASSES, Drawn, labels_of
from networks.demos.pictures import (
    THEMES,
    enlarged,
    titled,
    write_animation,
    write_picture,
)
from networks.demos.writer import LINE, MARGIN, SPACE, Layout, WriterError, wrapped


def test_lines_are_broken_between_words_and_where_the_text_says():
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("one\n\ntwo", 7) == ["one", "", "two"]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrapped("a\r\nb", 4) == ["a", "b"]


def test_typographic_marks_become_plain_ones():
    assert wrapped("“It’s” – so", 20) == ['"It\'s" - so']


def test_unknown_characters_are_named_once_each():
    with pytest.raises(WriterError, match=r"no letters for 'é' '€': the known characters are 0123"):
        wrapped("é€é a", 10)
    with pytest.raises(WriterError, match="no letters for 'a': the known characters are 01"):
        wrapped("a1", 10, "01")
    for text in ("", " \n"):
        with pytest.raises(WriterError, match="nothing to write"):
            wrapped(text, 10)


def bars(*spans):
    """Images with ink between two columns."""
    images = np.zeros((len(spans), 28, 28), np.uint8)
    for image, (left, right) in zip(images, spans, strict=True):
        image[5:20, left:right] = 200
    return images


def columns(picture, rows=slice(None)):
    """The first and last column of each bar in a picture."""
    ink = np.flatnonzero(np.diff(np.pad((picture[rows] > 0).any(axis=0).astype(int), 1)))
    return [(int(a), int(b)) for a, b in ink.reshape(-1, 2)]


def test_letters_stand_a_gap_apart_whatever_their_width():
    letters = bars((10, 13), (4, 24), (13, 14))
    picture = Layout.of(["abc"], letters).set(letters)
    assert columns(picture) == [(MARGIN, MARGIN + 3), (MARGIN + 5, MARGIN + 25),
                                (MARGIN + 27, MARGIN + 28)]  # fmt: skip
    assert picture.shape == (28 + 2 * MARGIN, MARGIN + 28 + MARGIN)


def test_spaces_and_lines():
    letters = bars((10, 13), (10, 13), (10, 13))
    picture = Layout.of(["a b", "c"], letters).set(letters)
    assert columns(picture, slice(0, MARGIN + 28)) == [
        (MARGIN, MARGIN + 3), (MARGIN + 5 + SPACE, MARGIN + 8 + SPACE)
    ]  # fmt: skip
    assert columns(picture, slice(MARGIN + LINE, None)) == [(MARGIN, MARGIN + 3)]
    rows = np.flatnonzero((picture > 0).any(axis=1))
    assert rows[0] == MARGIN + 5 and rows[-1] == MARGIN + LINE + 19


def test_letters_that_overlap_keep_all_ink():
    """Images are wider than the letters: a frame of noise may have ink everywhere."""
    letters = bars((10, 13), (10, 13))
    layout = Layout.of(["ab"], letters)
    noise = np.full((2, 28, 28), 99, np.uint8)
    noise[1] = 120
    picture = layout.set(noise)
    assert (picture[MARGIN : MARGIN + 28] > 0).all()
    assert set(np.unique(picture)) == {0, 99, 120}


def test_a_letter_without_ink_takes_no_place():
    letters = np.zeros((1, 28, 28), np.uint8)
    assert Layout.of(["a"], letters).set(letters).max() == 0


def test_real_letters_stand_on_one_line():
    text = "Hxz."
    letters = Drawn(CLASSES, framing="line").draw(labels_of(text), np.random.default_rng(0))
    picture = Layout.of([text], letters).set(letters)
    spans = columns(np.where(picture >= 64, picture, 0))
    assert len(spans) == 4
    bottoms = [np.flatnonzero((picture[:, a:b] >= 64).any(axis=1))[-1] for a, b in spans]
    assert max(bottoms) - min(bottoms) <= 5


@pytest.mark.parametrize("theme", THEMES)
def test_themes_paint_paper_and_ink(tmp_path, theme):
    grey = np.zeros((4, 6), np.uint8)
    grey[1, 2] = 255
    write_picture(tmp_path / "a.png", grey, THEMES[theme])
    with Image.open(tmp_path / "a.png") as image:
        found = np.asarray(image.convert("RGB"))
    assert tuple(found[0, 0]) == THEMES[theme].paper and tuple(found[1, 2]) == THEMES[theme].ink


def test_animations_end_with_a_rest(tmp_path):
    frames = [np.full((8, 9), value, np.uint8) for value in (0, 100, 255)]
    write_animation(tmp_path / "a.gif", frames, THEMES["dark"])
    with Image.open(tmp_path / "a.gif") as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (9, 8), 0)
        durations = []
        for i in range(3):
            film.seek(i)
            durations.append(film.info["duration"])
            last = np.asarray(film.convert("RGB"))[0, 0]
    assert durations == [60, 60, 2000]
    assert tuple(last) == THEMES["dark"].ink


def test_pictures_can_be_enlarged_and_named():
    grey = np.zeros((28, 60), np.uint8)
    assert enlarged(grey, 3).shape == (84, 180)
    named = titled(grey, "VAE")
    assert named.shape == (56, 60)
    assert named[:28].max() > 100 and named[28:].max() == 0
