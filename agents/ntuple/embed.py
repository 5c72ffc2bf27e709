"""Makes a small player of a run: `python -m agents.ntuple.embed RUN FILE [ENTRIES [TILE]]`.

The player in the wheel, `agents/weights/ntuple.safetensors`, is made so; `agents/weights/README.md`
has the commands. Of the learner's table the weights alone are kept, rounded and compressed (see
`storage.pack_compact`), and of these, with ENTRIES, only as many as that: those that learning has
moved most. The others were met a few times in thousands of games, and know little. With TILE the
player downgrades larger ones (see `downgrade.py`), without as it did when its training ended.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from agents.ntuple.config import check_tile
from agents.ntuple.network import NTupleNetwork
from agents.ntuple.storage import pack_compact, unpack_network
from agents.training.checkpoints import read_checkpoint, write_checkpoint


def prune(network: NTupleNetwork, entries: int) -> NTupleNetwork:
    """A network of the weights that learning has moved most; the others are 0.

    How much an entry was moved is the sum of the sizes of its errors, which TC keeps.

    Raises:
        ValueError: if the network was not trained by TC.
    """
    if network.table.shape[1] != 3:
        raise ValueError("only networks trained by TC know how much their weights were moved")
    moved = network.table[:, 2]
    kept = NTupleNetwork.zeros(network.patterns, 1, network.initial, network.splits)
    if entries < np.count_nonzero(moved):
        chosen = np.argpartition(moved, -entries)[-entries:]
    else:
        chosen = np.flatnonzero(moved)
    kept.table[chosen, 0] = network.table[chosen, 0]
    return kept


def embed(network: NTupleNetwork, path: Path) -> None:
    """Writes the network as a small file that `agents.load` reads."""
    tensors, metadata = pack_compact(network)
    write_checkpoint(path, tensors, {"agent": "ntuple", **metadata})


def main(run: str, path: str, entries: str | None = None, tile: str | None = None) -> None:
    """Writes the player of a run folder.

    Raises:
        AgentFileError: if the folder holds none.
        TypeError: if what it holds is not an n-tuple network.
        ValueError: if it cannot be pruned, or TILE is not one to downgrade to.
    """
    from agents.ntuple.agent import NTupleAgent
    from agents.registry import load

    agent = load(run)
    if not isinstance(agent, NTupleAgent):
        raise TypeError(f"{run}: not an n-tuple network")
    if tile is not None:
        check_tile("TILE", int(tile), 2, 16384)
        agent = agent.downgrading(int(tile))
    network = agent.network
    if entries is not None:  # how much they were moved is beside the weights, in the file alone
        file = Path(run) / "checkpoint.safetensors" if Path(run).is_dir() else Path(run)
        network = prune(unpack_network(*read_checkpoint(file), run), int(entries))
    told = agent.network
    embed(replace(network, limit=told.limit, missing=told.missing), Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
