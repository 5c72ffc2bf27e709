"""How n-tuple tables are kept in files: only the entries that learning has touched.

After 10,000 games three of a hundred entries of a 4x6 network hold anything. A checkpoint keeps one
bit per entry (`touched`) and the entries whose bit is set: exact, and a tenth of the size. A
*compact* file, as in the wheel, keeps the weights alone, rounded, and compresses both parts.
"""

import hashlib
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.errors import AgentFileError
from agents.ntuple import kernels
from agents.ntuple.config import check_tile, check_tiles
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.patterns import Patterns, parse_patterns
from agents.training.resources import require_memory

Tensors = dict[str, NDArray[Any]]

_BEND = 2000.0  # points: below, the levels of a compact file are nearly even
_LEVELS = 2048


def pack_network(network: NTupleNetwork) -> tuple[Tensors, dict[str, Any]]:
    """The network as tensors and metadata, exact.

    Returns:
        `touched` uint8 [S * T / 8], one bit per entry, and `entries` float32 [K, columns].
    """
    table = network.table
    touched = np.zeros(len(table), np.bool_)
    for column in range(table.shape[1]):
        touched |= table[:, column] != 0
    tensors: Tensors = {"touched": np.packbits(touched), "entries": table[touched]}
    return tensors, _described(network, "exact")


def pack_compact(network: NTupleNetwork) -> tuple[Tensors, dict[str, Any]]:
    """The weights alone, rounded to 2048 levels of each pattern's range, and compressed.

    A few weights are a hundred times the others, so the levels are even in arsinh(weight / 2000)
    (companding: Smith 1957), close together around 0 and wide far out. With 256 levels, or with
    even ones, the sums of many rounded weights lose a tenth of a strong player's score.

    Returns:
        `touched` and `codes`, uint8 zlib streams: one bit per entry; of the level of each touched
        entry all high bytes, then all low ones.
        `low` and `step` float32 [S * P]: weight = 2000 sinh(low + step * level).
    """
    weights = network.table[:, 0]
    touched = weights != 0
    low, step, levels = [], [], []
    for part in _parts(network.patterns, len(network.table)):
        bent = np.arcsinh(weights[part][touched[part]].astype(np.float64) / _BEND)
        smallest, largest = (bent.min(), bent.max()) if bent.size else (0.0, 0.0)
        width = (largest - smallest) / (_LEVELS - 1) or 1.0
        low.append(smallest)
        step.append(width)
        levels.append(np.round((bent - smallest) / width).astype(np.uint16))
    codes = np.concatenate(levels)
    tensors: Tensors = {
        "touched": _compress(np.packbits(touched)),
        "codes": _compress(np.concatenate([codes >> 8, codes & 0xFF]).astype(np.uint8)),
        "low": np.array(low, np.float32),
        "step": np.array(step, np.float32),
    }
    return tensors, {**_described(network, "compact"), "sha256": checksum(tensors)}


def checksum(tensors: Tensors) -> str:
    """SHA-256 of the tensors' names and bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensors[name]).tobytes())
    return digest.hexdigest()


def _described(network: NTupleNetwork, storage: str) -> dict[str, Any]:
    patterns = list(network.patterns.cells)
    return {
        "patterns": patterns,
        "storage": storage,
        "initial": network.initial,
        "splits": list(network.splits),
        "limit": network.limit,
        "missing": network.missing,
    }


def unpack_network(
    tensors: Tensors, metadata: dict[str, Any], name: str, *, weights_only: bool = False
) -> NTupleNetwork:
    """The network of a file made by one of the two above.

    Args:
        tensors, metadata: the file's.
        name: the file's, for messages.
        weights_only: leaves out what a learner keeps beside the weights: a third of the memory is
            taken then, and play is faster.

    Raises:
        AgentFileError: if its parts do not fit together.
        MemoryShortageError: if the machine has less memory than the network that it claims to hold.
    """
    try:
        names = metadata["patterns"]
        if not isinstance(names, list) or not all(isinstance(name_, str) for name_ in names):
            raise ValueError("patterns: not a list of patterns")
        patterns = parse_patterns(names)
        if "sha256" in metadata and metadata["sha256"] != checksum(tensors):
            raise ValueError("its bytes are not those that were written")
        unpack = {"exact": _unpack_exact, "compact": _unpack_compact}[metadata["storage"]]
        splits = tuple(metadata.get("splits", []))
        for tile in splits:
            check_tiles("splits", tile)
        if list(splits) != sorted(set(splits)):
            raise ValueError(f"splits: {splits} do not rise")
        limit = metadata.get("limit")
        if limit is not None:
            check_tile("limit", limit, 2, 16384)
        missing = metadata.get("missing", 2)
        check_tile("missing", missing, 2, 16384)
        entries = patterns.entries * (len(splits) + 1)
        require_memory(entries * (4 + 1), name)  # a weight and a flag each
        initial = float(metadata.get("initial", 0.0))
        if not np.isfinite(initial):
            raise ValueError("initial: not a finite number")
        places, weights = unpack(tensors, patterns, entries)
        weights = weights[:, :1] if weights_only else weights
        network = NTupleNetwork.zeros(patterns, weights.shape[1], initial, splits)
        network = replace(network, limit=limit, missing=missing)
        network.table[places] = weights
    except (KeyError, ValueError, TypeError, zlib.error) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else error
        raise AgentFileError(f"{name}: the network in it is damaged ({reason})") from None
    return network


def _unpack_exact(
    tensors: Tensors, patterns: Patterns, entries: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Which of the entries are not 0, int64 [K], and those, [K, columns]."""
    places = _ones(_checked(tensors, "touched", np.uint8, (entries // 8,)))
    found = tensors["entries"]
    columns = 3 if found.shape[1:] == (3,) else 1
    return places, _checked(tensors, "entries", np.float32, (len(places), columns))


def _unpack_compact(
    tensors: Tensors, patterns: Patterns, entries: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The same of a compact file."""
    places = _ones(_decompress(tensors["touched"], entries // 8))
    count = len(places)
    codes = _decompress(tensors["codes"], 2 * count).astype(np.uint16)
    levels = codes[:count] << 8 | codes[count:]
    parts = _parts(patterns, entries)
    low = _checked(tensors, "low", np.float32, (len(parts),))
    step = _checked(tensors, "step", np.float32, (len(parts),))
    weights = np.empty((count, 1), np.float32)
    for p, part in enumerate(parts):
        here = slice(*np.searchsorted(places, (part.start, part.stop)))
        weights[here, 0] = _BEND * np.sinh(low[p] + step[p] * levels[here])
    return places, weights


def _checked(
    tensors: Tensors, name: str, dtype: type[np.generic], shape: tuple[int, ...]
) -> NDArray[Any]:
    """A tensor of a file, if it is as it has to be; ValueError if not."""
    tensor = tensors[name]
    if tensor.dtype != dtype or tensor.shape != shape:
        raise ValueError(
            f"{name}: {tensor.dtype} {tensor.shape} where {np.dtype(dtype)} {shape} belongs"
        )
    if dtype is np.float32 and not np.isfinite(tensor).all():
        raise ValueError(f"{name}: not all are finite numbers")
    return tensor


def _ones(bits: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The numbers of the bits that are 1, [K], as `np.packbits` counts them."""
    places = np.empty(int(np.bitwise_count(bits).sum(dtype=np.int64)), np.int64)
    kernels.ones(bits, places)
    return places


def _parts(patterns: Patterns, entries: int) -> list[slice]:
    """The entries of each pattern, stage by stage."""
    begins = range(0, entries, patterns.entries)
    starts = [begin + int(offset) for begin in begins for offset in patterns.offsets]
    ends = [*starts[1:], entries]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True)]


def _compress(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress(array.tobytes(), 9), np.uint8)


def _decompress(stream: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """At most one byte more than expected is unpacked, so a small file cannot fill the memory."""
    data = zlib.decompressobj().decompress(stream.tobytes(), size + 1)
    if len(data) != size:
        raise ValueError(f"{len(data)} bytes where {size} belong")
    return np.frombuffer(data, np.uint8)
