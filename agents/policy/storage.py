"""A policy as tensors and metadata: exact in a run's checkpoint, rounded in the player's file."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.errors import AgentFileError
from agents.policy.network import PolicyNetwork
from networks.layers import named_arrays, set_arrays

Tensors = dict[str, NDArray[Any]]

PREFIX = "network/"


def pack_policy(network: PolicyNetwork, metadata: dict[str, Any]) -> tuple[Tensors, dict[str, Any]]:
    """The network as it is, float32; `metadata` says how it is to be used."""
    tensors = {PREFIX + name: array for name, array in named_arrays(network).items()}
    return tensors, {**metadata, "network": network.config(), "storage": "exact"}


def pack_half(network: PolicyNetwork, metadata: dict[str, Any]) -> tuple[Tensors, dict[str, Any]]:
    """The network rounded to float16, in half the space, with a checksum."""
    tensors, metadata = pack_policy(network, metadata)
    tensors = {name: np.ascontiguousarray(array, np.float16) for name, array in tensors.items()}
    return tensors, {**metadata, "storage": "half", "sha256": checksum(tensors)}


def unpack_policy(tensors: Tensors, metadata: dict[str, Any], name: str) -> PolicyNetwork:
    """The network of a file made by one of the two above.

    Raises:
        AgentFileError: if its parts do not fit together; `name` is the file's, for the message.
    """
    kinds = {"exact": np.float32, "half": np.float16}
    try:
        mine = {n: array for n, array in tensors.items() if n.startswith(PREFIX)}
        if "sha256" in metadata and metadata["sha256"] != checksum(mine):
            raise ValueError("its bytes are not those that were written")
        network = PolicyNetwork(**_described(metadata["network"]))
        kind = kinds[metadata["storage"]]
        for n, array in mine.items():
            if array.dtype != kind or not np.isfinite(array).all():
                raise ValueError(f"{n}: not finite numbers of kind {np.dtype(kind)}")
        set_arrays(network, {n.removeprefix(PREFIX): array for n, array in mine.items()})
    except (KeyError, ValueError, TypeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else error
        raise AgentFileError(f"{name}: the policy in it is damaged ({reason})") from None
    return network


def _described(config: Any) -> dict[str, Any]:
    """The size of the network that a file says it holds, if that is a size."""
    width, hidden = config["width"], config["hidden"]
    sizes = [width, *hidden]
    if not all(isinstance(size, int) and 1 <= size <= 8192 for size in sizes) or len(sizes) > 16:
        raise ValueError(f"network: {config!r} is none")
    return {"width": width, "hidden": hidden}


def checksum(tensors: Tensors) -> str:
    """SHA-256 of the tensors' names and bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensors[name]).tobytes())
    return digest.hexdigest()
