"""Sizes and offsets as Microsoft Learn and the headers document them for 64-bit Windows."""

import ctypes

import pytest

from proctoring.win32 import layout as w

SIZES = {
    w.KeyboardHook: 24,
    w.Message: 48,
    w.KeyboardInput: 40,
    w.StartupInfo: 104,
    w.ProcessInformation: 24,
    w.ProcessEntry: 568,
    w.FileTime: 8,
    w.ServiceStatus: 28,
    w.PowerStatus: 12,
    w.DisplayPath: 72,
    w.DisplayMode: 64,
    w.ServiceEntry: 16,
}
OFFSETS = [
    (w.KeyboardHook, "flags", 8),
    (w.KeyboardHook, "extra", 16),
    (w.Message, "message", 8),
    (w.Message, "wparam", 16),
    (w.Message, "lparam", 24),
    (w.Message, "time", 32),
    (w.Message, "x", 36),
    (w.KeyboardInput, "vk", 8),
    (w.KeyboardInput, "flags", 12),
    (w.KeyboardInput, "extra", 24),
    (w.StartupInfo, "desktop", 16),
    (w.StartupInfo, "flags", 60),
    (w.StartupInfo, "show", 64),
    (w.StartupInfo, "standard", 80),
    (w.ProcessInformation, "process_id", 16),
    (w.ProcessEntry, "process_id", 8),
    (w.ProcessEntry, "heap", 16),
    (w.ProcessEntry, "parent", 32),
    (w.ProcessEntry, "image", 44),
    (w.PowerStatus, "seconds_left", 4),
    (w.DisplayPath, "source", 8),
    (w.DisplayPath, "target", 28),
    (w.DisplayPath, "available", 60),
    (w.DisplayPath, "flags", 68),
    (w.ServiceEntry, "main", 8),
]


@pytest.mark.parametrize(("record", "size"), SIZES.items(), ids=lambda value: getattr(value, "__name__", value))
def test_a_record_has_the_documented_size(record: type[ctypes.Structure], size: int) -> None:
    assert ctypes.sizeof(record) == size


@pytest.mark.parametrize(("record", "name", "offset"), OFFSETS)
def test_a_field_lies_where_it_is_documented(record: type[ctypes.Structure], name: str, offset: int) -> None:
    assert getattr(record, name).offset == offset


def test_text_ends_at_the_zero_and_a_broken_pair_is_replaced() -> None:
    assert w.text_of([*b"ab", 0, 99]) == "ab"
    assert w.text_of([0xD842, 0xDFB7]) == "𠮷"
    assert w.text_of([0xD842, 0x41]) == "\ufffdA"
