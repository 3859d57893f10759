"""A person who sits an exam by a screen reader: everything is found by its role and its name, and nothing is seen."""

from collections.abc import Mapping

from app.exam.interactions import (
    Associate,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Match,
    Option,
    Order,
    Slider,
    TextEntry,
)
from app.exam.item import Item
from app.exam.prose import Hot, inline_text, plain_text, walk
from app.words import Words
from tests.accessibility.reader import SECRET, Node, Reader

BUTTON, CHECK, RADIO, FIELD, SLIDER = "push button", "check box", "radio button", "text", "slider"


class Sitter:
    """Knows the language of the screen and what is to be answered."""

    def __init__(self, reader: Reader, words: Words) -> None:
        self._reader, self._words = reader, words

    def press(self, name: str) -> None:
        """Press the button of that name as soon as it can be pressed."""
        self._reader.act(self._reader.wait(BUTTON, name))

    def say(self, key: str, **facts: str | int) -> str:
        """Give what the screen says for a key."""
        return self._words(f"screen.{key}", **facts)

    def sign(self, name: str, pin: str, button: str) -> None:
        """Sign as a proctor, and wait until the card has nobody to choose any more."""
        self._reader.act(self._reader.wait(RADIO, name))
        self._reader.write(self._reader.wait(SECRET, self.say("pin.pin")), pin)
        self.press(button)
        assert self._reader.until(lambda: self._reader.find(RADIO, name) is None), self._reader.told()

    def answer(self, item: Item, right: Mapping[str, tuple[str, ...]]) -> None:
        """Give the response to every interaction of an item, in the order they are read."""
        blanks = [one.response for one in item.interactions if isinstance(one, TextEntry)]
        lists = [one.response for one in item.interactions if isinstance(one, InlineChoice)]
        for interaction in item.interactions:
            values = right[interaction.response]
            match interaction:
                case Choice():
                    self._mark(self._names(interaction, values), RADIO if interaction.max_choices == 1 else CHECK)
                case Hottext() | Hotspot():
                    self._mark(self._names(interaction, values), CHECK)
                case InlineChoice():
                    self._open(lists.index(interaction.response))
                    self._mark(self._names(interaction, values), RADIO)
                case TextEntry():
                    fields = self._all(FIELD, self.say("interaction.text_entry.name"))
                    self._reader.write(fields[blanks.index(interaction.response)], values[0])
                case ExtendedText():
                    self._reader.write(self._reader.wait(FIELD, self.say("interaction.extended_text.name")), values[0])
                case Order():
                    self._order(interaction, values)
                case Match() | Associate() | GapMatch() | GraphicGapMatch():
                    self._pair(interaction, values)
                case Slider():
                    self._slide(values[0])

    def _said(self, option: Option) -> str:
        return plain_text(option.wording.in_language(self._words.language)).strip()

    def _all(self, role: str, name: str) -> list[Node]:
        self._reader.wait(role, name)
        return [node for node in self._reader.look() if node.role == role and name in node.name]

    def _names(self, one: Choice | InlineChoice | Hottext | Hotspot, values: tuple[str, ...]) -> list[str]:
        match one:
            case Hottext():
                pieces = walk(one.text.in_language(self._words.language))
                return [inline_text(hot.text) for hot in pieces if isinstance(hot, Hot) and hot.id in values]
            case Hotspot():
                return [area.label for area in one.areas if area.id in values]
            case _:
                return [self._said(option) for option in one.options if option.id in values]

    def _mark(self, names: list[str], role: str) -> None:
        for name in names:
            self._reader.act(self._reader.wait(role, name))

    def _open(self, at: int) -> None:
        """Open the list of a blank; it may say already what is chosen."""
        self._reader.act(self._all(BUTTON, self.say("interaction.inline_choice.name"))[at])

    def _order(self, order: Order, values: tuple[str, ...]) -> None:
        named = {option.id: self._said(option) for option in order.options}
        if len(values) < len(order.options):
            for value in values:  # the press puts it after those that are chosen
                self.press(named[value])
            return
        for at, value in enumerate(values):
            place = self.say("interaction.order.place", place=at + 1)
            if named[value] not in self._reader.wait(BUTTON, place).name:
                self.press(named[value])
                self.press(place)
        if keep := self._reader.find(BUTTON, self.say("interaction.order.keep")):
            self._reader.act(keep)

    def _pair(self, one: Match | Associate | GapMatch | GraphicGapMatch, values: tuple[str, ...]) -> None:
        for value in values:
            first, second = value.split(" ")
            match one:
                case Match():
                    row = next(self._said(option) for option in one.rows if option.id == first)
                    column = next(self._said(option) for option in one.columns if option.id == second)
                    cell = self.say("interaction.match.cell", row=row, column=column, state="")
                    self._reader.act(self._reader.wait(CHECK, cell.replace("\n", " ")))
                case Associate():
                    for name in (first, second):
                        self.press(next(self._said(option) for option in one.options if option.id == name))
                case GapMatch():
                    self.press(next(self._said(option) for option in one.options if option.id == first))
                    self.press(self.say("interaction.gap_match.gap", number=int(second.removeprefix("G"))))
                case GraphicGapMatch():
                    self.press(next(self._said(option) for option in one.options if option.id == first))
                    # Qt presses a tenth of a second later, and toggles at once
                    self._reader.wait(BUTTON, self.say("interaction.associate.is_held"))
                    label = next(
                        area.label or self.say("interaction.area", number=at + 1)
                        for at, area in enumerate(one.areas)
                        if area.id == second
                    )
                    self._reader.act(self._reader.wait(CHECK, label))

    def _slide(self, value: str) -> None:
        """Set the number; it is read back, and said."""
        slider = self._reader.wait(SLIDER)
        self._reader.set_value(slider, float(value))
        assert self._reader.until(lambda: self._reader.value(slider) == float(value))
        self._reader.wait(SLIDER, value)
