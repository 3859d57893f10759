"""Pictures pasted into a sheet: the row and the option they belong to, and nothing that is lost without a word."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from app.content.formats.warning import SourceWarning, WarningKind
from app.content.importing import import_file
from app.content.qti.body import NO_ALT
from app.exam.interactions import Choice
from app.exam.prose import Body, Picture, plain_text
from tests.app.content.formats.giving import PNG, only
from tests.app.content.formats.workbooks import HEADS, TRUE, read

SINGLE = ["pic-1", "单选", "", "", "这是什么标志？", "禁止", "警告", "", "", "A"]
DRAWING = "xl/drawings/drawing1.xml"


def sheet(*rows: Sequence[object], put: Callable[[Worksheet], object], heads: Sequence[str] = HEADS) -> bytes:
    """Write rows below headings; `put` lays something over them."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = book.add_worksheet("题库")
        for at, row in enumerate([heads, *rows]):
            made.write_row(at, 0, row)
        put(made)
    return file.getvalue()


def paste(worksheet: Worksheet, row: int, column: int, words: str = "", **more: object) -> None:
    """Paste the picture over a cell; both are counted from 0."""
    data = io.BytesIO(PNG)
    worksheet.insert_image(row, column, "p.png", {"image_data": data, "description": words, **more})


def pasted(row: int, column: int, words: str = "", **more: object) -> Callable[[Worksheet], object]:
    """Give what pastes one picture."""
    return lambda made: paste(made, row, column, words, **more)


def changed(data: bytes, change: Mapping[str, Callable[[str], str]], more: Mapping[str, bytes] | None = None) -> bytes:
    """Give a workbook with parts changed and parts added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            told = change[name](raw.decode()) if name in change else None
            assert told is None or told.encode() != raw
            new.writestr(name, raw if told is None else told)
        for name, raw in (more or {}).items():
            new.writestr(name, raw)
    return made.getvalue()


def pictures(body: Body) -> list[str]:
    """Give the descriptions of a body's pictures."""
    return [block.alt for block in body if isinstance(block, Picture)]


def test_a_pasted_picture_stands_below_the_words_of_its_rows_stem() -> None:
    found = only(read(sheet(SINGLE, put=pasted(1, 12, "红圈斜杠"))))
    assert plain_text(found.item.stem.zh[:1]) == "这是什么标志？"
    assert found.item.stem.zh[1] == found.item.stem.en[1] == Picture("1.png", "红圈斜杠")
    assert list(found.media) == ["1.png"]


def test_pictures_belong_to_the_row_they_begin_at_in_order_of_columns() -> None:
    def put(made: Worksheet) -> None:
        paste(made, 2, 11, "右")
        paste(made, 2, 4, "左")
        paste(made, 1, 4, "上")

    reading = read(sheet(TRUE, SINGLE, put=put))
    assert [pictures(one.item.stem.zh) for one in reading.items] == [["上"], ["左", "右"]]


def test_a_picture_over_an_option_joins_the_option() -> None:
    def put(made: Worksheet) -> None:
        paste(made, 1, 5, "甲图")
        paste(made, 1, 6, "乙图")

    words, bare = (read(sheet(row, put=put)) for row in (SINGLE, ["pic-2", *SINGLE[1:5], "", "", "", "", "A"]))
    for reading in (words, bare):
        (choice,) = only(reading).item.interactions
        assert isinstance(choice, Choice)
        assert [pictures(option.wording.zh) for option in choice.options] == [["甲图"], ["乙图"]]
        assert reading.warnings == ()


def test_a_picture_over_one_option_alone_is_said_since_it_may_belong_to_the_stem() -> None:
    reading = read(sheet(SINGLE, put=pasted(1, 6, "图")))
    assert reading.warnings == (SourceWarning(WarningKind.PICTURE_OF_ONE_OPTION, "bank.xlsx:2", {"option": "B"}),)
    (refused,) = read(sheet(SINGLE, put=pasted(1, 7, "图"))).rejected
    assert "pictures alone" in refused.reason


@pytest.mark.parametrize("words", ["", "sign.png", "图形用户界面\n\n描述已自动生成"])
def test_a_picture_that_nobody_described_says_so(words: str) -> None:
    reading = read(sheet(TRUE, put=pasted(1, 4, words)))
    assert pictures(only(reading).item.stem.zh) == [NO_ALT]
    assert [one.kind for one in reading.warnings] == [WarningKind.PICTURE_UNDESCRIBED]


def test_the_column_of_descriptions_is_about_a_pasted_picture_too() -> None:
    reading = read(sheet([*TRUE, "红圈"], put=pasted(1, 4), heads=[*HEADS, "图片说明"]))
    assert (pictures(only(reading).item.stem.zh), reading.warnings) == (["红圈"], ())


def test_pictures_over_rows_that_are_no_items_are_said() -> None:
    reading = read(sheet(TRUE, put=pasted(4, 1)))
    assert pictures(only(reading).item.stem.zh) == []
    assert reading.warnings == (SourceWarning(WarningKind.PICTURE_OF_NO_ITEM, "bank.xlsx:5", {"rows": "5"}),)


def test_text_boxes_shapes_charts_and_comments_are_said_by_name() -> None:
    def put(made: Worksheet) -> None:
        made.insert_textbox(1, 4, "见图中所示")
        made.write_comment(1, 4, "待核对")
        made.insert_textbox(1, 6, "")

    reading = read(sheet(TRUE, put=put))
    assert {one.kind: one.facts.get("text", one.facts.get("sheet", "")) for one in reading.warnings} == {
        WarningKind.TEXT_BOX_NOT_READ: "见图中所示",
        WarningKind.SHAPE_NOT_READ: "",
        WarningKind.COMMENTS_NOT_READ: "题库",
    }
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = book.add_worksheet("题库")
        made.write_row(0, 0, HEADS)
        made.write_row(1, 0, TRUE)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=题库!$A$1:$A$2"})
        made.insert_chart("E2", chart)
    (warning,) = read(file.getvalue()).warnings
    assert (warning.kind, warning.place) == (WarningKind.CHART_NOT_READ, "bank.xlsx:2")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<a:stretch>", '<a:srcRect l="10000"/><a:stretch>', "cropped"),
        ("<a:xfrm>", '<a:xfrm rot="5400000">', "turned"),
        ("<a:xfrm>", '<a:xfrm flipH="1">', "turned"),
        ('r:embed="rId1"', 'r:link="rId1"', "linked"),
        ('r:embed="rId1"', 'r:embed="rId9"', "not in the file"),
        ("<xdr:pic>", '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="9" name="组合 1"/></xdr:nvGrpSpPr><xdr:pic>', "组合 1"),
    ],
)
def test_a_picture_that_would_show_otherwise_puts_its_row_aside(old: str, new: str, words: str) -> None:
    def change(text: str) -> str:
        end = "</xdr:pic></xdr:grpSp>" if "grpSp" in new else "</xdr:pic>"
        return text.replace(old, new).replace("</xdr:pic>", end)

    data = changed(sheet(TRUE, SINGLE, put=pasted(1, 4, "图")), {DRAWING: change})
    reading = read(data)
    assert [one.item.id for one in reading.items] == ["pic-1"]
    (refused,) = reading.rejected
    assert (refused.fault.line, words in refused.reason) == (2, True)


def test_a_picture_that_is_fixed_to_no_cell_keeps_the_whole_sheet_out_by_name() -> None:
    data = changed(
        sheet(TRUE, put=pasted(1, 4, "图")),
        {
            DRAWING: lambda text: (
                text[: text.index("<xdr:twoCellAnchor")]
                + '<xdr:absoluteAnchor><xdr:pos x="0" y="0"/>'
                + text[text.index("<xdr:pic>") :].replace("twoCellAnchor", "absoluteAnchor")
            )
        },
    )
    reading = read(data)
    assert reading.items == ()
    assert [(one.item, "绝对定位" in one.reason) for one in reading.rejected] == [("题库", True)]


def test_a_picture_of_another_kind_puts_its_row_aside_by_name() -> None:
    name = "xl/media/image1.png"
    data = changed(sheet(TRUE, put=pasted(1, 4, "图")), {DRAWING: lambda text: text.replace("图", "画")})
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            new.writestr(one, b"\x01\0\0\0" + bytes(60) if one == name else old.read(one))
    (refused,) = read(made.getvalue()).rejected
    assert refused.fault.facts["name"] == "EMF"


def test_a_picture_over_a_case_text_is_refused_since_other_rows_would_lack_it() -> None:
    heads = [*HEADS, "材料编号", "材料"]
    (refused,) = read(sheet([*TRUE, "c", "一案例。"], put=pasted(1, 11, "图"), heads=heads)).rejected
    assert "case text" in refused.reason


WPS = (
    '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><etc:cellImage><xdr:pic>'
    '<xdr:nvPicPr><xdr:cNvPr id="2" name="ID_0A1B" descr="红圈斜杠"/><xdr:cNvPicPr/></xdr:nvPicPr>'
    '<xdr:blipFill><a:blip r:embed="rId1"/><a:stretch/></xdr:blipFill><xdr:spPr/></xdr:pic></etc:cellImage>'
    "</etc:cellImages>"
).encode()
WPS_RELS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/image1.png"/>'
    b"</Relationships>"
)


def in_cells(row: Sequence[object], cells: Mapping[tuple[int, int], str]) -> bytes:
    """Write rows as WPS does, with pictures within cells by their ids."""

    def put(made: Worksheet) -> None:
        for (at, column), name in cells.items():
            made.write_formula(at, column, f'=_xlfn.DISPIMG("{name}",1)', None, f'=DISPIMG("{name}",1)')

    more = {"xl/cellimages.xml": WPS, "xl/_rels/cellimages.xml.rels": WPS_RELS, "xl/media/image1.png": PNG}
    rows = [row, ["pic-2", *SINGLE[1:]]]
    return changed(sheet(*rows, put=put, heads=[*HEADS, "图片"]), {}, more)


def test_pictures_that_wps_keeps_within_cells_are_taken_the_same_way() -> None:
    reading = read(in_cells(SINGLE, {(1, 10): "ID_0A1B", (2, 10): "ID_FFFF"}))
    (found,) = reading.items
    assert pictures(found.item.stem.zh) == ["红圈斜杠"]
    assert [(one.item, "not in the file" in one.reason) for one in reading.rejected] == [("pic-2", True)]


def test_a_picture_within_an_options_cell_is_the_option() -> None:
    row = ["pic-1", *SINGLE[1:5], "", "", "", "", "A"]
    reading = read(in_cells(row, {(1, 5): "ID_0A1B", (1, 6): "ID_0A1B"}))
    assert [(one.item, "the same" in one.reason) for one in reading.rejected] == [("pic-1", True)]


def test_pictures_of_stem_and_options_come_through_into_a_bank(tmp_path: Path) -> None:
    def put(made: Worksheet) -> None:
        for column in (4, 5, 6):
            paste(made, 1, column, f"图 {column}")

    (tmp_path / "bank.xlsx").write_bytes(sheet(SINGLE, put=put))
    report = import_file(tmp_path / "bank.xlsx", tmp_path / "bank")
    assert (report.accepted, report.rejected) == (1, ())
