import gzip
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from networks.data.idx import DataError, read_idx, write_idx

TYPES = [np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64]
ANY_ARRAY = st.sampled_from(TYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=1, max_dims=4, min_side=0))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ANY_ARRAY, st.sampled_from(["a.idx", "a.idx.gz"]), st.booleans())
@example(np.zeros((2, 0, 3), np.int16), "a.idx", False)
def test_round_trip(tmp_path, array, name, foreign):
    if foreign:  # the other byte order, and not contiguous
        array = array.astype(array.dtype.newbyteorder())[::-1]
    write_idx(tmp_path / name, array)
    read = read_idx(tmp_path / name)
    assert read.dtype == array.dtype.newbyteorder("=") and read.dtype.isnative
    np.testing.assert_array_equal(read, array)
    assert read.flags.writeable
    assert [path.name for path in tmp_path.iterdir()] == [name]
    (tmp_path / name).unlink()


def test_the_format_byte_by_byte(tmp_path):
    path = tmp_path / "two-by-one"
    write_idx(path, np.array([[258], [-1]], dtype=np.int16))
    assert path.read_bytes() == bytes.fromhex("00000b02 00000002 00000001 0102 ffff")


def test_equal_arrays_make_equal_compressed_files(tmp_path):
    array = np.arange(100, dtype=np.uint8)
    write_idx(tmp_path / "a.gz", array)
    write_idx(tmp_path / "b.gz", array)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_compression_is_seen_by_content_not_by_name(tmp_path):
    write_idx(tmp_path / "a.gz", np.arange(9, dtype=np.uint8))
    (tmp_path / "a.gz").rename(tmp_path / "a")
    assert read_idx(tmp_path / "a").tolist() == list(range(9))


GOOD = struct.pack(">4BII", 0, 0, 8, 2, 3, 4) + bytes(12)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an IDX file"),
        (b"\0\0\x08", "not an IDX file"),
        (b"PK\x03\x04" + bytes(20), "not an IDX file"),
        (b"\0\0\x0a\x01" + bytes(20), "unknown type 0x0a"),
        (b"\0\0\x08\0" + bytes(20), "0 axes"),
        (b"\0\0\x08\xff" + bytes(2000), "255 axes"),
        (GOOD[:10], "truncated within its header"),
        (GOOD[:-1], "truncated: the header promises 12 bytes of values, 11 are there"),
        (GOOD[:12], "truncated: the header promises 12 bytes of values, 0 are there"),
        (GOOD + b"x", "more data follows"),
        (struct.pack(">4B4I", 0, 0, 14, 4, *4 * [0xFFFFFFFF]), "more than the"),
        # Empty, but not even NumPy has arrays of such a shape.
        (struct.pack(">4B3I", 0, 0, 8, 3, 0, *2 * [0xFFFFFFFF]), "which no array can have"),
        (struct.pack(">4B4I", 0, 0, 14, 4, *3 * [0xFFFFFFFF], 0), "which no array can have"),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_a_wrong_file_is_one_line_that_names_it(tmp_path, content, reason, compressed):
    path = tmp_path / "wrong.idx"
    path.write_bytes(gzip.compress(content) if compressed else content)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: ") and reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda whole: whole[:-9], "gzip"),
        (lambda whole: whole[:12], "gzip"),
        (lambda whole: whole[:-8] + bytes(8), "gzip"),  # a wrong checksum
        (lambda whole: whole[:3] + b"\xff" * 20, "gzip"),
        (lambda whole: whole[:10] + b"\xff" * 20, "gzip"),
        (lambda whole: whole + b"garbage", "gzip"),
        (lambda whole: whole + whole, "more data follows"),
    ],
)
def test_a_damaged_gzip_stream_is_one_line(tmp_path, damage, reason):
    path = tmp_path / "wrong.gz"
    path.write_bytes(damage(gzip.compress(GOOD)))
    with pytest.raises(DataError, match=reason) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_what_is_no_file(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_idx(tmp_path / "nothing")
    with pytest.raises(DataError, match="directory"):
        read_idx(tmp_path)


def peak_memory(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("promised", [1, 1 << 29])
def test_a_bomb_takes_no_memory(tmp_path, promised):
    """60 MB of zeros in 60 kB, behind headers that promise one byte and half a gigabyte."""
    press = zlib.compressobj(9, wbits=31)
    stream = press.compress(struct.pack(">4BI", 0, 0, 8, 1, promised))
    stream += b"".join(press.compress(bytes(1 << 20)) for _ in range(60)) + press.flush()
    path = tmp_path / "bomb.gz"
    path.write_bytes(stream)

    def read():
        with pytest.raises(DataError):
            read_idx(path, max_bytes=1 << 24)

    assert peak_memory(read) < 4 << 20


def test_a_promise_that_is_not_kept_takes_no_memory(tmp_path):
    path = tmp_path / "promise"
    content = struct.pack(">4BI", 0, 0, 8, 1, 1 << 29) + bytes(100)
    for path, data in ((tmp_path / "a", content), (tmp_path / "b.gz", gzip.compress(content))):
        path.write_bytes(data)

        def read(path=path):
            with pytest.raises(DataError, match="truncated"):
                read_idx(path)

        assert peak_memory(read) < 4 << 20


def test_the_limit_is_the_callers(tmp_path):
    write_idx(tmp_path / "a", np.zeros(100, np.float64))
    assert read_idx(tmp_path / "a", max_bytes=800).shape == (100,)
    with pytest.raises(DataError, match="800 bytes, more than the 799"):
        read_idx(tmp_path / "a", max_bytes=799)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros(3, np.int64), "int64"),
        (np.zeros(3, np.bool_), "bool"),
        (np.array(1, np.uint8), "0 axes"),
        (np.zeros((1,) * 9, np.uint8), "9 axes"),
    ],
)
def test_what_idx_cannot_hold(tmp_path, array, reason):
    with pytest.raises(ValueError, match=reason):
        write_idx(tmp_path / "a", array)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "a.gz"
    write_idx(path, np.arange(5, dtype=np.uint8))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_idx(path, np.zeros(9, np.uint8))
    assert list(tmp_path.iterdir()) == [path]
    assert read_idx(path).tolist() == [0, 1, 2, 3, 4]
