"""Associate (配对): press one option, then the other; the pairs stand below and can be parted."""

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Associate, Interaction, Option
from app.exam.prose import plain_text
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon, paint_icon
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.interactions.chip import Chip, arrange_chips, chip_columns
from app.ui.labels import Line
from app.ui.look import Looked
from app.ui.prose import BodyView
from app.ui.tokens import Space, Tone, Type


class PairRow(Looked, QWidget):
    """Two options that belong together, and the button that parts them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.value = ""
        self.bodies = (BodyView(self, after=self), BodyView(self, after=self))
        self.part = Button("part_pair", Kind.QUIET)
        self.part.setParent(self)
        self._between = QRectF()

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay the pair out in `width` and give its height."""
        self.part.set_look(self.look)
        self.part.ensurePolished()
        button = self.part.sizeHint()
        side = self.look.length(tokens.ICON, 1.5)
        each = (width - button.width() - side - 4 * Space.M) // 2
        for body in self.bodies:
            body.set_look(self.look)
        heights = [body.arrange(each) for body in self.bodies]
        height = max(*heights, button.height()) + 2 * Space.S
        second = Space.M + each + Space.M + side + Space.M
        for body, x, inner in zip(self.bodies, (Space.M, second), heights, strict=True):
            body.setGeometry(x, (height - inner) // 2, each, inner)
        self._between = QRectF(Space.M + each + Space.M, (height - side) / 2, side, side)
        self.part.setGeometry(width - button.width(), (height - button.height()) // 2, button.width(), button.height())
        return height

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground and what joins the two."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.look.palette.accent_soft))
        painter.drawRoundedRect(QRectF(self.rect()), tokens.RADIUS, tokens.RADIUS)
        paint_icon(painter, Icon.LINK, self._between, QColor(self.look.palette.accent))


class AssociateView(Board):
    """The options as chips, and the pairs made of them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._associate: Associate | None = None
        self._chips: list[Chip] = []
        self._pairs: list[PairRow] = []
        self._held = ""
        self._title = Line(Type.STRONG, Tone.INK)
        self._title.setParent(self)

    @property
    def chips(self) -> list[Chip]:
        """Give the chips of this interaction's options, in the order shown."""
        return self._chips[: len(self._associate.options)] if self._associate else []

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show an associate with its response."""
        if not isinstance(interaction, Associate):
            raise TypeError(type(interaction).__name__)
        self._associate, self._held = interaction, ""
        self.begin(interaction, values, setting)
        while len(self._chips) < len(interaction.options):
            self._chips.append(self._new_chip())
        for chip, option in zip(self._chips, interaction.options, strict=False):
            chip.show_option(option.id, self.body(option), setting)
        for chip in self._chips:
            chip.setVisible(chip in self.chips)
        words, most = setting.words, interaction.max_associations
        asked = words("screen.interaction.associate.asked")
        if most:
            asked = words("screen.interaction.associate.most", most=most)
        self.ask(
            asked,
            words("screen.interaction.associate.held"),
            words("screen.interaction.associate.full", most=most),
            words("screen.interaction.associate.used"),
        )
        self.show_values()

    def show_values(self) -> None:
        """Show the pairs, and which options are used."""
        self._show_chips()
        while len(self._pairs) < len(self.values):
            self._pairs.append(self._new_pair())
        options = {option.id: option for option in self._associate.options} if self._associate else {}
        words = self.setting.words
        for row, value in zip(self._pairs, self.values, strict=False):
            row.value = value
            names = [name for name in value.split(" ") if name in options]
            for body, name in zip(row.bodies, names, strict=False):
                body.show_body(self.body(options[name]), self.setting.media, words=words, plays=self.setting.plays)
            row.part.setText(words("screen.interaction.associate.part"))
            first, second = (plain_text(self.body(options[name])) for name in names)
            said = words("screen.interaction.associate.part_long", first=first, second=second)
            row.part.setAccessibleName(said)
            row.show()
        for row in self._pairs[len(self.values) :]:
            row.hide()
        made = words("screen.interaction.associate.pairs", count=len(self.values))
        self._title.setText(made if self.values else words("screen.interaction.associate.no_pairs"))
        self.rearrange()

    def arrange(self, width: int) -> int:
        """Lay chips and pairs out."""
        top = self.arrange_top(width)
        for chip in self.chips:
            chip.set_look(self.look)
        bodies = [self.body(option) for option in self._associate.options] if self._associate else []
        top = arrange_chips(self.chips, chip_columns(bodies, self.look, width), top, width) + Space.L
        self._title.set_look(self.look)
        height = self._title.sizeHint().height()
        self._title.setGeometry(0, top, width, height)
        top += height + Space.S
        for row in self._pairs[: len(self.values)]:
            row.set_look(self.look)
            height = row.arrange(width)
            row.setGeometry(0, top, width, height)
            top += height + Space.S
        return top - Space.S

    # what the person does

    def _new_chip(self) -> Chip:
        chip = Chip(self)
        chip.set_look(self.look)
        chip.clicked.connect(lambda: self._press(chip))
        chip.stepped.connect(lambda by: self._step(chip, by))
        chip.let_go.connect(lambda: self._hold(""))
        chip.lifted.connect(lambda: self._hold(chip.option))
        chip.moved.connect(self._over)
        chip.dropped.connect(lambda place: self._drop(chip, place))
        chip.body.picture_pressed.connect(self.picture_pressed)
        return chip

    def _new_pair(self) -> PairRow:
        row = PairRow(self)
        row.part.clicked.connect(lambda: self._part(row))
        return row

    def _used(self, option: str) -> int:
        return sum(value.split(" ").count(option) for value in self.values)

    def _free(self, option: Option) -> bool:
        return not option.match_max or self._used(option.id) < option.match_max

    def _show_chips(self) -> None:
        words = self.setting.words
        for chip, option in zip(self.chips, self._associate.options if self._associate else (), strict=False):
            held, used = chip.option == self._held, not self._free(option)
            state = words("screen.interaction.associate.is_held") if held else ""
            state = words("screen.interaction.associate.is_used") if used else state
            chip.show_state(state, held=held, used=used)
            chip.movable = not used

    def _hold(self, option: str) -> None:
        self._held = option
        if option:
            self.tell(self.setting.words("screen.interaction.associate.held"))
        else:
            self.calm()
        self._show_chips()

    def _press(self, chip: Chip) -> None:
        option = next(one for one in self._associate.options if one.id == chip.option) if self._associate else None
        if option is None:
            return
        if self._held == chip.option and option.match_max == 1:
            self._hold("")
        elif not self._free(option):
            self.warn(self.setting.words("screen.interaction.associate.used"))
        elif not self._held:
            self._hold(chip.option)
        else:
            self._join(self._held, chip.option)

    def _join(self, first: str, second: str) -> None:
        associate = self._associate
        if associate is None:
            return
        self._held = ""
        pair, turned = f"{first} {second}", f"{second} {first}"
        if pair in self.values or turned in self.values or (first == second and not self._twice(first)):
            self._hold("")
        elif associate.max_associations and len(self.values) >= associate.max_associations:
            self._show_chips()
            self.warn(self.setting.words("screen.interaction.associate.full", most=associate.max_associations))
        else:
            self.respond((*self.values, pair))

    def _twice(self, option: str) -> bool:
        most = next(one.match_max for one in self._associate.options if one.id == option) if self._associate else 1
        return not most or self._used(option) + 2 <= most

    def _part(self, row: PairRow) -> None:
        first = next((chip for chip in self.chips if chip.option in row.value.split(" ")), None)
        if first is not None and row.part.hasFocus():
            first.setFocus()  # the row goes
        self._held = ""
        self.respond(tuple(value for value in self.values if value != row.value))

    def _step(self, chip: Chip, by: int) -> None:
        at = self._chips.index(chip) + by
        if 0 <= at < len(self.chips):
            self.chips[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(self.chips[at])

    def _over(self, place: QPoint) -> None:
        under = self._chip_at(place)
        if under is not None:
            self.row_focused.emit(under)

    def _drop(self, chip: Chip, place: QPoint) -> None:
        under = self._chip_at(place)
        if under is None or under is chip:
            self._hold("")
        else:
            self._press(under)

    def _chip_at(self, place: QPoint) -> Chip | None:
        at = self.mapFromGlobal(place)
        return next((chip for chip in self.chips if chip.geometry().contains(at)), None)
