"""Named arrays and their description in one file: safetensors, written whole or not at all.

Nothing in such a file can run code. The description is JSON, kept as one string under the key
`metadata` of the safetensors header, so that numbers and lists survive.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

# Not a safetensors file; no description; bad or far too deep JSON; sizes and kinds of numbers, as
# bfloat16, that NumPy does not have.
_DAMAGE = (SafetensorError, KeyError, ValueError, RecursionError, TypeError, AttributeError)


class CheckpointError(ValueError):
    """A checkpoint that cannot be read; the message says which and why."""


def write_tensors(
    path: str | Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any]
) -> None:
    """Writes arrays and metadata to a temporary file, flushes it to disk, then renames it.

    Raises:
        OSError: if the file cannot be written; what stood at `path` is then still there.
    """
    path = Path(path)
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        temporary.touch()
        mode = temporary.stat().st_mode  # by the umask; what safetensors writes is for one user
        arrays = {key: np.ascontiguousarray(tensor) for key, tensor in tensors.items()}
        save_file(arrays, temporary, {"metadata": json.dumps(dict(metadata), sort_keys=True)})
        temporary.chmod(mode)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except SafetensorError as error:  # as on a full disk
        raise OSError(f"{path}: cannot be written ({error})") from None
    finally:
        temporary.unlink(missing_ok=True)


def read_tensors(path: str | Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Reads what `write_tensors` wrote.

    Raises:
        CheckpointError: if the file is missing, unreadable or not such a file.
    """
    path = Path(path)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = json.loads((file.metadata() or {})["metadata"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None
    except _DAMAGE as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{path}: not a checkpoint of this program ({reason})") from None
    if not isinstance(metadata, dict):
        raise CheckpointError(f"{path}: not a checkpoint of this program (its metadata is a list)")
    return tensors, metadata
