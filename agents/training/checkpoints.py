"""Checkpoints of agents: safetensors whose metadata says which agent they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from agents.errors import AgentFileError
from networks.checkpoint import CheckpointError, read_tensors, write_tensors

FORMAT = "scratch2048-agent"
VERSION = 1


@dataclass(frozen=True)
class Training:
    """What an agent has learned from; None is what its file does not say."""

    games: int | None = None
    """Games that were played to their end."""
    moves: int | None = None
    """Moves in all games."""
    seconds: float | None = None
    """Time that it took."""

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Self | None:
        """What the metadata of a run's checkpoint say; None if that is nothing."""
        # A policy's run counts the moves of unfinished games too, as steps.
        moves = metadata.get("steps", metadata.get("moves"))
        given = [metadata.get("games"), moves, metadata.get("seconds")]
        known = [isinstance(n, int | float) and not isinstance(n, bool) and n >= 0 for n in given]
        return (
            cls(*(n if k else None for n, k in zip(given, known, strict=True)))
            if any(known)
            else None
        )


def write_checkpoint(
    path: str | Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any]
) -> None:
    """Writes an agent's checkpoint, whole or not at all; `metadata["agent"]` names its kind."""
    write_tensors(path, tensors, {"format": FORMAT, "version": VERSION, **metadata})


def read_checkpoint(path: str | Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Tensors and metadata of an agent's checkpoint.

    Raises:
        AgentFileError: if it cannot be read, or is not one of these.
    """
    try:
        tensors, metadata = read_tensors(path)
    except CheckpointError as error:
        raise AgentFileError(str(error)) from None
    if metadata.get("format") != FORMAT or "agent" not in metadata:
        raise AgentFileError(f"{path}: not an agent's checkpoint")
    if metadata.get("version") != VERSION:
        raise AgentFileError(
            f"{path}: version {metadata.get('version')} is not known to this program "
            f"({VERSION}); update scratch2048"
        )
    return tensors, metadata
