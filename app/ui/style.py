"""The stylesheet, made from the tokens, and what the whole application is set to."""

from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.ui import tokens
from app.ui.look import PLAIN_LOOK, Look, soft_colour, tone_colour
from app.ui.tokens import Space, Tone, Type


def prepare_application(application: QApplication) -> None:
    """Make every platform look the same: Fusion, our font, the light palette whatever the desktop says."""
    application.setStyle("Fusion")
    application.styleHints().setColorScheme(Qt.ColorScheme.Light)
    application.setFont(PLAIN_LOOK.font(Type.BODY))
    colours = PLAIN_LOOK.palette
    palette = QPalette(QColor(colours.sunken), QColor(colours.ground))
    for role, colour in (
        (QPalette.ColorRole.WindowText, colours.ink),
        (QPalette.ColorRole.Text, colours.ink),
        (QPalette.ColorRole.ButtonText, colours.ink),
        (QPalette.ColorRole.Base, colours.surface),
        (QPalette.ColorRole.Highlight, colours.accent),
        (QPalette.ColorRole.HighlightedText, colours.on_accent),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)


@cache
def stylesheet(look: Look) -> str:
    """Give the stylesheet of a look."""
    return "\n".join(
        (_text(look), _surfaces(look), _buttons(look), _fields(look), _scroll(look), _tables(look), _reading(look))
    )


def _font(look: Look, kind: Type) -> str:
    families = ", ".join(f'"{family}"' for family in tokens.FAMILIES)
    return f"font-family: {families}; font-size: {look.px(kind)}px; font-weight: {tokens.TYPES[kind].weight};"


def _text(look: Look) -> str:
    rules = [f"QLabel {{ color: {look.palette.ink}; background: transparent; {_font(look, Type.BODY)} }}"]
    rules.append(
        f"QToolTip {{ color: {look.palette.ink}; background: {look.palette.surface}; {_font(look, Type.BODY)}"
        f" padding: {Space.S}px; border: {tokens.BORDER}px solid {look.palette.line_strong}; }}"
    )
    rules += [f'QLabel[type="{kind.value}"] {{ {_font(look, kind)} }}' for kind in Type]
    rules += [f'QLabel[tone="{tone.value}"] {{ color: {tone_colour(look.palette, tone)}; }}' for tone in Tone]
    return "\n".join(rules)


def _surfaces(look: Look) -> str:
    colours = look.palette
    line = f"{tokens.BORDER}px solid {colours.line}"
    rules = [
        f'QWidget[part="page"] {{ background: {colours.ground}; }}',
        f'QFrame[part="head"] {{ background: {colours.surface}; border: 0; border-bottom: {line}; }}',
        f'QFrame[part="foot"] {{ background: {colours.surface}; border: 0; border-top: {line}; }}',
        f'QFrame[part="side"] {{ background: {colours.ground}; border: 0; border-left: {line}; }}',
        f'QFrame[part="side_left"] {{ background: {colours.ground}; border: 0; border-right: {line}; }}',
        f'QFrame[part="panel"] {{ background: {colours.surface}; border: {line}; border-radius: {tokens.RADIUS}px; }}',
        f'QFrame[part="rule"] {{ background: {colours.line}; border: 0; }}',
        'QWidget[part="clear"] { background: transparent; }',
    ]
    for tone in (Tone.ACCENT, Tone.DONE, Tone.ATTENTION, Tone.DANGER):
        colour = tone_colour(colours, tone)
        rules.append(
            f'QFrame[part="note"][tone="{tone.value}"] {{ background: {soft_colour(colours, tone)}; border: 0;'
            f" border-left: {Space.XS}px solid {colour}; }}"
        )
        rules.append(
            f'QFrame[part="tint"][tone="{tone.value}"] {{ background: {soft_colour(colours, tone)}; border: 0;'
            f" border-radius: {tokens.RADIUS}px; }}"
        )
    rules.append(
        f'QFrame[part="tint"][tone="ink"] {{ background: {colours.sunken}; border: 0;'
        f" border-radius: {tokens.RADIUS}px; }}"
    )
    return "\n".join(rules)


def _buttons(look: Look) -> str:
    colours = look.palette
    height = look.length(tokens.TARGET) - 2 * tokens.EDGE
    pad = look.length(Space.L, 1.5)
    base = (
        f"QPushButton {{ {_font(look, Type.STRONG)} min-height: {height}px; padding: 0 {pad}px;"
        f" border: {tokens.EDGE}px solid transparent; border-radius: {tokens.RADIUS}px; outline: none; }}"
    )
    full = f'QPushButton[place="page"] {{ min-width: {tokens.WORD - 2 * pad}px; }}'
    bar = (
        f'QPushButton[place="bar"] {{ {_font(look, Type.BAR_STRONG)} min-height: {_bar_height(look)}px;'
        f" padding: 0 {Space.L}px; }}"
    )
    row = (
        f'QPushButton[place="row"] {{ {_font(look, Type.STRONG)} min-height: {_row_height(look)}px;'
        f" padding: 0 {look.length(Space.M, 1.4)}px; }}"
    )
    kinds = {
        "primary": (colours.on_accent, colours.accent, colours.accent, colours.accent_strong),
        "secondary": (colours.ink, colours.surface, colours.line_strong, colours.accent_soft),
        "quiet": (colours.accent, "transparent", "transparent", colours.accent_soft),
    }
    rules = [base, full, bar, row]
    for kind, (ink, fill, edge, pressed) in kinds.items():
        of = f'QPushButton[kind="{kind}"]'
        rules += [
            f"{of} {{ color: {ink}; background: {fill}; border-color: {edge}; }}",
            f"{of}:hover, {of}:pressed {{ background: {pressed}; }}",
            (
                f"{of}:disabled {{ color: {colours.ink_soft}; background: {colours.sunken};"
                f" border-color: {colours.line}; border-style: {_shut_edge(look)}; }}"
            ),
        ]
    checked = 'QPushButton[kind="secondary"]:checked'
    rules.append(f"{checked} {{ background: {colours.accent_soft}; border-color: {colours.accent}; }}")
    rules.append(f"{checked}:disabled {{ background: {colours.sunken}; border-color: {colours.line_strong}; }}")
    rules.append(f'QPushButton[here="true"] {{ color: {colours.ink}; background: {colours.accent_soft}; }}')
    quiet = 'QPushButton[kind="quiet"]:disabled'
    rules.append(f"{quiet} {{ background: transparent; border-color: transparent; }}")
    rules.append(
        f'QPushButton[dim="true"], QPushButton[dim="true"]:hover {{ color: {colours.ink_soft};'
        f" background: {colours.sunken}; border-color: {colours.line}; border-style: {_shut_edge(look)}; }}"
    )
    return "\n".join(rules)


def _shut_edge(look: Look) -> str:
    """Give the edge of what cannot be pressed: broken where all ink is bright and dimming is hardly seen."""
    return "dashed" if look.palette is tokens.HIGH_CONTRAST else "solid"


def _bar_height(look: Look) -> int:
    return look.length(tokens.TARGET, tokens.TYPES[Type.BAR_STRONG].most) - 2 * tokens.EDGE


def _row_height(look: Look) -> int:
    """Give the height of a button in a row that may go on in another line: its word's, and never less than a target."""
    return max(tokens.TARGET, round(look.px(Type.STRONG) * 1.5) + 2 * Space.XS) - 2 * tokens.EDGE


def _fields(look: Look) -> str:
    colours = look.palette
    height = look.length(tokens.TARGET) - 2 * tokens.EDGE
    return "\n".join(
        (
            (
                f"QLineEdit {{ {_font(look, Type.LEAD)} color: {colours.ink}; background: {colours.surface};"
                f" min-height: {height}px; padding: 0 {Space.M}px; border-radius: {tokens.RADIUS}px;"
                f" border: {tokens.EDGE}px solid {colours.line_strong};"
                f" selection-background-color: {colours.accent}; selection-color: {colours.on_accent}; }}"
            ),
            (
                f"QLineEdit:focus {{ border: {tokens.RING}px solid {colours.focus};"
                f" padding: 0 {Space.M - tokens.RING + tokens.EDGE}px; }}"
            ),
            (
                f'QLineEdit[wrong="true"] {{ border: {tokens.RING}px solid {colours.attention};'
                f" background: {colours.attention_soft}; }}"
            ),
            (
                f"QLineEdit:disabled {{ color: {colours.ink_soft}; background: {colours.sunken};"
                f" border-color: {colours.line}; }}"
            ),
            f'QLineEdit[type="code"] {{ {_font(look, Type.LEAD)} font-weight: 700; padding: 0 {Space.XS}px; }}',
            _answers(look),
        )
    )


def _answers(look: Look) -> str:
    """Style what responses are written in: a blank in a line, and a sheet of lines."""
    colours = look.palette
    blank = 'QLineEdit[part="blank"]'
    sheet = 'QTextEdit[part="answer"]'
    edge = f"{tokens.EDGE}px solid {colours.line_strong}"
    ring = f"{tokens.RING}px solid {colours.focus}"
    return "\n".join(
        (
            (
                f"{blank} {{ {_font(look, Type.EXAM)} min-height: 0; padding: 0 {Space.XS}px; border: 0;"
                f" border-bottom: {edge}; border-radius: 0; background: {colours.accent_soft}; }}"
            ),
            f"{blank}:focus {{ padding: 0 {Space.XS}px; border: 0; border-bottom: {ring}; }}",
            (
                f'{blank}[wrong="true"] {{ border: 0; background: {colours.attention_soft};'
                f" border-bottom: {tokens.RING}px dashed {colours.attention}; }}"
            ),
            (
                f"{sheet} {{ {_font(look, Type.EXAM)} color: {colours.ink}; background: {colours.surface};"
                f" border: {edge}; border-radius: {tokens.RADIUS}px; padding: {Space.S}px;"
                f" selection-background-color: {colours.accent}; selection-color: {colours.on_accent}; }}"
            ),
            f"{sheet}:focus {{ border: {ring}; padding: {Space.S - tokens.RING + tokens.EDGE}px; }}",
        )
    )


def _scroll(look: Look) -> str:
    colours = look.palette
    return "\n".join(
        (
            "QScrollArea { background: transparent; border: 0; }",
            f"QScrollBar:vertical {{ background: {colours.sunken}; width: {tokens.SCROLL}px; margin: 0; border: 0; }}",
            (
                f"QScrollBar::handle:vertical {{ background: {colours.line_strong}; min-height: {tokens.TARGET}px;"
                f" border-radius: {Space.XS}px; margin: {tokens.EDGE}px; }}"
            ),
            (
                f"QScrollBar:horizontal {{ background: {colours.sunken}; height: {tokens.SCROLL}px; margin: 0;"
                " border: 0; }"
            ),
            (
                f"QScrollBar::handle:horizontal {{ background: {colours.line_strong}; min-width: {tokens.TARGET}px;"
                f" border-radius: {Space.XS}px; margin: {tokens.EDGE}px; }}"
            ),
            "QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }",
            "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }",
        )
    )


def _tables(look: Look) -> str:
    """Style tables (their cells are painted by a delegate) and how far something has come."""
    colours = look.palette
    line = f"{tokens.BORDER}px solid {colours.line}"
    return "\n".join(
        (
            f"QTableView {{ background: {colours.surface}; border: {line}; border-radius: {tokens.RADIUS}px; }}",
            "QTableView { outline: none; padding: 0; }",
            f"QHeaderView {{ background: {colours.sunken}; border: 0; }}",
            (
                f"QHeaderView::section {{ {_font(look, Type.CAPTION)} color: {colours.ink_soft};"
                f" background: {colours.sunken}; border: 0; border-bottom: {line};"
                f" padding: {Space.S}px {Space.M}px; }}"
            ),
            (
                f"QProgressBar {{ background: {colours.sunken}; border: 0; border-radius: {Space.XS}px;"
                f" min-height: {Space.L}px; max-height: {Space.L}px; }}"
            ),
            f"QProgressBar::chunk {{ background: {colours.accent}; border-radius: {Space.XS}px; }}",
        )
    )


def _reading(look: Look) -> str:
    """Style a page that is only read, and the list of what there is to read beside it."""
    colours = look.palette
    contents = 'QListWidget[part="contents"]'
    return "\n".join(
        (
            (
                f"QTextBrowser {{ background: {colours.surface}; color: {colours.ink}; border: 0;"
                f" selection-background-color: {colours.accent}; selection-color: {colours.on_accent}; }}"
            ),
            f"{contents} {{ background: transparent; color: {colours.ink}; border: 0; outline: none; }}",
            f"{contents}::item {{ padding: {Space.S}px {Space.M}px; border-radius: {tokens.RADIUS}px; }}",
            f"{contents}::item:hover {{ background: {colours.sunken}; }}",
            f"{contents}::item:selected {{ background: {colours.accent_soft}; color: {colours.ink}; }}",
            (
                f"{contents}::item:focus {{ border: {tokens.EDGE}px solid {colours.focus};"
                f" padding: {Space.S - tokens.EDGE}px {Space.M - tokens.EDGE}px; }}"
            ),
            f"{contents}::item:disabled {{ color: {colours.ink_soft}; }}",
        )
    )
