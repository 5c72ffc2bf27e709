import numpy as np
import pytest

from agents.ntuple.patterns import NETWORKS, parse_patterns


def test_the_tables_of_patterns():
    patterns = parse_patterns("012,0f,5")
    assert patterns.cells == ("012", "0f", "5")
    assert patterns.packed.dtype == np.uint64
    masks, offsets, small = patterns.packed.T.tolist()
    assert masks == [0xFFF, 0xF00000000000000F, 0xF00000]
    assert offsets == patterns.offsets.tolist()
    assert small == patterns.small.tolist() == [1, 1, 1]
    assert patterns.offsets.tolist() == [0, 4096, 4096 + 256]
    assert patterns.entries == 4096 + 256 + 16
    assert patterns.features == 24


def test_names_and_patterns_are_the_same():
    for name, cells in NETWORKS.items():
        assert parse_patterns(name).cells == cells
        assert parse_patterns(cells).cells == cells
        assert parse_patterns(",".join(cells)).cells == cells
        assert parse_patterns(":".join(cells)).cells == cells


def test_4x6_has_four_patterns_of_six():
    patterns = parse_patterns("4x6")
    assert [len(cells) for cells in patterns.cells] == [6, 6, 6, 6]
    assert patterns.entries == 4 * 16**6


@pytest.mark.parametrize(
    "network",
    ["4x7", "", "012,", ",", "01g", "01 2", "0123456789", "01234567", "ABC", "012;345", [], [""]],
)
def test_unknown_networks(network):
    with pytest.raises(
        ValueError, match=r"unknown network .*: choose 17x4, 6x5, .*, 8x6, or write"
    ):
        parse_patterns(network)


def test_a_cell_twice():
    with pytest.raises(ValueError, match="pattern '0121' names a cell twice"):
        parse_patterns("012,0121")
