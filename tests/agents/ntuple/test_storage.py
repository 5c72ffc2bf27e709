"""Networks in files: exact and compact round trips, and files that are damaged or meant to harm."""

import zlib
from dataclasses import replace

import numpy as np
import pytest

from agents.errors import AgentFileError
from agents.ntuple import storage
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import parse_patterns
from agents.ntuple.storage import pack_compact, pack_network, unpack_network
from agents.training import resources


@pytest.fixture(scope="module")
def network(trained_network):
    return trained_network("0123,0145,5", 100)


def squeeze(array):
    return np.frombuffer(zlib.compress(np.asarray(array, np.uint8).tobytes(), 9), np.uint8)


@pytest.mark.parametrize("columns", [1, 3])
def test_exact_round_trip(columns, network):
    network = NTupleNetwork(network.patterns, np.ascontiguousarray(network.table[:, :columns]))
    tensors, metadata = pack_network(network)
    loaded = unpack_network(tensors, metadata, "file")
    assert loaded.patterns.cells == network.patterns.cells
    assert loaded.table.dtype == np.float32
    assert loaded.table.tobytes() == network.table.tobytes()
    assert tensors["touched"].nbytes == network.patterns.entries // 8
    # Only what learning has touched is kept.
    assert 0 < len(tensors["entries"]) < 0.2 * network.patterns.entries


@pytest.mark.parametrize("pack", [pack_network, pack_compact])
def test_stages_and_the_limit_are_kept(pack, network):
    network = replace(network.split(64).split(512), limit=4096, missing=256)
    network.table[:, 0] *= np.repeat([1, 2, 3], network.patterns.entries)
    loaded = unpack_network(*pack(network), "file")
    assert (loaded.splits, loaded.limit, loaded.missing) == ((64, 512), 4096, 256)
    np.testing.assert_allclose(loaded.table[:, 0], network.table[:, 0], rtol=0.01, atol=5)


def test_exact_keeps_an_entry_whose_weight_came_back_to_zero():
    """With TC its errors count all the same: a resumed run would go another way without them."""
    network = NTupleNetwork.zeros(parse_patterns("01"), 3)
    network.table[77] = 0, -2, 6
    tensors, metadata = pack_network(network)
    assert unpack_network(tensors, metadata, "file").table[77].tolist() == [0, -2, 6]


def test_an_untrained_network(tmp_path):
    empty = NTupleNetwork.zeros(parse_patterns("012,145"), 3)
    for pack in (pack_network, pack_compact):
        tensors, metadata = pack(empty)
        assert not unpack_network(tensors, metadata, "file").table.any()


def test_compact_is_wrong_by_half_a_level_at_most(network):
    tensors, metadata = pack_compact(network)
    loaded = unpack_network(tensors, metadata, "file").table[:, 0]
    weights = network.table[:, 0]
    assert loaded.shape == weights.shape
    ends = [*network.patterns.offsets[1:], network.patterns.entries]
    for p, (start, end) in enumerate(zip(network.patterns.offsets, ends, strict=True)):
        part = slice(int(start), int(end))
        touched = weights[part] != 0
        bent, loaded_bent = (np.arcsinh(w[part][touched] / 2000.0) for w in (weights, loaded))
        assert tensors["step"][p] == pytest.approx((bent.max() - bent.min()) / 2047)
        errors = np.abs(loaded_bent - bent)
        assert errors.max() <= tensors["step"][p] * 0.501
        assert errors.max() > tensors["step"][p] * 0.3  # it was in fact rounded
        assert not loaded[part][~touched].any()
    assert sum(tensor.nbytes for tensor in tensors.values()) < 0.3 * sum(
        tensor.nbytes for tensor in pack_network(network)[0].values()
    )


def test_compact_keeps_small_weights_beside_a_huge_one():
    network = NTupleNetwork.zeros(parse_patterns("01"))
    network.table[:101, 0] = np.arange(-50, 51)
    network.table[200] = 500_000
    loaded = unpack_network(*pack_compact(network), "file").table[:, 0]
    assert np.abs(loaded - network.table[:, 0])[:101].max() < 4
    assert loaded[200] == pytest.approx(500_000, rel=1e-3)


def test_compact_of_equal_weights_is_exact():
    network = NTupleNetwork.zeros(parse_patterns("01"))
    network.table[[3, 99]] = 2.5
    loaded = unpack_network(*pack_compact(network), "file")
    np.testing.assert_allclose(loaded.table, network.table, rtol=1e-6)


def unpack_forged(tensors, metadata):
    """What `unpack_network` makes of a file whose checksum somebody made fit."""
    if "sha256" in metadata:
        metadata = metadata | {"sha256": storage.checksum(tensors)}
    return unpack_network(tensors, metadata, "file")


def exact(network, **changes):
    tensors, metadata = pack_network(network)
    return tensors | {k: v for k, v in changes.items() if k in tensors}, metadata | {
        k: v for k, v in changes.items() if k in metadata
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"patterns": ["0123", "0145"]}, "touched: .* belongs"),
        ({"patterns": ["0123", "0145", "56"]}, "touched: .* belongs"),
        ({"patterns": []}, "unknown network"),
        ({"patterns": ["0123", "xyz"]}, "unknown network"),
        ({"patterns": [1, 2, 3]}, "patterns: not a list"),
        ({"patterns": None}, "patterns: not a list"),
        ({"splits": [64, 64]}, "splits: .* do not rise"),
        ({"splits": [3]}, "splits must be a tile"),
        ({"splits": 64}, "not iterable"),
        ({"splits": [64]}, r"touched: .* belongs"),
        ({"limit": 3}, "limit must be a tile from 2 to 16384, not 3"),
        ({"limit": "a"}, "limit must be a tile"),
        ({"missing": 3}, "missing must be a tile from 2 to 16384, not 3"),
        ({"storage": "zip"}, "no 'zip'"),
        ({"storage": ["exact"]}, "unhashable"),
        ({"touched": np.zeros(10, np.uint8)}, r"touched: uint8 \(10,\) where uint8"),
        ({"touched": np.zeros((131_072 + 16) // 8, np.float32)}, "touched: float32"),
        ({"entries": np.zeros((5, 3), np.float32)}, r"entries: float32 \(5, 3\) where"),
        ({"entries": np.zeros((1, 3), np.float32)}, "entries"),
        ({"entries": np.zeros(3, np.float32)}, "entries"),
        ({"entries": np.float32(3).reshape(())}, "entries"),
        ({"entries": np.zeros((0, 1 << 40), np.float32)}, "entries"),  # as wide as the memory
    ],
)
def test_damaged_exact(changes, reason, network):
    with pytest.raises(
        AgentFileError, match=rf"^a/file: the network in it is damaged \(.*{reason}"
    ):
        unpack_network(*exact(network, **changes), "a/file")


@pytest.mark.parametrize("kind", [np.float64, np.int32])
def test_entries_of_another_type(kind, network):
    entries = pack_network(network)[0]["entries"].astype(kind)
    with pytest.raises(AgentFileError, match="entries"):
        unpack_network(*exact(network, entries=entries), "file")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(value, network):
    entries = pack_network(network)[0]["entries"].copy()
    entries[5, 0] = value
    with pytest.raises(AgentFileError, match="entries: not all are finite"):
        unpack_network(*exact(network, entries=entries), "file")
    tensors, metadata = pack_compact(network)
    tensors["step"][1] = value
    with pytest.raises(AgentFileError, match="step: not all are finite"):
        unpack_forged(tensors, metadata)


@pytest.mark.parametrize("pack", [pack_network, pack_compact])
def test_anything_missing(pack, network):
    tensors, metadata = pack(network)
    for name in tensors:
        rest = {key: tensor for key, tensor in tensors.items() if key != name}
        with pytest.raises(AgentFileError, match=rf"damaged \(no '{name}'\)"):
            unpack_forged(rest, metadata)
    for name in ("patterns", "storage"):
        rest = {key: value for key, value in metadata.items() if key != name}
        with pytest.raises(AgentFileError, match=rf"damaged \(no '{name}'\)"):
            unpack_forged(tensors, rest)


@pytest.mark.parametrize("name", ["touched", "codes", "low", "step"])
def test_damaged_compact(name, network):
    tensors, metadata = pack_compact(network)
    for damaged in (tensors[name][: len(tensors[name]) // 2], tensors[name][:0]):
        with pytest.raises(AgentFileError, match=r"^file: the network in it is damaged"):
            unpack_forged(tensors | {name: damaged}, metadata)


def test_compact_whose_parts_do_not_fit_together(network):
    tensors, metadata = pack_compact(network)
    codes = zlib.decompress(tensors["codes"].tobytes())
    for wrong in (codes[:-1], codes + b"\0"):
        wrong = squeeze(np.frombuffer(wrong, np.uint8))
        with pytest.raises(AgentFileError, match=f"bytes where {len(codes)} belong"):
            unpack_forged(tensors | {"codes": wrong}, metadata)
    with pytest.raises(AgentFileError, match="damaged"):
        unpack_forged(tensors | {"codes": tensors["low"]}, metadata)


def test_a_bomb_is_not_unpacked(network, monkeypatch):
    """A few kilobytes that unpack to gigabytes: no more than belongs is ever unpacked."""
    tensors, metadata = pack_compact(network)
    bomb = squeeze(np.zeros(20_000_000, np.uint8))
    assert bomb.nbytes < 25_000
    unpacked = []
    decompress = storage.zlib.decompressobj

    class Watched:
        def __init__(self):
            self._stream = decompress()

        def decompress(self, data, limit):
            result = self._stream.decompress(data, limit)
            unpacked.append(len(result))
            return result

    monkeypatch.setattr(storage.zlib, "decompressobj", Watched)
    for name in ("touched", "codes"):
        with pytest.raises(AgentFileError, match="bytes where"):
            unpack_forged(tensors | {name: bomb}, metadata)
    touched = np.count_nonzero(network.table[:, 0])
    assert max(unpacked) <= max(network.patterns.entries // 8, 2 * touched) + 1


@pytest.mark.parametrize("kind", ["exact", "compact"])
def test_a_claim_of_huge_patterns_is_checked_before_anything_is_made(kind, network, monkeypatch):
    tensors, metadata = (pack_network if kind == "exact" else pack_compact)(network)
    metadata["patterns"] = ["0123456"] * 1000  # 268 billion entries

    def refuse(*arguments):
        raise AssertionError("memory was taken")

    monkeypatch.setattr(storage, "_decompress", refuse)
    monkeypatch.setattr(storage.NTupleNetwork, "zeros", refuse)
    monkeypatch.setattr(resources, "free_memory", lambda: 64_000_000_000)
    with pytest.raises(resources.MemoryShortageError, match=r"^file needs 1342\.18 GB of memory"):
        unpack_network(tensors, metadata, "file")
