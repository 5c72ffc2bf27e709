"""IDX files, the format of MNIST: read with suspicion, written whole or not at all.

A file is two zero bytes, a byte for the type, a byte for the number of axes, the length of each
axis as a big-endian uint32, and the values, big-endian, the last axis fastest
(http://yann.lecun.com/exdb/mnist). It may be compressed with gzip, whatever its name says.

What a header promises is checked before memory is taken for it, and no more is ever decompressed
than it promises, so a file can neither ask for more memory than allowed nor hide a bomb.
"""

import gzip
import math
import os
import secrets
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(name).newbyteorder("="): code for code, name in _TYPES.items()}
_GZIP = b"\x1f\x8b"
_MAX_AXES = 8
_PIECE = 1 << 20

MAX_BYTES = 1 << 30
"""The most that is read by default; all of EMNIST byclass is 547 MB."""


class DataError(ValueError):
    """Data that cannot be read or had; the message is one line and says what to do."""


def read_idx(path: str | Path, *, max_bytes: int = MAX_BYTES) -> NDArray[Any]:
    """Reads an array, gzip or not, in the machine's byte order.

    Args:
        path: the file.
        max_bytes: the most that the values may take; a larger file is refused by its header.

    Raises:
        DataError: if the file is missing, unreadable, or anything but one whole IDX array.
    """
    path = Path(path)
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == _GZIP
            raw.seek(0)
            if not compressed:
                return _read(path, raw, path.stat().st_size, max_bytes)
            with gzip.GzipFile(fileobj=raw) as file:
                return _read(path, cast(IO[bytes], file), None, max_bytes)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except EOFError:
        raise DataError(f"{path}: truncated: the gzip stream ends early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path}: damaged gzip stream ({error})") from None
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None


def _read(path: Path, file: IO[bytes], size: int | None, max_bytes: int) -> NDArray[Any]:
    """Reads from an open file of `size` bytes, or of a size that is not known (None)."""
    dtype, shape = _read_header(path, file)
    needed = math.prod(shape) * dtype.itemsize
    if needed > max_bytes:
        raise DataError(
            f"{path}: the header promises {_shape(shape)} of {dtype.name}, {needed:,} bytes, "
            f"more than the {max_bytes:,} that are allowed"
        )
    if math.prod(max(length, 1) for length in shape) * dtype.itemsize > sys.maxsize:
        raise DataError(f"{path}: the header promises {_shape(shape)}, which no array can have")
    if size is not None and size - file.tell() < needed:
        raise DataError(
            f"{path}: truncated: the header promises {needed:,} bytes of values, "
            f"{size - file.tell():,} are there"
        )
    values = bytearray()  # grows with what is there, not with what is promised
    while len(values) < needed:
        piece = file.read(min(_PIECE, needed - len(values)))
        if not piece:
            raise DataError(
                f"{path}: truncated: the header promises {needed:,} bytes of values, "
                f"{len(values):,} are there"
            )
        values += piece
    if file.read(1):
        raise DataError(f"{path}: more data follows after the {needed:,} bytes of the array")
    array = np.frombuffer(values, dtype=dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_header(path: Path, file: IO[bytes]) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(
            f"{path}: not an IDX file: it does not begin with two zero bytes and a type"
        )
    code, axes = magic[2], magic[3]
    if code not in _TYPES:
        known = ", ".join(f"0x{known:02x}" for known in _TYPES)
        raise DataError(f"{path}: unknown type 0x{code:02x} of values; IDX has {known}")
    if not 1 <= axes <= _MAX_AXES:
        raise DataError(f"{path}: {axes} axes; expected 1 to {_MAX_AXES}")
    lengths = file.read(4 * axes)
    if len(lengths) < 4 * axes:
        raise DataError(f"{path}: truncated within its header")
    return np.dtype(_TYPES[code]), tuple(np.frombuffer(lengths, dtype=">u4").tolist())


def write_idx(path: str | Path, array: NDArray[Any]) -> None:
    """Writes an array, compressed if the name ends in .gz, the same bytes for the same array.

    It is written to a temporary file, flushed to disk, then renamed.

    Args:
        path: the file.
        array: of uint8, int8, int16, int32, float32 or float64, with 1 to 8 axes.

    Raises:
        ValueError: for an array that IDX cannot hold.
        OSError: if the file cannot be written; what stood at `path` is then still there.
    """
    path = Path(path)
    code = _CODES.get(array.dtype.newbyteorder("="))
    if code is None:
        known = ", ".join(dtype.name for dtype in _CODES)
        raise ValueError(f"{path}: IDX holds no {array.dtype}; convert it to one of {known}")
    if not 1 <= array.ndim <= _MAX_AXES:
        raise ValueError(f"{path}: {array.ndim} axes; expected 1 to {_MAX_AXES}")
    if max(array.shape) >= 1 << 32:
        raise ValueError(f"{path}: an axis is longer than IDX can say")
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    values = np.ascontiguousarray(array, dtype=_TYPES[code])
    write_whole(path, lambda file: _write(file, path.suffix == ".gz", header, values))


def _write(file: IO[bytes], compressed: bool, header: bytes, values: NDArray[Any]) -> None:
    if compressed:  # no name and no date, so that equal arrays make equal files
        with gzip.GzipFile(fileobj=file, filename="", mode="wb", mtime=0) as target:
            target.write(header)
            target.write(values.data)
    else:
        file.write(header)
        file.write(values.data)


def write_whole(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Lets `write` fill a temporary file, which takes the name `path` only when it is on disk."""
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{length:,}" for length in shape)
