"""One row of a spreadsheet: its cells by column, as texts and as wordings."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.content.bank import BankRefused, MarkupRefused
from app.content.formats.files import Files
from app.content.formats.plaintext import body_of_text, line_of_text
from app.content.formats.sheet_columns import OPTION_LETTERS, Column, narrow
from app.content.qti.body import NO_ALT
from app.content.qti.line import tidy
from app.exam.prose import Body, Inline, Paragraph, Picture, Run, Style, Wording, plain_text

_SEPARATORS: Final = re.compile(r"[,，、;；\s]+")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_LETTERED: Final = re.compile(r"(?:^|(?<=[\s;；]))([A-La-lＡ-Ｌ])\s*[.．、:：)）]\s*")
_CLOSE: Final = re.compile(r"(?<![A-Za-zＡ-Ｚ0-9])([A-LＡ-Ｌ])\s*[.．、:：)）]\s*")  # without a space before a letter
_FILE_NAME: Final = re.compile(r"[^/\\:\0]{1,200}")


@dataclass(frozen=True)
class Row:
    """A row; `cells` are by column, or by an option's letter and whether it is the English one.

    `shown` are the pictures of its options, by letter.
    """

    number: int
    cells: Mapping[Column | tuple[str, bool], str]
    rich: Mapping[str, tuple[Run, ...]]
    place: tuple[str, int]
    shown: Mapping[str, Body] = field(default_factory=dict)

    def text(self, column: Column) -> str:
        """Give a cell as one line, empty if there is none."""
        cell = self.cells.get(column, "")
        return line_of_text(cell, self.place) if column is not Column.MATERIAL_TEXT else cell

    def listed(self, column: Column) -> list[str]:
        """Give the parts of a cell that are divided by commas."""
        return [part for part in _SEPARATORS.split(self.cells.get(column, "")) if part]

    def wording(self, chinese: Column, english: Column) -> Wording:
        """Give two cells as a wording; the Chinese one stands for both if there is no other.

        Raises:
            BankRefused: there is nothing to read, or what `body_of_text` refuses.
        """
        return self._wording(self.cells.get(chinese, ""), self.cells.get(english, ""))

    def options(self) -> list[tuple[str, Wording]]:
        """Give the options that are filled in, with their letters, which must follow each other from A.

        Raises:
            BankRefused: a letter is left out.
        """
        cells = self._option_cells()
        letters = [letter for letter in OPTION_LETTERS if cells.get(letter) or self.shown.get(letter)]
        if letters != list(OPTION_LETTERS[: len(letters)]):
            raise BankRefused(*self.place, f"options {', '.join(letters)}: one is left out")
        english = [letter for letter in OPTION_LETTERS if self.cells.get((letter, True), "")]
        if not set(english) <= set(letters):
            raise BankRefused(*self.place, "an option in English only")
        if 0 < sum(1 for letter in letters if not cells.get(letter)) < len(letters):
            raise BankRefused(*self.place, "options of words beside options that are pictures alone")
        return [(letter, self._option(letter, cells.get(letter, ""))) for letter in letters]

    def _option(self, letter: str, cell: str) -> Wording:
        shown = self.shown.get(letter, ())
        if not cell:
            return Wording(shown, shown)
        said = self._wording(cell, self._unlettered(letter, self.cells.get((letter, True), "")))
        return Wording(said.zh + shown, said.en + shown)

    def option_texts(self) -> list[str]:
        """Give the options in Chinese as texts, without letters before them.

        Raises:
            BankRefused: one cell that cannot be divided with certainty.
        """
        return list(self._option_cells().values())

    def _option_cells(self) -> dict[str, str]:
        """Give the options by letter: each from its own cell, or all from one; without letters written before them.

        Raises:
            BankRefused: one cell that cannot be divided with certainty.
        """
        own = {letter: cell for letter in OPTION_LETTERS if (cell := self.cells.get((letter, False), ""))}
        together = self.cells.get(Column.OPTIONS, "")
        if not together and list(own) == ["A"] and len(_run(own["A"])) > 1:
            own, together = {}, own["A"]
        if not together:
            plain = {letter: self._unlettered(letter, cell) for letter, cell in own.items()}
            every = all(plain[letter] != cell for letter, cell in own.items())
            return plain if every else own
        marks = _run(together)
        letters = OPTION_LETTERS[: len(marks)]
        if own or not marks:
            raise BankRefused(
                *self.place,
                "options in one cell (选项写在一格) that are not A. …, B. …, C. … in order: give each a cell",
            )
        self._refuse_rich(together)
        ends = [mark.start() for mark in marks[1:]] + [len(together)]
        return {
            letter: together[mark.end() : end].strip(" \t\n\u3000;；")
            for letter, mark, end in zip(letters, marks, ends, strict=True)
        }

    def _unlettered(self, letter: str, cell: str) -> str:
        """Give an option without its own letter before it, which would not be right any more after shuffling."""
        found = _LETTERED.match(cell)
        if found is None or narrow(found[1]).upper() != letter or not cell[found.end() :].strip():
            return cell
        self._refuse_rich(cell)
        return cell[found.end() :].strip()

    def _refuse_rich(self, cell: str) -> None:
        if cell in self.rich:
            raise BankRefused(*self.place, "raised, lowered or other letters in an option with its letter before it")

    def pairs(self) -> list[tuple[str, str]]:
        """Give the options as they are written, Chinese and English."""
        return [
            (cell, self.cells.get((letter, True), ""))
            for letter in OPTION_LETTERS
            if (cell := self.cells.get((letter, False), ""))
        ]

    def runs(self, column: Column) -> tuple[Run, ...]:
        """Give a cell as runs; none if there is none."""
        cell = self.cells.get(column, "")
        return self.rich.get(cell, (Run(cell),)) if cell else ()

    def said(self, chinese: str, english: str) -> Wording:
        """Give two texts as a wording."""
        return self._wording(chinese, english)

    def said_in(self, chinese: Sequence[Run], english: Sequence[Run]) -> Wording:
        """Give two texts of runs as a wording; the Chinese one stands for both if there is no other.

        Raises:
            BankRefused: there is nothing to read, or what `body_of_text` refuses.
        """
        zh = self._body_of(chinese)
        return Wording(zh, self._body_of(english) if english else zh)

    def is_raised(self, key: Column | tuple[str, bool]) -> bool:
        """Tell whether a cell has raised or lowered letters, which its bare text does not show."""
        runs = self.rich.get(self.cells.get(key, ""), ())
        return any(run.styles & {Style.SUPER, Style.SUB} for run in runs)

    def picture(self, name: str, files: Files) -> Picture:
        """Take in the picture that the row names.

        Raises:
            MarkupRefused: a path instead of a name; what `Files.picture` raises.
        """
        if not _FILE_NAME.fullmatch(name) or name in {".", ".."}:
            raise MarkupRefused(*self.place, f"{name[:80]!r} is not a file beside the sheet", name=name[:80])
        return Picture(files.picture(name, self.number), self.text(Column.PICTURE_TEXT) or NO_ALT)

    def stimulus_name(self, name: str, wording: Wording) -> str:
        """Give the name of a case text: its own where it can be one, else a digest of all it says."""
        told = "\0".join((name, *(plain_text(body) for body in wording.bodies())))
        return name if _IDENTIFIER.fullmatch(name) else f"s-{hashlib.sha256(told.encode()).hexdigest()[:24]}"

    def group_name(self, name: str) -> str:
        """Give the name of a group of enemies: its own where it can be one, else a digest of it."""
        text = line_of_text(name, self.place)
        return text if _IDENTIFIER.fullmatch(text) else f"g-{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    def _wording(self, chinese: str, english: str) -> Wording:
        if not chinese and english:
            raise BankRefused(*self.place, "English only, where the Chinese belongs")
        zh = self._body(chinese)
        return Wording(zh, self._body(english) if english else zh)

    def _body(self, cell: str) -> Body:
        return self._body_of(self.rich.get(cell, (Run(cell),)))

    def _body_of(self, runs: Sequence[Run]) -> Body:
        plain = body_of_text("".join(run.text for run in runs), self.place)
        if not any(run.styles for run in runs):
            return plain
        lines: list[list[Inline]] = [[]]
        for run in runs:
            for at, piece in enumerate(run.text.split("\n")):
                if at:
                    lines.append([])
                lines[-1].append(Run(piece, run.styles))
        return tuple(Paragraph(line) for inlines in lines if (line := tidy(inlines)))


def _run(cell: str) -> list[re.Match[str]]:
    """Give the letters A., B., C. … of options in one cell; none if they are not exactly these from its beginning."""
    for pattern in (_LETTERED, _CLOSE):
        marks = list(pattern.finditer(cell))
        letters = "".join(narrow(mark[1]) for mark in marks).upper()
        if len(marks) > 1 and letters == OPTION_LETTERS[: len(letters)] and not cell[: marks[0].start()].strip():
            return marks
    return []
