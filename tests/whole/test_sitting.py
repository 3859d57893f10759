"""A whole sitting, from the sealed bank to the proven receipt, as its last line of JSON and its folder tell it."""

import itertools
import sqlite3

from PySide6.QtGui import QImage

from app.content.qti.reading import read_package
from app.exam.sitting import State
from app.resources import resource_folder
from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.workplace import Workplace
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.wire.ids import is_id
from sync.wire.packet import ScorePacket
from tests.whole.conftest import CUT_AT, ITEMS
from tests.whole.run import Run
from tests.whole.traces import form_of

PASS_MARK = 10  # the smallest whole number that is 80 in 100 of 12
KEYS = """session sitting candidate items responses score passed registry_score packet receipt proof log_index
recording recording_seconds recording_verdict archive archived_as gaps resumed_on_item resume_ms lost_responses
room_record screenshots simulated"""


def test_the_output_is_one_line_of_json_with_exactly_these_keys(run: Run) -> None:
    assert len(run.output.splitlines()) == 1
    assert sorted(run.summary) == sorted(KEYS.split())


def test_what_is_told_on_the_way_is_in_the_language_asked_for(run: Run) -> None:
    assert "模拟断电" in run.narration
    assert not [line for line in run.narration.splitlines() if line.isascii()]


def test_every_path_it_names_is_there_and_inside_its_folder(run: Run) -> None:
    for key in ("packet", "receipt", "proof", "recording", "room_record", "screenshots"):
        assert not run.summary[key].startswith(("/", ".."))
        assert run.path(key).exists(), key


def test_the_ids_are_those_of_the_packet(run: Run, packet: ScorePacket) -> None:
    told = [run.summary[key] for key in ("session", "sitting", "candidate")]
    assert told == [packet.session, packet.sitting, packet.candidate]
    assert all(is_id(found) for found in told)


def test_no_acknowledged_response_is_lost(run: Run, packet: ScorePacket) -> None:
    assert run.summary["lost_responses"] == 0
    assert (run.summary["items"], run.summary["responses"]) == (ITEMS, ITEMS)
    assert len([answer for answer in packet.answers if answer.responses]) == ITEMS


def test_it_goes_on_at_the_item_it_was_cut_at(run: Run) -> None:
    assert run.summary["resumed_on_item"] == CUT_AT
    assert 0 < run.summary["resume_ms"] < 15_000


def test_the_registry_comes_to_the_same_score(run: Run, packet: ScorePacket) -> None:
    assert run.summary["registry_score"] == run.summary["score"] == packet.score_milli / 1000
    assert run.summary["passed"] is packet.passed


def test_the_score_is_what_the_banks_own_keys_give(run: Run, packet: ScorePacket) -> None:
    form, _ = form_of(run.home, packet)
    assert form.sha256 == packet.form.sha256
    markings = read_package(resource_folder() / "sample-bank").markings
    right = {
        answer.item for answer in packet.answers if answer.responses["RESPONSE"] == markings[answer.item].correct()
    }
    assert packet.score_milli == 1000 * len(right)
    assert packet.max_milli == 1000 * ITEMS
    assert packet.passed is (len(right) >= PASS_MARK)
    scored = {outcome.item: outcome.score_milli for outcome in packet.outcomes}
    assert scored == {place.item: 1000 * (place.item in right) for place in form.items}


def test_the_simulated_parts_are_called_simulated(run: Run, packet: ScorePacket) -> None:
    assert run.summary["simulated"][0] == "candidate"
    assert packet.simulated_candidate
    assert packet.recording is not None
    assert tuple(run.summary["simulated"][1:]) == packet.recording.simulated_sources


def test_the_packet_tells_of_the_restart(packet: ScorePacket) -> None:
    assert packet.resumes == 1
    assert packet.started_ms < packet.submitted_ms


def test_the_clock_did_not_run_while_the_seat_was_dead(packet: ScorePacket) -> None:
    assert 0 < packet.active_ms < packet.submitted_ms - packet.started_ms


def test_journal_and_outbox_are_closed_on_the_seat(run: Run, packet: ScorePacket) -> None:
    workplace = Workplace.open(SeatHome(run.home / "seat"))
    try:
        journal = workplace.replica.journal
        sitting = read_sitting(journal, packet.sitting)
        rows, sittings = journal.rows(packet.sitting), journal.sittings()
        (row,) = workplace.replica.outbox.all()
    finally:
        workplace.close()
    assert set(sittings) == {packet.sitting, packet.session}, "nobody else has sat; the session has a journal too"
    assert sitting.state is State.SEALED
    assert row.stage is Stage.PROVEN
    assert row.envelope == run.path("packet").read_bytes()
    assert (packet.journal.count, packet.journal.head) == (len(rows) - 1, rows[-2].hash), "all rows before the last"
    assert len({row.run for row in rows}) == 2, "two runs of the clock: before the cut and after it"


def test_the_registry_holds_one_packet_and_one_result(run: Run, packet: ScorePacket) -> None:
    address = f"file:{run.home / 'registry' / 'registry.db'}?mode=ro"
    connection = sqlite3.connect(address, uri=True)
    try:
        packets = connection.execute("select packet, leaf from packet").fetchall()
        results = connection.execute("select score_milli, agrees from scored_result").fetchall()
        conflicts = connection.execute("select count(*) from conflict").fetchone()
    finally:
        connection.close()
    assert packets == [(packet.packet, run.summary["log_index"])]
    assert results == [(packet.score_milli, 1)]
    assert conflicts == (0,)


def test_there_is_a_picture_of_every_screen_a_candidate_meets(run: Run) -> None:
    names = {file.stem[3:] for file in run.path("screenshots").glob("*.png")}
    screens = {
        "SignInScreen",
        "LaunchScreen",
        "CheckInScreen",
        "IdentityScreen",
        "AuthorityScreen",
        "NoticeScreen",
        "ReviewScreen",
        "ResultScreen-delivered",
        "CornerScreen",
        "ReconcileScreen",
        "RecordScreen",
    }
    assert screens <= names
    assert {"ItemScreen-2-options", "ItemScreen-4-options"} <= {name.removesuffix("-picture") for name in names}
    for file in run.path("screenshots").glob("*.png"):
        picture = QImage(str(file))
        assert (picture.width(), picture.height()) == (1366, 768)
        corners = itertools.product((5, picture.width() - 5), (5, picture.height() // 2, picture.height() - 5))
        assert len({picture.pixel(x, y) for x, y in corners}) > 1, f"{file.name} is blank"


def test_every_process_it_started_is_gone(run: Run) -> None:
    started = " ".join(run.processes.values())
    for program in ("Xvfb", "registry serve", "agent run", "app.demo.seat_process", "proctoring.recorder"):
        assert program in started
    assert run.left_over == ()


def test_its_programs_complain_of_nothing(run: Run) -> None:
    assert (run.home / "programs.log").read_text() == ""
    for file in (run.home / "seat" / "log").iterdir():
        assert '"error"' not in file.read_text(encoding="utf-8")


def test_the_public_folder_is_the_seats_own_belief(run: Run, trust: Trust) -> None:
    seats = Trust.load(run.home / "seat" / "trust")
    assert (trust.root, trust.directory) == (seats.root, seats.directory)
