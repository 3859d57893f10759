"""The one font for Chinese and for words in drawings: Noto Sans CJK, as Linux distributions install it."""

from pathlib import Path
from typing import Final

FAMILY: Final = "Noto Sans CJK SC"
_FILES: Final = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),  # Debian, Ubuntu
    Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"),  # Arch
    Path("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc"),  # Fedora
    Path("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc"),  # Fedora, older
)
_HAN: Final = (
    range(0x4E00, 0x9FA6),
    range(0x3400, 0x4DB6),
    range(0x3001, 0x3012),
    range(0x3014, 0x3018),
    range(0xFF01, 0xFF5F),
)
_BLOCKS: Final = (
    range(0x20, 0x7F),
    range(0xA1, 0xAD),
    range(0xAE, 0x100),
    range(0x391, 0x3A2),
    range(0x3A3, 0x3AA),
    range(0x3B1, 0x3CA),
    range(0x2460, 0x2474),
)
_SIGNS: Final = frozenset("–—‘’“”…‰′″℃℉Ω←↑→↓⇒⇔∀∂∃∇∈∏∑√∝∞∠∥∧∨∩∪∫∴∵≈≠≡≤≥⊂⊃⊆⊇⊥△▲□■○●◎★☆−∶⌒⊙∆✓•▶◀▼▽△∽≌∟⊕㎝㎏ⅠⅡⅢⅣⅤⅥ℧")


def font_file() -> Path | None:
    """Give the font's file; None if it is not installed."""
    return next((file for file in _FILES if file.is_file()), None)


def is_han(character: str) -> bool:
    """Tell whether a character is one em wide and in the font: Han and full-width signs."""
    return any(ord(character) in block for block in _HAN)


def is_drawable(character: str) -> bool:
    """Tell whether the font is known to have a character, so that no empty box is drawn for it."""
    others = any(ord(character) in block for block in _BLOCKS)
    return others or is_han(character) or character in _SIGNS
