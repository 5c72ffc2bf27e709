"""The characters that the image data and the models know, in one order.

First EMNIST's (Cohen et al. 2017, the "byclass" split): the digits 0 to 9, the capitals A to Z, the
small letters a to z, labels 0 to 61; then the punctuation that a sentence needs, labels 62 to 73.
Every data set here uses these labels, so a label means the same character everywhere.
"""

import string
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

DIGITS = string.digits
CAPITALS = string.ascii_uppercase
SMALL = string.ascii_lowercase
LETTERS = CAPITALS + SMALL
PUNCTUATION = ".,!?'\"-:;()&"

CLASSES = DIGITS + LETTERS + PUNCTUATION
"""Every character; its label is its place here."""

LOOK_ALIKES = tuple(letter.upper() + letter for letter in "ckopsuvwxz")
"""Letters whose capital and small form differ in size alone: a judge of single images may treat
them as one class each. `0` and `O`, `1`, `I` and `l` are as close."""

_LABELS = {character: label for label, character in enumerate(CLASSES)}


def labels_of(characters: Iterable[str]) -> NDArray[np.int64]:
    """The labels of characters, int64 [n].

    Example:
        >>> labels_of("1Aa.").tolist()
        [1, 10, 36, 62]

    Raises:
        ValueError: naming every character that has no class.
    """
    characters = list(characters)
    unknown = sorted({character for character in characters if character not in _LABELS})
    if unknown:
        names = " ".join(repr(character) for character in unknown)
        raise ValueError(f"no class for {names}: the known characters are {CLASSES}")
    return np.array([_LABELS[character] for character in characters], dtype=np.int64)


def characters_of(labels: Iterable[int] | NDArray[np.integer]) -> str:
    """The characters of labels, as one string.

    Example:
        >>> characters_of([1, 10, 36, 62])
        '1Aa.'

    Raises:
        ValueError: for a label outside 0 to 73.
    """
    numbers = [int(label) for label in labels]
    for number in numbers:
        if not 0 <= number < len(CLASSES):
            raise ValueError(f"label {number}: expected 0 to {len(CLASSES) - 1}")
    return "".join(CLASSES[number] for number in numbers)
