"""Windows' registry, seen as keys by path and values of any type, through the door.

Sources: Microsoft Learn, "Registry Functions", "Predefined Keys", "Registry Key Security and Access Rights".
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import FILE_NOT_FOUND, MORE_DATA, NO_MORE_ITEMS, Win32, WindowsRefused

ROOTS: Final = {
    "HKEY_CURRENT_USER": 0xFFFF_FFFF_8000_0001,
    "HKEY_LOCAL_MACHINE": 0xFFFF_FFFF_8000_0002,
    "HKEY_USERS": 0xFFFF_FFFF_8000_0003,
}
"""Sign-extended, as a 64-bit program sees them."""
STRING: Final = 1
BINARY: Final = 3
NUMBER: Final = 4
"""REG_DWORD."""
LARGE_NUMBER: Final = 11
"""REG_QWORD."""
MOST_BYTES: Final = 64 * 1024
MOST_KEYS: Final = 4096
_READ: Final = 0x2_0019 | 0x0100
"""KEY_READ, the 64-bit view."""
_WRITE: Final = 0x2_0006 | 0x2_0019 | 0x0100
_VIEW: Final = 0x0100
_LONGEST_NAME: Final = 256


@dataclass(frozen=True)
class Value:
    """A registry value as it is. `kind`: its type's number; `data`: its bytes."""

    kind: int
    data: bytes

    def number(self) -> int | None:
        """Give a REG_DWORD or REG_QWORD, None for any other type."""
        width = {NUMBER: 4, LARGE_NUMBER: 8}.get(self.kind)
        return int.from_bytes(self.data, "little") if width == len(self.data) else None


def number(value: int) -> Value:
    """Make a REG_DWORD."""
    return Value(NUMBER, value.to_bytes(4, "little"))


@dataclass(frozen=True)
class Registry:
    r"""The registry of one Windows. Keys are written `HKEY_USERS\S-1-5-…\Software\…`."""

    win32: Win32

    def get(self, key: str, name: str) -> Value | None:
        """Give a value, None if the key or the value is not there. Raises `WindowsRefused`."""
        try:
            with self._opened(key, _READ) as handle:
                return self._query(handle, name)
        except WindowsRefused as refusal:
            if refusal.reason == FILE_NOT_FOUND:
                return None
            raise

    def exists(self, key: str) -> bool:
        """Tell whether a key is there. Raises `WindowsRefused`."""
        return self._count(key) is not None

    def children(self, key: str) -> tuple[str, ...] | None:
        """Give the names of the keys below, None if there is no such key. Raises `WindowsRefused`."""
        try:
            with self._opened(key, _READ) as handle:
                return tuple(self._names(handle))
        except WindowsRefused as refusal:
            if refusal.reason == FILE_NOT_FOUND:
                return None
            raise

    def set(self, key: str, name: str, value: Value) -> None:
        """Write a value, on the disk when this returns; the keys above it are made. Raises `WindowsRefused`."""
        root, path = _split(key)
        handle = w.HANDLE()
        self.win32.must(
            p.REG_CREATE, root, path, 0, None, 0, _WRITE, None, ctypes.byref(handle), ctypes.byref(w.DWORD())
        )
        try:
            self.win32.must(p.REG_SET, handle, name, 0, value.kind, value.data, len(value.data))
            self.win32.must(p.REG_FLUSH, handle)
        finally:
            self.win32.call(p.REG_CLOSE, handle)

    def delete(self, key: str, name: str) -> None:
        """Delete a value, on the disk too; it may be gone already. Raises `WindowsRefused`."""
        try:
            with self._opened(key, _WRITE) as handle:
                self.win32.must(p.REG_DELETE_VALUE, handle, name)
                self.win32.must(p.REG_FLUSH, handle)
        except WindowsRefused as refusal:
            if refusal.reason != FILE_NOT_FOUND:
                raise

    def delete_empty(self, key: str) -> bool:
        """Delete a key that has neither values nor keys below; tell whether it is gone. Raises `WindowsRefused`."""
        held = self._count(key)
        if held:
            return False
        if held == 0:
            root, path = _split(key)
            self.win32.must(p.REG_DELETE_KEY, root, path, _VIEW, 0)
        return True

    def _count(self, key: str) -> int | None:
        keys, values = w.DWORD(), w.DWORD()
        try:
            with self._opened(key, _READ) as handle:
                self.win32.must(
                    p.REG_COUNT,
                    *(handle, None, None, None, ctypes.byref(keys), None, None, ctypes.byref(values)),
                    *(None, None, None, None),
                )
        except WindowsRefused as refusal:
            if refusal.reason == FILE_NOT_FOUND:
                return None
            raise
        return keys.value + values.value

    def _query(self, handle: w.HANDLE, name: str) -> Value:
        kind, size = w.DWORD(), w.DWORD(256)
        while True:
            room = ctypes.create_string_buffer(size.value)
            status = self.win32.call(p.REG_QUERY, handle, name, None, ctypes.byref(kind), room, ctypes.byref(size))
            if status == 0:
                return Value(kind.value, room.raw[: size.value])
            if status != MORE_DATA or size.value > MOST_BYTES:
                raise WindowsRefused(p.REG_QUERY.name, status)

    def _names(self, handle: w.HANDLE) -> Iterator[str]:
        for index in range(MOST_KEYS):
            room, size = w.buffer(_LONGEST_NAME), w.DWORD(_LONGEST_NAME)
            status = self.win32.call(p.REG_ENUM_KEY, handle, index, room, ctypes.byref(size), None, None, None, None)
            if status == NO_MORE_ITEMS:
                return
            if status:
                raise WindowsRefused(p.REG_ENUM_KEY.name, status)
            yield w.text_of(room)

    @contextmanager
    def _opened(self, key: str, access: int) -> Iterator[w.HANDLE]:
        root, path = _split(key)
        handle = w.HANDLE()
        self.win32.must(p.REG_OPEN, root, path, 0, access, ctypes.byref(handle))
        try:
            yield handle
        finally:
            self.win32.call(p.REG_CLOSE, handle)


def _split(key: str) -> tuple[int, str]:
    root, _, path = key.partition("\\")
    return ROOTS[root], path
