"""Data to learn from: IDX files, MNIST and EMNIST, and drawn characters that need no download."""

from networks.data.classes import (
    CAPITALS,
    CLASSES,
    DIGITS,
    LETTERS,
    PUNCTUATION,
    SMALL,
    characters_of,
    labels_of,
)
from networks.data.drawn import Drawn, Style, drawn_set
from networks.data.idx import DataError, read_idx, write_idx
from networks.data.mnist import NAMES, Dataset, load, read_folder, read_pair
from networks.data.sheet import contact_sheet

__all__ = [
    "CAPITALS",
    "CLASSES",
    "DIGITS",
    "LETTERS",
    "NAMES",
    "PUNCTUATION",
    "SMALL",
    "DataError",
    "Dataset",
    "Drawn",
    "Style",
    "characters_of",
    "contact_sheet",
    "drawn_set",
    "labels_of",
    "load",
    "read_folder",
    "read_idx",
    "read_pair",
    "write_idx",
]
