"""Makes a small player of a run: `python -m agents.policy.embed RUN FILE`.

Its weights are kept, rounded to float16, and what it has learned from. The player in the wheel,
`agents/weights/policy.safetensors`, is made so.
"""

import sys
from dataclasses import asdict
from pathlib import Path

from agents.policy.agent import PolicyAgent
from agents.policy.storage import pack_half
from agents.training.checkpoints import write_checkpoint


def embed(agent: PolicyAgent, path: Path) -> None:
    """Writes the agent as a small file that `agents.load` reads."""
    metadata = agent.metadata()
    if agent.training is not None:
        metadata |= {name: n for name, n in asdict(agent.training).items() if n is not None}
    write_checkpoint(path, *pack_half(agent.network, metadata))


def main(run: str, path: str) -> None:
    """Writes the player of a run folder.

    Raises:
        AgentFileError: if the folder holds none.
        TypeError: if what it holds is not a policy.
    """
    from agents.registry import load

    agent = load(run)
    if not isinstance(agent, PolicyAgent):
        raise TypeError(f"{run}: not a policy")
    embed(agent, Path(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
