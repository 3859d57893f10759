"""One recording: what it is, what it is worth, who did what with it, and the player once a purpose was given."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive.dossier import Dossier
from app.archive.figures import size_words
from app.archive.window.chrome import ArchivePage, Facts
from app.archive.window.custody_list import CustodyList
from app.archive.window.holds import HoldList
from app.archive.window.player import PlayerPanel
from app.archive.window.purpose import PurposePanel
from app.archive.window.reasons import why_not
from app.archive.window.rows import RowBar, RowButton
from app.archive.window.sayings import VERDICT_LOOK, Sayings, day, device, moment
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.look import hand_down
from app.ui.page import Panel, Scroll
from app.ui.simulated import Simulated
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from app.words.incidents import so_long
from app.words.lengths import clock_length, whole_seconds
from proctoring.vault.retention.standing import State
from sync.faults import Fault

_FACTS: Final = (
    "candidate", "number", "session", "place", "seat", "began", "length", "size", "sources", "gaps", "flags", "id",
    "proposed_by", "approved_by", "destroyed_at", "why", "record",
)  # fmt: skip
_ACTS: Final = ("verify", "hold", "extend", "export", "destroy")


class RecordingPage(ArchivePage):
    """One recording. Signals: back; the purpose of viewing was given; an act was chosen (`_ACTS`); a hold is to go."""

    back = Signal()
    purpose_given = Signal(str)
    act_chosen = Signal(str)
    release_chosen = Signal(int)
    same_session = Signal(str, object)  # Text

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._dossier: Dossier | None = None
        self._now_ms = 0
        self._did: Text = ""
        self._player: PlayerPanel | None = None
        row = self._row = QHBoxLayout()
        row.setSpacing(Space.L)
        self._left = QVBoxLayout()
        self._left.setSpacing(Space.M)
        self.asking = PurposePanel(self)
        self.asking.given.connect(self.purpose_given)
        self._left.addWidget(self.asking, 1)
        row.addLayout(self._left, 8)
        self._papers = Scroll(self._make_papers())
        row.addWidget(self._papers, 5)
        self.body.addLayout(row, 1)
        self._foot = self._make_foot()
        self.body.addWidget(self._foot)
        self._share_room()
        self.dress()

    def _make_papers(self) -> QWidget:
        papers = QWidget()
        column = QVBoxLayout(papers)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        column.addWidget(self.problem)
        self._done = Note()
        self._done.setObjectName("done")
        column.addWidget(self._done)
        about = Panel(Space.L)
        self._verdict, self._verdict_says = StatusMark(Type.SECTION, wrap=True), Label(Type.BODY, Tone.SOFT)
        self._verdict.setObjectName("verdict")
        self._facts = Facts(_FACTS)
        self._session = Button("same_session", Kind.QUIET)
        self.named(self._session.setText, "archive.recording.same_session")
        self._session.clicked.connect(self._ask_session)
        for widget in (self._verdict, self._verdict_says, self._facts):
            about.content.addWidget(widget)
        about.content.addWidget(self._session, 0, Qt.AlignmentFlag.AlignLeft)
        keeping = Panel(Space.L)
        self._standing = StatusMark(Type.STRONG, wrap=True)
        self._standing.setObjectName("standing")
        self._blocked = Label(Type.BODY, Tone.SOFT)
        self._frozen = Note()
        self.holds = HoldList()
        self.holds.release_chosen.connect(self.release_chosen)
        keeping.content.addWidget(self._frozen)
        keeping.content.addWidget(self._standing)
        keeping.content.addWidget(self._blocked)
        keeping.content.addWidget(self.holds)
        custody = Panel(Space.L)
        heading = Label(Type.SECTION)
        self.named(heading.setText, "archive.custody.title")
        self.custody = CustodyList("custody")
        custody.content.addWidget(heading)
        custody.content.addWidget(self.custody)
        for panel in (about, keeping, custody):
            column.addWidget(panel)
        column.addStretch(1)
        return papers

    def _make_foot(self) -> QWidget:
        foot = RowBar("foot")
        self._back = RowButton("back", icon=Icon.BACK)
        self.named(self._back.setText, "archive.recording.back")
        self._back.clicked.connect(self.back)
        self._papers_button = RowButton("papers")
        self._papers_button.be_markable()
        self.named(self._papers_button.setText, "archive.recording.papers")
        self._papers_button.clicked.connect(self._share_room)
        foot.row.put(self._back)
        foot.row.put(self._papers_button)
        self.acts: dict[str, Button] = {}
        for act in _ACTS:
            button = RowButton(act)
            self.named(button.setText, f"archive.recording.{act}")
            button.clicked.connect(lambda _checked=False, which=act: self.act_chosen.emit(which))
            self.acts[act] = button
            foot.row.put(button, far=True, before=Space.XXL if act == "destroy" else 0)  # far from what harms nothing
        return foot

    # showing

    def ask_anew(self) -> None:
        """Begin without a player: the purpose of this viewing has not been given yet."""
        self.put_player(None)
        self.asking.show_opening(False)
        self.asking.begin()
        self.say_done("")

    def show_dossier(self, dossier: Dossier, now_ms: int) -> None:
        """Show a recording as it stands at `now_ms`, the wall clock's time. Another one begins without a player."""
        if self._dossier is None or self._dossier.recording != dossier.recording:
            self.ask_anew()
        self._dossier, self._now_ms = dossier, now_ms
        self.set_simulated(simulated_of(dossier))
        self.render_view()
        self._share_room()

    def put_player(self, player: PlayerPanel | None) -> None:
        """Show the player in place of the question for the purpose, or take it away."""
        if self._player is not None:
            self._left.removeWidget(self._player)
            self._player.hide()
            self._player.deleteLater()
        self._player = player
        if player is not None:
            self._left.addWidget(player, 1)
            player.enlarged.connect(self._share_room)
            hand_down(self, self.look)
        self._papers_button.setChecked(False)
        self._share_room()
        if player is not None:
            player.setFocus()

    def _share_room(self) -> None:
        """Show the player alone, as large as there is room, or the papers instead; before that, both sides."""
        player, papers = self._player, self._papers_button.isChecked()
        gone = self._dossier is not None and self._dossier.standing.state is State.DESTROYED
        self.asking.setVisible(player is None and not gone)
        self._row.setStretch(0, 0 if gone else 8)  # nothing can be watched any more: the papers have the page
        self._papers_button.setVisible(player is not None)
        self._papers.setVisible(player is None or papers)
        if player is not None:
            player.setVisible(not papers)
        large = player is not None and player.large
        for part in (self._head, self._foot):
            part.setVisible(not large)
        edge = Space.S if player is not None else Space.L
        far = Space.S if large else Space.XL
        self._row.setContentsMargins(far, edge, far, edge)

    def show_fault(self, fault: Fault | None, again: Callable[[], None] | None = None) -> None:
        """Say what stands in the way, where it is seen."""
        super().show_fault(fault, again)
        if fault is not None:
            self.say_done("")
            self._bring_papers()

    def say_done(self, did: Text) -> None:
        """Say what was just done with it, where it is seen; an empty text takes the word away."""
        self._did = did
        self._done.say(Tone.DONE, say(did, self.words))
        if did:
            self._bring_papers()

    def _bring_papers(self) -> None:
        self._papers.verticalScrollBar().setValue(0)
        if self._player is not None:
            self._player.enlarge(False)
            self._papers_button.setChecked(True)
            self._share_room()

    @property
    def player(self) -> PlayerPanel | None:
        """The player, if one is shown."""
        return self._player

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        self.asking.set_words(self.words)
        self._done.say(Tone.DONE, say(self._did, self.words))
        if self._player is not None and self._player.words is not self.words:
            self._player.set_words(self.words)
        dossier = self._dossier
        if dossier is None:
            return
        for name, key in self._facts.keys.items():
            key.setText(self.words(f"screen.archive.recording.{name}"))
        self._show_verdict(dossier)
        self._show_facts(dossier)
        self._show_standing(dossier)
        self.holds.show_holds(dossier.standing.holds, self._now_ms, self.words, self.look)
        self.custody.show_entries(list(reversed(dossier.custody)), self.words, self.look)
        self._show_acts(dossier)

    def _show_verdict(self, dossier: Dossier) -> None:
        gone = dossier.standing.state is State.DESTROYED
        self._verdict_says.setVisible(not gone)
        if gone:
            self._verdict.show_status(Icon.CROSS, Tone.SOFT, self.words("screen.archive.state.destroyed"))
            return
        icon, tone = VERDICT_LOOK.get(dossier.verdict, VERDICT_LOOK[""])
        self._verdict.show_status(icon, tone, Sayings(self.words).verdict(dossier.verdict))
        known = bool(dossier.verdict) and self.words.has(f"verdict.{dossier.verdict}")
        says = self.words(f"verdict.{dossier.verdict}") if known else self.words("screen.archive.recording.unverified")
        self._verdict_says.setText(says)

    def _show_facts(self, dossier: Dossier) -> None:
        words, about, manifest = self.words, dossier.about, dossier.situation.manifest
        document = manifest.document if manifest else None
        said = dict.fromkeys(_FACTS, "")
        said["id"] = dossier.recording
        if about is not None:
            said["candidate"] = about.name
            said["number"] = f"{about.id_number_masked}\u2003{about.admission_number}"
            said["session"] = say(about.exam_title, words)
            said["place"] = f"{about.site}\u2003{about.room}"
            said["seat"] = Sayings(words).seat(about.seat_label)
        elif dossier.about_trouble:
            said["candidate"] = words(f"fault.{dossier.about_trouble}.what")
        elif dossier.standing.state is State.DESTROYED:
            said["candidate"] = words("screen.archive.find.name_destroyed")
            said |= _destruction(dossier)
        else:
            said["candidate"] = words("screen.archive.recording.nobody")
        if document is not None and manifest is not None:
            said["began"] = moment(document.started.wall_ms)
            said["length"] = clock_length(document.duration_ms)
            said["size"] = size_words(manifest.bytes)
            said["sources"] = "\n".join(
                device(source.track, source.label, simulated=source.simulated, words=words)
                for source in document.sources
            )
            count = len(document.gaps)
            lost = so_long(sum(whole_seconds(gap.length_ms) for gap in document.gaps), words)
            said["gaps"] = words("screen.archive.recording.gap_count", count=count, length=lost)
            said["flags"] = words("screen.archive.recording.flag_count", count=len(document.flags))
        for name, text in said.items():
            self._facts.say(name, text)
        self._session.setVisible(document is not None)

    def _show_standing(self, dossier: Dossier) -> None:
        stands, words = dossier.standing, self.words
        until = day(stands.retain_until_ms)
        icon, tone = {
            State.RETAINED: (Icon.SHIELD, Tone.DONE),
            State.ARRIVED: (Icon.ATTENTION, Tone.ATTENTION),
            State.MISSING: (Icon.ATTENTION, Tone.DANGER),
            State.EXPIRABLE: (Icon.CLOCK, Tone.INK),
            State.DESTROYED: (Icon.CROSS, Tone.SOFT),
        }.get(stands.state, (Icon.ATTENTION, Tone.ATTENTION))
        self._standing.show_status(icon, tone, words(f"screen.archive.keeping.{stands.state.value}", until=until))
        frozen = stands.frozen
        said = ""
        if frozen is not None:
            facts = {"said": moment(frozen.said_ms), "expected": moment(frozen.expected_ms)}
            said = words("screen.archive.calendar.frozen", **facts)
        self._frozen.say(Tone.ATTENTION, said)

    def _show_acts(self, dossier: Dossier) -> None:
        stands = dossier.standing
        there = stands.state not in (State.DESTROYED, State.DESTROYING)
        for act, button in self.acts.items():
            why = why_not(stands, act)
            button.allow(self.words(f"screen.archive.why.{why}", until=day(stands.retain_until_ms)) if why else "")
        blocked = self.acts["destroy"].toolTip() if stands.held and there else ""
        self._blocked.setText(blocked)
        self._blocked.setVisible(bool(blocked))
        key = "decide" if stands.proposal is not None else "destroy"
        self.acts["destroy"].setText(self.words(f"screen.archive.recording.{key}"))
        self.asking.setEnabled(there)

    def _ask_session(self) -> None:
        dossier = self._dossier
        if dossier is not None and dossier.situation.manifest is not None:
            session = dossier.situation.manifest.document.session
            title = dossier.about.exam_title if dossier.about else session
            self.same_session.emit(session, title)


def _destruction(dossier: Dossier) -> dict[str, str]:
    """Give what the signed record says of a destruction."""
    record = dossier.situation.record
    if record is None:
        return {}
    return {
        "began": moment(record.recorded.wall_ms),
        "size": size_words(record.bytes),
        "proposed_by": record.proposed_by.name,
        "approved_by": "\u2003".join(one.name for one in record.approved_by),
        "destroyed_at": moment(record.data_erased.wall_ms),
        "why": record.purpose,
        "record": " ".join(dossier.record_sha256[at : at + 8] for at in range(0, 64, 8)),
    }


def simulated_of(dossier: Dossier) -> tuple[Simulated, ...]:
    """Say what of a recording is not real."""
    manifest, about = dossier.situation.manifest, dossier.about
    tracks = {source.track for source in manifest.document.sources if source.simulated} if manifest else set()
    said = {
        Simulated.CANDIDATE: about is not None and about.simulated,
        Simulated.CAMERA: "picture" in tracks,
        Simulated.MICROPHONE: "sound" in tracks,
    }
    return tuple(one for one, so in said.items() if so)
