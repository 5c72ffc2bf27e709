import doctest

import pytest

from env2048.render import ansi, notes
from env2048.render.notes import Notes, format_value

NAN = float("nan")


def test_documented_examples():
    # (the module `ansi` is hidden behind the function of that name in the package)
    assert doctest.testmod(notes).failed == 0
    globs = {"ansi": ansi}
    test = doctest.DocTestFinder().find(ansi, "ansi", globs=globs)[0]
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize(
    ("values", "hint", "expected"),
    [
        ([1, 3, 2, NAN], None, 1),
        ([NAN, NAN, -2, -1], None, 3),
        ([5, 5, NAN, 5], None, 0),
        ([None, 1, None, None], None, 1),
        ([NAN] * 4, None, None),
        ([1, 3, 2, NAN], 2, 2),
        (None, 0, 0),
        (None, None, None),
    ],
)
def test_highlighted_move(values, hint, expected):
    assert Notes(values=values, hint=hint).highlighted == expected


def test_rejects():
    with pytest.raises(ValueError, match="four numbers, not 3"):
        Notes(values=[1, 2, 3])
    with pytest.raises(ValueError, match="0 to 3, not 4"):
        Notes(hint=4)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NAN, "–"),
        (0, "0.000"),
        (-0.1234, "-0.123"),
        (-99.96, "-100.0"),
        (123456.7, "123,457"),
        (12345678.0, "1.23e+07"),
        (float("inf"), "inf"),
        (-float("inf"), "-inf"),
    ],
)
def test_format_value(value, text):
    assert format_value(value) == text
