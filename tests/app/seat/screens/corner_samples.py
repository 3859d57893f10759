"""What the screens of proctors at the seat are shown with. Everything here is simulated."""

from dataclasses import replace

from app.seat.phases.delivery.environment_notices import level_finding, notice_of
from app.seat.phases.proctor.corner_forms import INCIDENTS, MINUTES, MOST_MINUTES
from app.seat.phases.proctor.corner_glance import notice_row
from app.seat.phases.proctor.environment_forms import finding_form, finding_points
from app.seat.screens.proctor.authority import AuthorityScreen, AuthorityView, Point
from app.seat.screens.proctor.corner import CornerScreen
from app.seat.screens.proctor.corner_form import CornerFormScreen
from app.seat.screens.proctor.corner_hints import CornerHintsScreen, HintsView
from app.seat.screens.proctor.corner_view import (
    Choice,
    CornerAct,
    CornerAnswer,
    CornerForm,
    CornerView,
    HintRow,
    IncidentRow,
    Recorder,
    Standing,
)
from app.seat.screens.proctor.ended import EndedScreen, EndedView
from app.ui.fields import Field
from app.ui.text import Sentence
from app.words import Words
from sync.wire.environment import LockdownLevel
from tests.app.seat.screens import samples
from tests.app.seat.screens.samples import bilingual

LEFT_MS = 6_452_000
RUNNING = frozenset(CornerAct) - {CornerAct.CONTINUE, CornerAct.SEND_BACK, CornerAct.CLOSE_SESSION}


def incidents() -> tuple[IncidentRow, ...]:
    """Give four, newest first."""
    return (
        IncidentRow(
            "10:41:20",
            bilingual("违纪：条款 2.3 携带通讯工具", "Irregularity: clause 2.3 Brought a telephone"),
            "手机放在桌下，已收走；考生陈述：忘了交",
            "李芳 / 王建国",
            grave=True,
        ),
        IncidentRow("10:12:09", Sentence("incident.EXTENDED"), "10 分钟：设备故障", "李芳"),
        IncidentRow("10:11:55", Sentence("incident.CONTINUED"), "", "李芳"),
        IncidentRow("10:02:31", Sentence("incident.RECORDING_INTERRUPTED")),
    )


def corner(name: str = "张伟") -> CornerView:
    """Give a running sitting with a raised hand."""
    return CornerView(
        session=samples.session(),
        proctor="李芳",
        on_duty=("李芳", "王建国"),
        standing=Standing.RUNNING,
        acts=RUNNING,
        candidate=samples.candidate(name),
        answered=21,
        items=100,
        saved="10:42:07",
        recorder=Recorder.RECORDING,
        hand_raised=True,
        incidents=incidents(),
        hints=3,
    )


def hints() -> tuple[HintRow, ...]:
    """Give four, newest first, with simulated pictures; of sound there may be none."""
    picture = samples.preview()
    several, nobody, dark = (Sentence(f"recording.flag.{kind}") for kind in ("several_faces", "no_face", "dark"))
    return (
        HintRow("several_faces-1", several, "10:41:20", 12, picture),
        HintRow("speech-1", Sentence("recording.flag.speech"), "10:38:02", 4),
        HintRow("no_face-1", nobody, "10:21:47", 95, picture),
        HintRow("dark-1", dark, "10:02:31", 0, picture),
    )


def admitted() -> CornerView:
    """Give a candidate who has not begun."""
    return CornerView(
        session=samples.session(),
        proctor="李芳",
        on_duty=("李芳", "王建国"),
        standing=Standing.ADMITTED,
        acts=frozenset({CornerAct.REPORT, CornerAct.SEND_BACK}),
        candidate=samples.candidate(),
        items=100,
        recorder=Recorder.NOT_YET,
    )


def nobody() -> CornerView:
    """Give a seat between two candidates."""
    acts = frozenset({CornerAct.REPORT, CornerAct.HAND_OVER, CornerAct.CLOSE_SESSION})
    return CornerView(samples.session(), "李芳", ("李芳", "王建国"), Standing.NOBODY, acts)


def _clause(code: str, zh: str, en: str) -> Choice:
    words = bilingual(f"条款 {code} {zh}", f"Clause {code} {en}")
    return Choice(f"clause:{code}", words, heard=True, group=Sentence("screen.corner_form.group_irregularities"))


def form(act: CornerAct, name: str = "张伟") -> CornerForm:
    """Give the form of an act."""
    reasons = ("equipment", "unwell", "disturbance", "decided")
    choices = tuple(Choice(f"reason.{key}", Sentence(f"screen.corner_form.reason_{key}")) for key in reasons)
    if act is CornerAct.REPORT:
        harmless = Sentence("screen.corner_form.group_incidents")
        choices = (
            _clause("2.3", "携带通讯工具", "Brought a telephone"),
            _clause("3.1", "由他人冒名代替参加考试", "Sat by somebody else"),
            *(Choice(code, Sentence(f"incident.{code}"), group=harmless) for code in INCIDENTS),
        )
    return CornerForm(
        act=act,
        title=Sentence(f"screen.corner_form.{act.value}_title"),
        sentence=Sentence(f"screen.corner_form.{act.value}_sentence", {"name": name}),
        verb=Sentence(f"screen.corner_form.{act.value}_verb"),
        candidate=samples.candidate(name),
        choices=choices,
        minutes=MINUTES if act is CornerAct.EXTEND else (),
        most_minutes=MOST_MINUTES,
        grave=act in (CornerAct.END, CornerAct.VOID),
    )


def authority(given: int = 1) -> AuthorityView:
    """Give what is asked before an exam is voided."""
    sentence = Sentence("screen.corner_form.void_sentence", {"name": "张伟"})
    verb = Sentence("screen.corner_form.void_verb")
    title = Sentence("screen.corner_form.void_title")
    points = (
        Point(Sentence("screen.authority.point_reason"), Sentence("screen.corner_form.reason_wrong_candidate")),
        Point(Sentence("screen.authority.point_note"), "证件照片与本人不符，身份证号末四位 0010 也对不上"),
        Point(Sentence("screen.authority.point_statement"), Sentence("screen.corner_form.said_nothing")),
    )
    return AuthorityView(title, sentence, verb, 2, samples.proctors(given), samples.candidate(), points)


def corner_screen(words: Words) -> CornerScreen:
    """Show a running sitting."""
    screen = CornerScreen(words)
    screen.show_corner(corner())
    screen.set_remaining(LEFT_MS)
    return screen


def corner_long(words: Words) -> CornerScreen:
    """Show it with a name of 200 characters, paused, the recorder gone."""
    screen = CornerScreen(words)
    view = corner(samples.LONG_NAME * 12)
    screen.show_corner(view)
    screen.set_remaining(LEFT_MS)
    return screen


def corner_admitted(words: Words) -> CornerScreen:
    """Show a candidate who has not begun."""
    screen = CornerScreen(words)
    screen.show_corner(admitted())
    return screen


def corner_nobody(words: Words) -> CornerScreen:
    """Show a seat between two candidates."""
    screen = CornerScreen(words)
    screen.show_corner(nobody())
    return screen


def corner_troubled(words: Words) -> CornerScreen:
    """Show a disk that is nearly full and slow, and a recorder that nothing watches over."""
    screen = CornerScreen(words)
    troubles = ("disk_slow", "disk_low", "unguarded")
    told = tuple(Sentence(f"screen.corner.trouble_{one}", {"minutes": 9}) for one in troubles)
    screen.show_corner(replace(corner(), hand_raised=False, troubles=told))
    screen.set_remaining(LEFT_MS)
    return screen


def corner_environment(words: Words) -> CornerScreen:
    """Draw the corner while something is plugged in that was not there at the start."""
    screen = CornerScreen(words)
    wall_ms = 1_795_309_380_000
    kept = [notice_of(one, one.statement, wall_ms) for one in samples.looked().weighed if one.statement is not None]
    level = level_finding(samples.looked(level=LockdownLevel.DESKTOP), LockdownLevel.SESSION)
    fallen = (notice_of(level, level.statement, wall_ms),) if level.statement is not None else ()
    rows = tuple(notice_row(one) for one in (kept[0], *fallen))
    screen.show_corner(replace(corner(), hand_raised=False, notices=rows))
    screen.set_remaining(LEFT_MS)
    return screen


def _override_form() -> CornerForm:
    return finding_form(Sentence("check.usb_storage.found", {"count": 1}), samples.EVIDENCE, starting=True)


def form_override(words: Words) -> CornerFormScreen:
    """Draw the form of going on over a finding."""
    screen = CornerFormScreen(words)
    screen.show_form(_override_form())
    return screen


def authority_override(words: Words) -> AuthorityScreen:
    """Draw two proctors agreeing to it; the first one has."""
    screen, form = AuthorityScreen(words), _override_form()
    points = finding_points(
        samples.EVIDENCE,
        CornerAnswer(form.choices[1], note="考点的加密狗，已登记，考试软件要用"),
    )
    cards = samples.proctors(1)
    screen.show_authority(AuthorityView(form.title, form.sentence, form.verb, 2, cards, points=points))
    return screen


def hints_screen(words: Words) -> CornerHintsScreen:
    """Show four hints."""
    screen = CornerHintsScreen(words)
    screen.show_hints(HintsView("张伟", hints()))
    screen.set_remaining(LEFT_MS)
    return screen


def hints_none(words: Words) -> CornerHintsScreen:
    """Show that nothing was noticed yet."""
    screen = CornerHintsScreen(words)
    screen.show_hints(HintsView("张伟"))
    screen.set_remaining(LEFT_MS)
    return screen


def form_screen(words: Words, act: CornerAct = CornerAct.END) -> CornerFormScreen:
    """Show a form."""
    screen = CornerFormScreen(words)
    screen.show_form(form(act))
    screen.set_remaining(LEFT_MS)
    return screen


def form_extend(words: Words) -> CornerFormScreen:
    """Show the form of extra time."""
    return form_screen(words, CornerAct.EXTEND)


def form_report(words: Words) -> CornerFormScreen:
    """Show the form of an irregularity, its clause chosen."""
    screen = form_screen(words, CornerAct.REPORT)
    screen.choose("clause:2.3")
    note = screen.findChild(Field, "note")
    if note is not None:
        note.setText("手机放在桌下，已收走")
    return screen


def authority_screen(words: Words) -> AuthorityScreen:
    """Show one of two signed."""
    screen = AuthorityScreen(words)
    screen.show_authority(authority())
    screen.set_remaining(LEFT_MS)
    return screen


def authority_entry(words: Words) -> AuthorityScreen:
    """Show the way in, one credential tried twice."""
    screen = AuthorityScreen(words)
    title, body, verb = (Sentence(f"screen.corner.enter_{part}") for part in ("title", "body", "verb"))
    screen.show_authority(AuthorityView(title, body, verb, 1, samples.proctors(0)))
    screen.set_remaining(LEFT_MS)
    screen.show_same_person("p1")
    return screen


def ended_screen(words: Words) -> EndedScreen:
    """Show an exam that proctors ended."""
    screen = EndedScreen(words)
    screen.show_ended(EndedView(samples.candidate(), "10:42", voided=False, can_reopen=True))
    return screen


def ended_voided(words: Words) -> EndedScreen:
    """Show one that was voided."""
    screen = EndedScreen(words)
    screen.show_ended(EndedView(samples.candidate(samples.LONG_NAME), "10:42", voided=True, can_reopen=False))
    return screen
