"""Whatever is done to a recording is caught without keys, and the second reader says the same of it.

By default some of all damage, drawn anew at every run; `-m long` tries every byte.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from proctoring.vault.format import RecordingUnreadable, Verdict, verify_recording
from tests.proctoring.vault.format import tiny
from tests.proctoring.vault.format.damage import Act, contents, damage
from tests.proctoring.vault.format.independent_reader import NoRecordingError
from tests.proctoring.vault.format.independent_reader import verdict as second_opinion
from tests.proctoring.vault.format.sealed import records

BASES = ("complete", "went_on", "killed")
SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(SOME, max_examples=20)
MANY = settings(SOME, max_examples=2_000)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of one seat: whole, gone on with, killed, and another whole one."""
    folder, keys = tmp_path_factory.mktemp("recordings"), tiny.Keys()
    for name in BASES:
        getattr(tiny, name)(folder / name, keys)
    tiny.complete(folder / "another", keys)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "copy"
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)


def opinion(folder: Path, left: list[bytes]) -> str:
    """Give the verdict both readers come to."""
    theirs = "none"
    with suppress(NoRecordingError):
        theirs = second_opinion(folder, left)
    try:
        ours = str(verify_recording(folder, left=left).verdict)
    except RecordingUnreadable:
        ours = "none"
    assert ours == theirs
    return ours


@st.composite
def an_act(draw: st.DrawFn, folder: Path) -> Act:
    """Draw one thing to do to a recording."""
    files = sorted(path.name for path in folder.iterdir())
    name = draw(st.sampled_from(files))
    size = (folder / name).stat().st_size
    offset = st.integers(0, size - 1)
    segment = draw(st.sampled_from([one for one in files if one.endswith(".ers")]))
    heads = range(len((folder / "heads.jsonl").read_bytes().splitlines()))
    acts: dict[str, Callable[[], Act]] = {
        "flip": lambda: ["flip", name, draw(offset), draw(st.integers(0, 7))],
        "cut": lambda: ["cut", name, draw(offset)],
        "append": lambda: ["append", name, draw(st.binary(min_size=1, max_size=60)).hex()],
        "remove": lambda: ["remove", name],
        "exchange": lambda: ["exchange", name, draw(st.sampled_from(files))],
        "copy": lambda: ["copy", name, draw(st.sampled_from(files))],
        "records": lambda: ["records", segment, _rearranged(draw, range(len(records(folder / segment))))],
        "lines": lambda: ["lines", _rearranged(draw, heads)],
        "from": lambda: ["from", draw(st.sampled_from([*BASES, "another"])), name],
    }
    return acts[draw(st.sampled_from(["flip", *acts]))]()


def _rearranged(draw: st.DrawFn, numbers: range) -> list[int]:
    """Leave one out, double one, exchange two, or cut the end."""
    one, other = draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))
    match draw(st.sampled_from(["drop", "double", "exchange", "cut"])):
        case "drop":
            return [number for number in numbers if number != one]
        case "double":
            return [*numbers[: one + 1], *numbers[one:]]
        case "exchange":
            return [{one: other, other: one}.get(number, number) for number in numbers]
    return list(numbers[:one])


def try_damage(base: str, others: Path, copy: Path, data: st.DataObject) -> None:
    """Do something to a recording; both readers have to notice, and to say the same."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(others / base, copy)
    left = (copy / "heads.jsonl").read_bytes().splitlines() if data.draw(st.booleans(), label="heads left") else []
    before = contents(copy)
    for _ in range(data.draw(st.integers(1, 2), label="how often")):
        with suppress(FileNotFoundError, IndexError):  # what the first has broken, the second cannot
            damage(copy, [data.draw(an_act(others / base), label="done")], others)
    assume(contents(copy) != before)
    verdict = opinion(copy, left)
    assert verdict != Verdict.COMPLETE
    if base == "complete":
        assert verdict != Verdict.RECOVERED


@pytest.mark.parametrize("base", BASES)
@SOME
@given(data=st.data())
def test_whatever_is_done_is_caught_and_both_readers_say_the_same(
    base: str, others: Path, copy: Path, data: st.DataObject
) -> None:
    try_damage(base, others, copy, data)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("base", BASES)
@MANY
@given(data=st.data())
def test_whatever_is_done_thousands_of_times_is_caught(
    base: str, others: Path, copy: Path, data: st.DataObject
) -> None:
    try_damage(base, others, copy, data)


@FEW
@given(data=st.data())
def test_a_recording_cut_at_a_records_end_is_caught_when_a_head_has_left(
    others: Path, copy: Path, data: st.DataObject
) -> None:
    """Somebody cuts the end off so well that the folder alone tells nothing: only the heads that left do."""
    shutil.rmtree(copy, ignore_errors=True)
    writer = tiny.Writer(copy, tiny.Keys())
    segments = data.draw(st.integers(1, 3), label="segments")
    for _ in range(segments):
        writer.segment()
    sent = writer.left[: data.draw(st.integers(1, len(writer.left)), label="heads that left")]
    kept = data.draw(st.integers(0, len(sent) - 1), label="records kept")
    for index in range(segments):
        of_this = max(0, min(4, kept - 4 * index))
        if of_this:
            damage(copy, [["records", f"segment-{index:05}.ers", list(range(of_this))]], others)
            damage(copy, [["cut", f"segment-{index:05}.leaves", 32 * of_this]], others)
        else:
            damage(copy, [["remove", f"segment-{index:05}.ers"], ["remove", f"segment-{index:05}.leaves"]], others)
    damage(copy, [["lines", list(range(kept))]], others)
    assert opinion(copy, []) == Verdict.RECOVERED
    assert opinion(copy, sent) == Verdict.TRUNCATED


def mix(others: Path, copy: Path, names: Iterable[str]) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(others / "complete", copy)
    damage(copy, [["from", "another", name] for name in names], others)
    assert opinion(copy, []) == Verdict.TAMPERED


def mixable(others: Path) -> list[str]:
    return sorted(path.name for path in (others / "complete").iterdir() if path.name != "device.pem")


def test_a_mix_of_two_recordings_of_one_seat_is_caught(others: Path, copy: Path) -> None:
    names = mixable(others)
    for name in names:
        mix(others, copy, [name])
        mix(others, copy, set(names) - {name})


@pytest.mark.long
def test_any_mix_of_two_recordings_of_one_seat_is_caught(others: Path, copy: Path) -> None:
    names = mixable(others)
    for chosen in range(1, 2 ** len(names) - 1):
        mix(others, copy, [name for bit, name in enumerate(names) if chosen >> bit & 1])


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("base", ["complete", "went_on"])
def test_no_byte_can_be_changed(base: str, others: Path, copy: Path) -> None:
    shutil.copytree(others / base, copy)
    for path in sorted(copy.iterdir()):
        raw = path.read_bytes()
        for offset in range(len(raw)):
            path.write_bytes(raw[:offset] + bytes([raw[offset] ^ (1 << offset % 8)]) + raw[offset + 1 :])
            assert verify_recording(copy).verdict is Verdict.TAMPERED, (path.name, offset)
        path.write_bytes(raw)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("base", BASES)
def test_no_file_can_be_cut_anywhere(base: str, others: Path, copy: Path) -> None:
    shutil.copytree(others / base, copy)
    left = (copy / "heads.jsonl").read_bytes().splitlines()
    for path in sorted(copy.iterdir()):
        raw = path.read_bytes()
        for length in range(0, len(raw), 3):
            path.write_bytes(raw[:length])
            assert opinion(copy, left) != Verdict.COMPLETE, (path.name, length)
        path.write_bytes(raw)
