"""Makes a small player of a run: `python -m agents.ntuple.embed RUN FILE`.

The player in the wheel, `agents/weights/ntuple.safetensors`, is made so; `agents/weights/README.md`
has the commands. Of the learner's table the weights alone are kept, 8 bits each, compressed (see
`storage.pack_compact`).
"""

import sys
from pathlib import Path

from agents.ntuple.network import NTupleNetwork
from agents.ntuple.storage import pack_compact
from agents.training.checkpoints import write_checkpoint


def embed(network: NTupleNetwork, path: Path) -> None:
    """Writes the network as a small file that `agents.load` reads."""
    tensors, metadata = pack_compact(network)
    write_checkpoint(path, tensors, {"agent": "ntuple", **metadata})


def main(run: str, path: str) -> None:
    """Writes the player of a run folder.

    Raises:
        AgentFileError: if the folder holds none.
        TypeError: if what it holds is not an n-tuple network.
    """
    from agents.ntuple.agent import NTupleAgent
    from agents.registry import load

    agent = load(run)
    if not isinstance(agent, NTupleAgent):
        raise TypeError(f"{run}: not an n-tuple network")
    embed(agent.network, Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
