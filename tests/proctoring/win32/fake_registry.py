"""Simulated advapi32, first part: the registry, with keys by path, values of any type, and nothing made by reading."""

import ctypes
from typing import Any

from proctoring.win32.registry import ROOTS
from tests.proctoring.win32.fake_state import FILE_NOT_FOUND, INVALID_HANDLE, INVALID_PARAMETER, SID, Key, Part, State

MORE_DATA, NO_MORE_ITEMS = 234, 259


def fill(state: State, key: str, **values: int) -> None:
    """Make a key, and numbers in it."""
    made = _walk(state.registry, key, make=True)
    assert made is not None
    for name, value in values.items():
        made.values[name.lower()] = (name, 4, value.to_bytes(4, "little"))


def picture(key: Key, at: str = "") -> dict[str, tuple[int, bytes] | None]:
    """Everything below a key, by path: keys as None, values as they are."""
    found: dict[str, tuple[int, bytes] | None] = {at: None}
    for name, kind, data in key.values.values():
        found[f"{at}:{name}"] = (kind, data)
    for below in key.keys.values():
        found.update(picture(below, f"{at}\\{below.name}"))
    return found


def at(state: State, key: str) -> Key | None:
    return _walk(state.registry, key, make=False)


def _walk(key: Key | None, path: str, *, make: bool) -> Key | None:
    for name in filter(None, path.split("\\")):
        assert key is not None
        if name.lower() not in key.keys:
            if not make:
                return None
            key.keys[name.lower()] = Key(name)
        key = key.keys[name.lower()]
    return key


def _root(root: int | None) -> str | None:
    name = next((name for name, number in ROOTS.items() if number == root), None)
    return rf"HKEY_USERS\{SID}" if name == "HKEY_CURRENT_USER" else name


class Keys(Part):
    library = "advapi32"

    def RegOpenKeyExW(self, root: int, path: str, _options: int, access: int, answer: Any) -> int:  # noqa: ANN401
        top = _root(root)
        if top is None or not access & 0x100:
            return INVALID_PARAMETER
        key = _walk(self.state.registry, rf"{top}\{path}", make=False)
        if key is None:
            return FILE_NOT_FOUND
        answer.contents.value = self.state.handle((rf"{top}\{path}", key))
        return 0

    def RegCreateKeyExW(self, root: int, path: str, *rest: Any) -> int:  # noqa: ANN401
        top = _root(root)
        full = rf"{top}\{path}"
        if top is None or not rest[3] & 0x100:
            return INVALID_PARAMETER
        if top == "HKEY_USERS" and _walk(self.state.registry, "\\".join(full.split("\\")[:2]), make=False) is None:
            return INVALID_PARAMETER  # nobody makes an account's part by a key
        if _walk(self.state.registry, full, make=False) is None and self.state.written(full):
            return 5
        rest[5].contents.value = self.state.handle((full, _walk(self.state.registry, full, make=True)))
        return 0

    def RegDeleteKeyExW(self, root: int, path: str, _view: int, _reserved: int) -> int:
        parent, _, name = path.rpartition("\\")
        above = _walk(self.state.registry, rf"{_root(root)}\{parent}", make=False)
        if above is None or name.lower() not in above.keys:
            return FILE_NOT_FOUND
        if above.keys[name.lower()].keys or self.state.written(path):
            return 5
        del above.keys[name.lower()]
        return 0

    def RegEnumKeyExW(self, handle: int, index: int, room: Any, size: Any, *_rest: object) -> int:  # noqa: ANN401
        key = _key(self.state, handle)
        if key is None:
            return INVALID_HANDLE
        names = [one.name for one in key.keys.values()]
        if index >= len(names):
            return NO_MORE_ITEMS
        raw = names[index].encode("utf-16-le")
        if len(raw) // 2 >= size.contents.value:
            return MORE_DATA
        ctypes.memmove(room, raw + b"\0\0", len(raw) + 2)
        size.contents.value = len(raw) // 2
        return 0

    def RegQueryInfoKeyW(self, handle: int, *rest: Any) -> int:  # noqa: ANN401
        key = _key(self.state, handle)
        if key is None:
            return INVALID_HANDLE
        rest[3].contents.value, rest[6].contents.value = len(key.keys), len(key.values)
        return 0

    def RegFlushKey(self, handle: Any) -> Any:  # noqa: ANN401
        return 0 if _key(self.state, handle) else INVALID_HANDLE

    def RegCloseKey(self, handle: Any) -> Any:  # noqa: ANN401
        return 0 if self.state.close(handle) else INVALID_HANDLE


class Values(Part):
    library = "advapi32"

    def RegQueryValueExW(self, handle: int, name: str, _reserved: object, kind: Any, room: int, size: Any) -> int:  # noqa: ANN401
        key = _key(self.state, handle)
        if key is None:
            return INVALID_HANDLE
        if name.lower() not in key.values:
            return FILE_NOT_FOUND
        _, kind.contents.value, data = key.values[name.lower()]
        space, size.contents.value = size.contents.value, len(data)
        if space < len(data):
            return MORE_DATA
        ctypes.memmove(room, data, len(data))
        return 0

    def RegSetValueExW(self, handle: int, name: str, _reserved: int, kind: int, data: Any, size: int) -> int:  # noqa: ANN401
        key = _key(self.state, handle)
        if key is None:
            return INVALID_HANDLE
        if self.state.written(_path(self.state, handle)):
            return 5
        kept, *_ = key.values.get(name.lower(), (name,))  # a value keeps the name it was first written with
        key.values[name.lower()] = (kept, kind, ctypes.string_at(data, size))
        return 0

    def RegDeleteValueW(self, handle: int, name: str) -> int:
        key = _key(self.state, handle)
        if key is None:
            return INVALID_HANDLE
        if name.lower() not in key.values:
            return FILE_NOT_FOUND
        if self.state.written(_path(self.state, handle)):
            return 5
        del key.values[name.lower()]
        return 0


def _key(state: State, handle: int) -> Key | None:
    what: Any = state.handles.get(handle)
    return what[1] if isinstance(what, tuple) else None


def _path(state: State, handle: int) -> str:
    what: Any = state.handles[handle]
    return str(what[0])
