"""What stands on an export's cover sheet and in its instructions, in both languages; without Qt."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.exam.prose import Language
from app.words import Words
from app.words.lengths import clock_length
from proctoring.vault.carrying.foothold import LIST, SUMS
from proctoring.vault.carrying.request import CoverFacts, HandedOut

_NAMES: Final = {
    "sums": SUMS,
    "list": LIST,
    "check": f"sha256sum --check {SUMS}",
    "film": "film.webm",
    "age": "age-encryption.org",
    "command": "age --decrypt -i KEY-FILE -o film.webm film.webm.age",
    "about": "about.json",
    "incidents": "incidents.json",
    "envelopes": (
        f"{LIST}, manifest.json, opening-NNNNN.json, about.json, room-records/*.json, "
        "trust/registry-keys.json, trust/directory.json"
    ),
    "show": "examroom registry show --home DIR",
    "envelope": "DSSE",
    "dsse": "github.com/secure-systems-lab/dsse",
    "payload": "payload",
    "signatures": "signatures",
    "ecdsa": "ECDSA P-256",
    "root": "trust/root.json",
    "keys": "registry-keys.json",
    "directory": "directory.json",
    "archive": "archive.pem",
    "manifest": "manifest.json",
    "heads": "heads.jsonl",
    "custody": "custody.jsonl",
    "device": "device.pem",
}
"""What the instructions name and nobody translates."""


@dataclass(frozen=True)
class Sheet:
    """A cover sheet: facts, then a table of recordings, what was left out, and the lines to sign."""

    facts: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    recordings: tuple[tuple[str, ...], ...]
    left_out: tuple[tuple[str, str], ...]
    signers: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Tongues:
    """The words of both languages, Chinese first."""

    zh: Words
    en: Words

    @classmethod
    def both(cls) -> "Tongues":
        """Give both."""
        return cls(Words(Language.ZH), Words(Language.EN))

    def __call__(self, key: str, **facts: str | int) -> str:
        """Say a sentence in both languages, on one line."""
        return f"{self.zh(key, **facts)} {self.en(key, **facts)}"


def sheet_of(facts: CoverFacts, say: Tongues) -> Sheet:
    """Put the facts of an export in words."""
    medium = facts.medium
    said = [
        ("purpose", facts.purpose),
        ("by", facts.by.name),
        ("at", _moment(facts.at_ms)),
        ("medium", f"{medium.label} · {medium.serial}"),
        ("bearer", medium.bearer or ""),
        ("due", f"{_local(medium.due_ms):%Y-%m-%d}" if medium.due_ms else ""),
        ("opened_by", "\n".join(facts.recipients) if facts.recipients else say("export.cover.anybody")),
        ("exam", "\n".join(dict.fromkeys(f"{one.exam.zh} {one.exam.en}" for one in facts.recordings if one.exam))),
        ("session", facts.session or ""),
        ("export", facts.export),
        ("archive", facts.archive),
        ("key", facts.by.keyid),
    ]
    remarks = [say("export.cover.encrypted")] if facts.recipients else []
    if any(one.simulated for one in facts.recordings):
        remarks.append(say("export.cover.simulated"))
    root = [(say("export.cover.root", file=_NAMES["root"]), facts.root_sha256)] if facts.root_sha256 else []
    return Sheet(
        (*((say(f"export.cover.{name}"), text) for name, text in said if text), *root),
        tuple(say(f"export.cover.{name}") for name in ("who", "length", "verdict", "digests")),
        tuple(_row(one, say) for one in facts.recordings),
        tuple((one.recording, f"{_why(one.code, say)} [{one.code}]") for one in facts.left_out),
        tuple(say(f"export.cover.{name}") for name in ("handed_by", "received_by", "witness")),
        tuple(remarks),
    )


def instructions(facts: CoverFacts, say: Tongues) -> str:
    """Write how to check an export without this program."""
    facts_of = {
        **_NAMES,
        "root_sha256": facts.root_sha256,
        "export": facts.export,
        "name": facts.by.name,
        "keyid": facts.by.keyid,
    }
    how = "age" if facts.recipients else "plain"
    parts = [
        words(f"export.readme.{part}", **facts_of)
        for words in (say.zh, say.en)
        for part in ("title", "whole", "files", how, "signatures", "root", "recordings", "keyid")
    ]
    return "\n\n".join(parts) + "\n"


def _row(one: HandedOut, say: Tongues) -> tuple[str, ...]:
    who = one.recording
    if one.about is not None:
        about = one.about
        place = f"{about.site} · {about.room} · {about.seat_label}"
        opens = f"{say('export.cover.opens')} {_moment(about.opens_ms)}"
        who = "\n".join((f"{about.name} {about.admission_number}", about.id_number_masked, place, opens, one.recording))
    if one.started_ms is not None:
        who += f"\n{say('export.cover.began')} {_moment(one.started_ms)}"
    for what in one.simulated:
        who += f"\n{say(f'export.cover.simulated_{what}')}"
    digests = f"WebM {one.sha256}"
    if one.manifest_sha256:
        digests += f"\n{say('export.cover.manifest')} {one.manifest_sha256}"
    verdict = "\n".join(words(f"export.cover.verdict_{one.verdict}") for words in (say.zh, say.en))
    return (who, f"{clock_length(one.duration_ms)}\n{one.bytes / 1e6:.1f} MB", verdict, digests)


def _why(code: str, say: Tongues) -> str:
    return say(f"export.cover.left.{code}")


def _moment(ms: int) -> str:
    """Give a time where this is printed, with what its clocks differ from UTC."""
    local = _local(ms)
    zone = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} (UTC{zone[:3]}:{zone[3:]})"


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone()
