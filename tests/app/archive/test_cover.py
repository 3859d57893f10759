import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.archive.cover import Tongues, instructions, sheet_of
from app.archive.window.cover_paper import export_papers, print_cover
from app.ui.paper import begin, line, print_paper
from proctoring.vault.carrying.media_register import Medium, MediumState
from proctoring.vault.carrying.request import CoverFacts, HandedOut
from sync.wire.archive import Person, RecordingAbout
from sync.wire.export import LeftOut
from sync.wire.ids import new_id
from sync.wire.plan import Bilingual

WHO = Person(administrator=new_id(), name="张伟", keyid="ab" * 32)
ROOT_SHA256 = "12" * 32
AGE = "age1xyl97pyyaqk7e7k6ktyjd7p44w2h9xdmpdhgs220v405wnc5tcasa326qm"


def facts(recordings: int = 1, *recipients: str, purpose: str = "第 17 号案件取证") -> CoverFacts:
    about = RecordingAbout(
        recording=new_id(),
        manifest_sha256="a" * 64,
        session=new_id(),
        sitting=new_id(),
        candidate=new_id(),
        name="王小明",
        admission_number="20260017",
        id_number_masked="1101**********0011",
        simulated=True,
        exam_title=Bilingual(zh="焊接", en="Welding"),
        site="平阳考点",
        room="第一考场",
        seat_label="07",
        opens_ms=1_800_000_000_000,
        timeline=(),
    )
    verdicts = ("complete", "recovered", "truncated")
    return CoverFacts(
        new_id(),
        new_id(),
        new_id(),
        WHO,
        1_800_000_000_000,
        purpose,
        Medium("SIM0042", "USB-07", 32 * 10**9, MediumState.OUT, WHO, 0, "李娜", "court", 1_800_086_400_000),
        recipients,
        tuple(
            HandedOut(
                new_id(),
                "cd" * 32,
                verdicts[number % 3],
                7_200_000,
                "film",
                570_000_000,
                "ef" * 32,
                None if recipients else about,
                1_800_000_060_000,
                about.exam_title,
                ("candidate", "picture"),
            )
            for number in range(recordings)
        ),
        (LeftOut(recording=new_id(), code="RECORDING_TAMPERED"),),
        ROOT_SHA256,
    )


def test_the_sheet_says_who_what_when_why_and_with_what_verdict() -> None:
    told = facts(3)
    sheet = sheet_of(told, Tongues.both())
    values = [value for _, value in sheet.facts]
    for stands in ("第 17 号案件取证", "张伟", "USB-07 · SIM0042", "李娜", told.export, WHO.keyid):
        assert stands in values
    assert [row[2].splitlines()[0] for row in sheet.recordings] == ["完整", "故障后恢复，缺失部分已注明", "结尾缺失"]
    assert "王小明 20260017" in sheet.recordings[0][0]
    assert "1101**********0011" in sheet.recordings[0][0]
    assert ("ef" * 32) in sheet.recordings[0][3]
    assert "[RECORDING_TAMPERED]" in sheet.left_out[0][1]
    assert len(sheet.signers) == 3
    assert any("模拟" in remark for remark in sheet.remarks)


def test_the_sheet_of_an_encrypted_export_names_no_candidate() -> None:
    told = facts(2, AGE)
    sheet = sheet_of(told, Tongues.both())
    assert AGE in [value for _, value in sheet.facts]
    assert "王小明" not in str(sheet)
    assert [row[0].splitlines()[0] for row in sheet.recordings] == [one.recording for one in told.recordings]
    assert "age --decrypt" in instructions(told, Tongues.both())


def test_times_on_the_sheet_say_what_they_are_and_in_which_zone() -> None:
    (row,) = sheet_of(facts(), Tongues.both()).recordings
    opened, began = (line for line in row[0].splitlines() if "UTC" in line)
    assert re.fullmatch(r".*Session opened 2027-01-\d\d \d\d:\d\d:00 \(UTC[+-]\d\d:\d\d\)", opened)
    assert re.fullmatch(r".*Recording began 2027-01-\d\d \d\d:\d\d:00 \(UTC[+-]\d\d:\d\d\)", began)
    (hidden,) = sheet_of(facts(1, AGE), Tongues.both()).recordings
    assert "Recording began" in hidden[0]


@pytest.mark.parametrize("recipients", [(), (AGE,)])
def test_the_instructions_tell_envelopes_from_plain_files_and_how_to_know_the_registry(
    recipients: tuple[str, ...],
) -> None:
    told = facts(1, *recipients)
    lines = instructions(told, Tongues.both()).split("\n\n")
    (signed,) = (line for line in lines if line.startswith("4. Who signed"))
    envelopes, plain = signed.split("Plain, without an envelope")
    assert all(name in envelopes for name in ("export.json", "manifest.json", "about.json", "trust/directory.json"))
    assert "incidents.json and trust/root.json" in plain
    assert "incidents.json" not in envelopes
    (root,) = (line for line in lines if line.startswith("5. Whether it is the right registry"))
    assert ROOT_SHA256 in root
    assert "examroom registry show" in root
    assert ROOT_SHA256 in dict(sheet_of(told, Tongues.both()).facts).values()
    (about,) = (line for line in lines if line.startswith("6. The recording itself"))
    assert "about.json says whom it shows" in about
    assert "incidents.json repeats" in about


@pytest.mark.usefixtures("qapp")
def test_a_long_list_goes_over_pages_and_every_page_says_which_export_it_is(tmp_path: Path) -> None:
    told = facts(12, purpose="为" * 400)
    printed = print_cover(told, Tongues.both())
    assert printed.pages > 1
    file = tmp_path / "cover.pdf"
    file.write_bytes(printed.pdf)
    info = subprocess.run(["pdfinfo", str(file)], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Pages:\s+(\d+)", info)[1] == str(printed.pages)  # type: ignore[index]
    assert "A4" in info


@pytest.mark.usefixtures("qapp")
def test_every_figure_can_be_copied_and_searched_as_text(tmp_path: Path) -> None:
    told, file = facts(), tmp_path / "cover.pdf"
    file.write_bytes(print_cover(told, Tongues.both()).pdf)
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True).stdout
    for figures in (told.export, told.archive, WHO.keyid, ROOT_SHA256, "20260017", "1101**********0011", "SIM0042"):
        assert figures in text, figures
    assert "page 1 of 1" in text.lower()


def test_the_papers_are_made_with_or_without_windows(qapp: QApplication) -> None:
    assert QApplication.instance() is qapp
    papers = export_papers(facts())
    assert set(papers) == {"cover.pdf", "README.txt"}
    assert papers["cover.pdf"].startswith(b"%PDF-")


@pytest.mark.parametrize("recipients", [(), (AGE,)])
def test_the_sheet_names_the_exam_and_what_is_simulated_with_names_or_without(recipients: tuple[str, ...]) -> None:
    sheet = sheet_of(facts(1, *recipients), Tongues.both())
    assert ("考试 Exam", "焊接 Welding") in sheet.facts
    assert any("含有模拟内容" in remark for remark in sheet.remarks)
    assert "模拟考生 simulated candidate\n模拟摄像头画面 simulated camera" in sheet.recordings[0][0]
    real = replace(facts(1, *recipients).recordings[0], simulated=())
    sheet = sheet_of(replace(facts(1, *recipients), recordings=(real,)), Tongues.both())
    assert "模拟" not in str(sheet)


@pytest.mark.usefixtures("qapp")
def test_letters_that_fonts_like_to_join_stay_letters(tmp_path: Path) -> None:
    figures, file = "6fb3ff7583 ffi fl", tmp_path / "paper.pdf"
    printed = print_paper("t", "c", lambda document: line(begin(document, "t", ""), figures), lambda *_: figures)
    file.write_bytes(printed.pdf)
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True, text=True).stdout
    assert text.count(figures) == 2
