import numpy as np
import pytest

from networks.data.classes import CLASSES, LOOK_ALIKES, characters_of, labels_of


def test_emnist_order_first_then_punctuation():
    assert CLASSES[:62] == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    assert CLASSES[62:] == ".,!?'\"-:;()&"
    assert len(set(CLASSES)) == 74


def test_labels_and_characters_are_inverse():
    labels = labels_of(CLASSES)
    assert labels.dtype == np.int64 and labels.tolist() == list(range(74))
    assert characters_of(labels) == CLASSES
    assert labels_of("").shape == (0,)


def test_every_unknown_character_is_named():
    with pytest.raises(ValueError, match=r"'#' 'é': the known"):
        labels_of("a#bé#")


@pytest.mark.parametrize("label", [-1, 74])
def test_labels_out_of_range(label):
    with pytest.raises(ValueError, match="expected 0 to 73"):
        characters_of([3, label])


def test_look_alikes_are_pairs_of_case():
    assert all(small == capital.lower() for capital, small in LOOK_ALIKES)
