"""How n-tuple tables are kept in files: only the entries that learning has touched.

After 10,000 games three of a hundred entries of a 4x6 network hold anything. A checkpoint keeps one
bit per entry (`touched`) and the entries whose bit is set: exact, and a tenth of the size. A
*compact* file, as in the wheel, keeps the weights alone, 8 bits each, and compresses both parts.
"""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.ntuple.network import NTupleNetwork, huge_zeros
from agents.ntuple.patterns import parse_patterns
from agents.training.checkpoints import AgentFileError

Tensors = dict[str, NDArray[Any]]


def pack_network(network: NTupleNetwork) -> tuple[Tensors, dict[str, Any]]:
    """The network as tensors and metadata, exact.

    Returns:
        `touched` uint8 [T / 8], one bit per entry, and `entries` float32 [K, columns].
    """
    table = network.table
    touched = np.zeros(len(table), np.bool_)
    for column in range(table.shape[1]):
        touched |= table[:, column] != 0
    tensors = {"touched": np.packbits(touched), "entries": table[touched]}
    return tensors, {"patterns": list(network.patterns.cells), "storage": "exact"}


def pack_compact(network: NTupleNetwork) -> tuple[Tensors, dict[str, Any]]:
    """The weights alone, rounded to 256 steps of each pattern's range, and compressed.

    Returns:
        `touched` and `codes`, uint8 zlib streams of the bits and of one byte per touched entry;
        `low` and `step` float32 [P]: weight = low + step * code.
    """
    weights = network.table[:, 0]
    touched = weights != 0
    low, step, codes = [], [], []
    for part in _parts(network):
        values = weights[part][touched[part]]
        smallest, largest = (values.min(), values.max()) if values.size else (0.0, 0.0)
        width = (largest - smallest) / 255 or 1.0
        low.append(smallest)
        step.append(width)
        codes.append(np.round((values - smallest) / width).astype(np.uint8))
    tensors = {
        "touched": _compress(np.packbits(touched)),
        "codes": _compress(np.concatenate(codes)),
        "low": np.array(low, np.float32),
        "step": np.array(step, np.float32),
    }
    return tensors, {"patterns": list(network.patterns.cells), "storage": "compact"}


def unpack_network(tensors: Tensors, metadata: dict[str, Any], name: str) -> NTupleNetwork:
    """The network of a file made by one of the two above.

    Raises:
        AgentFileError: if its parts do not fit together; `name` is the file's, for the message.
    """
    try:
        patterns = parse_patterns(metadata["patterns"])
        compact = metadata["storage"] == "compact"
        bits = (
            _decompress(tensors["touched"], patterns.entries // 8)
            if compact
            else tensors["touched"]
        )
        touched = np.unpackbits(bits).astype(np.bool_)
        if len(touched) != patterns.entries:
            raise ValueError(f"{len(touched)} entries where {patterns.entries} belong")
        if not compact:
            entries = tensors["entries"]
            network = NTupleNetwork(patterns, huge_zeros((patterns.entries, entries.shape[1])))
            network.table[touched] = entries
            return network
        network = NTupleNetwork.zeros(patterns)
        codes = _decompress(tensors["codes"], int(touched.sum()))
        at = 0
        for part, low, step in zip(_parts(network), tensors["low"], tensors["step"], strict=True):
            here = touched[part]
            count = int(here.sum())
            network.table[part, 0][here] = low + step * codes[at : at + count]
            at += count
    except (KeyError, ValueError, IndexError, zlib.error) as error:
        raise AgentFileError(f"{name}: the network in it is damaged ({error})") from None
    return network


def _parts(network: NTupleNetwork) -> list[slice]:
    """The entries of each pattern."""
    starts = [int(offset) for offset in network.patterns.offsets]
    ends = [*starts[1:], network.patterns.entries]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True)]


def _compress(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress(array.tobytes(), 9), np.uint8)


def _decompress(stream: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """At most one byte more than expected is unpacked, so a small file cannot fill the memory."""
    data = zlib.decompressobj().decompress(stream.tobytes(), size + 1)
    if len(data) != size:
        raise ValueError(f"{len(data)} bytes where {size} belong")
    return np.frombuffer(data, np.uint8)
