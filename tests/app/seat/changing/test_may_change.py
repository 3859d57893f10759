"""Programs are changed only where nobody may be sitting."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from app.seat.changing.may_change import Reason, Why, reasons_against
from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty, Occupancy
from app.seat.workplace import Workplace
from sync.replica.cabinet import DocumentKind
from sync.replica.database import ReplicaUnreadable
from tests.app.cli.terminal import Terminal
from tests.app.registry.world import HOUR_MS, World
from tests.app.seat.changing.conftest import begun_sitting, opened_session

LANGUAGES = ("zh", "en")


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in folder.rglob("*") if file.is_file()}


def test_a_seat_at_rest_may_change_also_with_a_packet_in_the_outbox_and_nothing_is_written(home: SeatHome) -> None:
    before = files_of(home.root)
    assert reasons_against(home) == []
    after = files_of(home.root)
    assert {name: one for name, one in after.items() if not name.endswith(("-shm", "-wal"))} == before


def test_a_pc_that_is_no_seat_may_change(tmp_path: Path) -> None:
    assert reasons_against(SeatHome(tmp_path / "nothing")) == []
    assert not (tmp_path / "nothing").exists()


def test_a_running_kiosk_and_an_agent_started_by_hand_are_reasons(home: SeatHome) -> None:
    kiosk, agent = Occupancy(home), AgentDuty(home)
    kiosk.take()
    assert [one.why for one in reasons_against(home)] == [Why.KIOSK]
    agent.take()
    assert [one.why for one in reasons_against(home)] == [Why.KIOSK, Why.AGENT]
    kiosk.give_up()
    agent.give_up()
    assert reasons_against(home) == []
    assert home.lock.exists(), "the lock's file alone says nothing"


def test_an_open_session_is_a_reason_until_it_is_over_by_signed_time(
    world: World, home: SeatHome, session: str
) -> None:
    opened_session(home, session)
    assert reasons_against(home) == [Reason(Why.SESSION, session)]
    workplace = Workplace.open(home)
    after_ms = world.clock.now_ms + 6 * HOUR_MS
    assert workplace.replica.cabinet.raise_highest_signed_ms(after_ms, after_ms)
    workplace.close()
    assert reasons_against(home) == []


def test_an_open_sitting_is_a_reason_even_if_its_plan_is_gone(home: SeatHome, session: str) -> None:
    sitting = begun_sitting(home, session)
    assert reasons_against(home) == [Reason(Why.SITTING, sitting)]
    with closing(Workplace.open(home)) as workplace:
        workplace.replica.cabinet.remove_document(DocumentKind.PLAN, session)
    assert reasons_against(home) == [Reason(Why.SITTING, sitting)]


def test_an_open_session_whose_plan_is_gone_is_a_reason(home: SeatHome, session: str) -> None:
    opened_session(home, session)
    with closing(Workplace.open(home)) as workplace:
        workplace.replica.cabinet.remove_document(DocumentKind.PLAN, session)
    assert reasons_against(home) == [Reason(Why.SITTING, session)]


def test_records_that_cannot_be_read_are_a_fault_and_not_a_yes(home: SeatHome) -> None:
    home.replica.write_bytes(bytes(8_192))
    with pytest.raises(ReplicaUnreadable):
        reasons_against(home)
    assert Terminal().run("seat", "may-change", "--home", home.root).code == 3


def test_keys_without_records_are_a_fault_too(home: SeatHome) -> None:
    home.replica.unlink()
    with pytest.raises(ReplicaUnreadable):
        reasons_against(home)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_why_on_its_output(home: SeatHome, session: str, language: str) -> None:
    terminal = Terminal(language)
    assert terminal.run("seat", "may-change", "--home", home.root).code == 0
    sitting = begun_sitting(home, session)
    told = terminal.run("seat", "may-change", "--home", home.root)
    assert (told.code, told.errors) == (1, "")
    assert sitting in told.output
    told = terminal.run("seat", "may-change", "--home", home.root, "--json")
    assert (told.code, told.output) == (
        1,
        f'{{"may": false, "reasons": [{{"why": "sitting", "name": "{sitting}"}}]}}\n',
    )


def test_a_lock_that_is_a_link_leads_nowhere(home: SeatHome, tmp_path: Path) -> None:
    shutil.rmtree(home.root / "run", ignore_errors=True)
    (tmp_path / "elsewhere").write_text("")
    home.lock.unlink(missing_ok=True)
    home.lock.symlink_to(tmp_path / "elsewhere")
    told = Terminal().run("seat", "may-change", "--home", home.root)
    assert told.code == 3
