"""One row of a spreadsheet: its cells by column, as texts and as wordings."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.content.bank import BankRefused, MarkupRefused
from app.content.formats.files import Files
from app.content.formats.plaintext import body_of_text, line_of_text
from app.content.formats.sheet_columns import OPTION_LETTERS, Column, narrow
from app.content.qti.body import NO_ALT
from app.content.qti.line import tidy
from app.exam.prose import Body, Inline, Paragraph, Picture, Run, Wording, plain_text

_SEPARATORS: Final = re.compile(r"[,，、;；\s]+")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_LETTERED: Final = re.compile(r"(?:^|(?<=[\s;；]))([A-La-lＡ-Ｌ])\s*[.．、:：)）]\s*")
_FILE_NAME: Final = re.compile(r"[^/\\:\0]{1,200}")


@dataclass(frozen=True)
class Row:
    """A row; `cells` are by column, or by an option's letter and whether it is the English one."""

    number: int
    cells: Mapping[Column | tuple[str, bool], str]
    rich: Mapping[str, tuple[Run, ...]]
    place: tuple[str, int]

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
        letters = [letter for letter in OPTION_LETTERS if cells.get(letter)]
        if letters != list(OPTION_LETTERS[: len(letters)]):
            raise BankRefused(*self.place, f"options {', '.join(letters)}: one is left out")
        english = [letter for letter in OPTION_LETTERS if self.cells.get((letter, True), "")]
        if not set(english) <= set(letters):
            raise BankRefused(*self.place, "an option in English only")
        return [
            (letter, self._wording(cells[letter], self._unlettered(letter, self.cells.get((letter, True), ""))))
            for letter in letters
        ]

    def _option_cells(self) -> dict[str, str]:
        """Give the options by letter: each from its own cell, or all from one; without letters written before them.

        Raises:
            BankRefused: one cell that cannot be divided with certainty.
        """
        own = {letter: cell for letter in OPTION_LETTERS if (cell := self.cells.get((letter, False), ""))}
        together = self.cells.get(Column.OPTIONS, "")
        if not together:
            plain = {letter: self._unlettered(letter, cell) for letter, cell in own.items()}
            every = all(plain[letter] != cell for letter, cell in own.items())
            return plain if every else own
        marks = list(_LETTERED.finditer(together))
        letters = "".join(narrow(mark[1]) for mark in marks).upper()
        if own or letters != OPTION_LETTERS[: len(letters)] or together[: marks[0].start() if marks else None].strip():
            raise BankRefused(*self.place, "options in one cell that are not A. …, B. …, C. … in order")
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

    def said(self, chinese: str, english: str) -> Wording:
        """Give two texts as a wording."""
        return self._wording(chinese, english)

    def picture(self, name: str, fetch: Callable[[str], bytes]) -> tuple[Files, Body]:
        """Take in the picture that the row names.

        Raises:
            MarkupRefused: a path instead of a name; what `fetch` and `Files.picture` raise.
        """
        if not _FILE_NAME.fullmatch(name) or name in {".", ".."}:
            raise MarkupRefused(*self.place, f"{name[:80]!r} is not a file beside the sheet", name=name[:80])
        files = Files(self.place, fetch)
        kept = files.picture(name, self.number)
        return files, (Picture(kept, self.text(Column.PICTURE_TEXT) or NO_ALT),)

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
        plain = body_of_text(cell, self.place)
        runs = self.rich.get(cell)
        if runs is None:
            return plain
        lines: list[list[Inline]] = [[]]
        for run in runs:
            for at, piece in enumerate(run.text.split("\n")):
                if at:
                    lines.append([])
                lines[-1].append(Run(piece, run.styles))
        return tuple(Paragraph(line) for inlines in lines if (line := tidy(inlines)))
