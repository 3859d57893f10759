"""Ways to damage a recording, as data: `vectors.json` and the property tests speak the same words.

["flip", FILE, OFFSET, BIT]       change a bit
["cut", FILE, LENGTH]             keep the first bytes
["append", FILE, HEX]             add bytes (to a file that may be new)
["remove", FILE]
["exchange", FILE, FILE]
["copy", FILE, FILE]              over another, or as a new one
["records", FILE, [NUMBER, …]]    put a segment together anew from its records
["lines", [NUMBER, …]]            put the heads together anew from their lines
["from", RECORDING, FILE]         take a file of another recording
["link", FILE]                    put a link to the file in its place
"""

from pathlib import Path
from typing import Any

from tests.proctoring.vault.format.sealed import records

Act = list[Any]


def damage(folder: Path, acts: list[Act], others: Path) -> None:
    """Do what `acts` say, in order; `others` holds the other recordings."""
    for act in acts:
        _damage(folder, act, others)


def _damage(folder: Path, act: Act, others: Path) -> None:  # noqa: C901 - one case an act
    match act:
        case ["flip", name, offset, bit]:
            raw = bytearray((folder / name).read_bytes())
            raw[offset] ^= 1 << bit
            (folder / name).write_bytes(raw)
        case ["cut", name, length]:
            (folder / name).write_bytes((folder / name).read_bytes()[:length])
        case ["append", name, more]:
            with (folder / name).open("ab") as file:
                file.write(bytes.fromhex(more))
        case ["remove", name]:
            (folder / name).unlink()
        case ["exchange", one, other]:
            kept = (folder / one).read_bytes()
            (folder / one).write_bytes((folder / other).read_bytes())
            (folder / other).write_bytes(kept)
        case ["copy", one, other]:
            (folder / other).write_bytes((folder / one).read_bytes())
        case ["records", name, numbers]:
            raw, spans = (folder / name).read_bytes(), records(folder / name)
            (folder / name).write_bytes(b"".join(raw[spans[one].start : spans[one].end] for one in numbers))
        case ["lines", numbers]:
            lines = (folder / "heads.jsonl").read_bytes().splitlines(keepends=True)
            (folder / "heads.jsonl").write_bytes(b"".join(lines[number] for number in numbers))
        case ["from", other, name]:
            (folder / name).write_bytes((others / other / name).read_bytes())
        case ["link", name]:
            (folder / name).rename(folder.with_name(f"{folder.name}-{name}"))
            (folder / name).symlink_to(folder.with_name(f"{folder.name}-{name}"))
        case _:
            raise ValueError(act)


def contents(folder: Path) -> dict[str, bytes | None]:
    """Give what is in a folder; None for what is no plain file."""
    return {
        path.name: path.read_bytes() if path.is_file() and not path.is_symlink() else None for path in folder.iterdir()
    }
