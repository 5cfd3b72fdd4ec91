"""What passes the walls is read as a stranger's: bytes that are nothing of ours are told, never followed."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.application.confined.packing import Column, PackedError, pack, unpack


class Header(msgspec.Struct, frozen=True):
    name: str
    count: int


COLUMNS: dict[str, Column] = {
    "time": np.arange(5, dtype=np.int64),
    "session": np.arange(5, dtype=np.int32),
    "closes": np.array([[1.5, np.nan], [2.5, np.inf]]),
    "none": np.empty(0),
    "turned": np.arange(6.0).reshape(2, 3).T,
}


def test_what_is_packed_is_unpacked() -> None:
    header, columns = unpack(pack(Header("a", 3), COLUMNS), Header)
    assert header == Header("a", 3)
    assert list(columns) == list(COLUMNS)
    for name, column in COLUMNS.items():
        np.testing.assert_array_equal(columns[name], column)
        assert columns[name].dtype == column.dtype


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_told_or_read_as_something_of_the_right_form(data: st.DataObject) -> None:
    content = bytearray(pack(Header("a", 3), COLUMNS))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for given_bytes in (bytes(content), bytes(content[:cut])):
        try:
            header, columns = unpack(given_bytes, Header)
        except PackedError:
            continue
        assert isinstance(header, Header)
        assert all(column.dtype.kind in "if" for column in columns.values())


@pytest.mark.parametrize(
    "places",
    [
        [["x", "|O8", [1]]],
        [["x", "<U9", [1]]],
        [["x", "<f8", [1 << 62]]],
        [["x", "<f8", [-1]]],
        [["x", "<f8", [1 << 32, 1 << 32]]],
        [["x", "<f8", []]],
        [["x", "<f8", [1, 1, 1]]],
        [["x", "<f8", [0]]] * 65,
        "no list",
    ],
)
def test_columns_that_cannot_be_are_refused(places: object) -> None:
    start = msgspec.msgpack.encode([Header("a", 1), places])
    with pytest.raises(PackedError):
        unpack(len(start).to_bytes(8, "little") + start + bytes(64), Header)


@pytest.mark.parametrize("content", [b"", b"\xff" * 7, b"\xff" * 8, (1 << 60).to_bytes(8, "little"), bytes(100)])
def test_what_is_no_header_is_told(content: bytes) -> None:
    with pytest.raises(PackedError):
        unpack(content, Header)
