"""What time it surely is: no clock makes it later, and a jump freezes until it is settled."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.vault.retention.clockline import ClockLine
from proctoring.vault.retention.entering import Clerk
from proctoring.vault.retention.faults import AdministratorRefused, ClockFrozen, ClockLineRefused, NotExpired
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.retention.timekeeping import LONGEST_OFF_MS, TOLERANCE_MS, judge
from sync.trust.clock import ClockReading
from sync.trust.keystore import FileKeyStore
from sync.wire.archive import ClockAct, ClockEntry, Moment, Person
from sync.wire.ids import new_id
from tests.proctoring.vault.retention.world import HOUR_MS, RETENTION_DAYS, Site, expire
from tests.sync.trust.world import NOW_MS

YEAR_MS = 365 * DAY_MS


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.make(tmp_path)


def frozen(site: Site) -> bool:
    """Write the clock line as every run does, and tell whether destruction is frozen; read anew, as after a restart."""
    site.open().write_clock_line()
    return site.open().time().freeze is not None


@pytest.mark.parametrize(
    ("skew_ms", "jumped"),
    [
        (0, False),
        (TOLERANCE_MS, False),
        (-TOLERANCE_MS, False),
        (TOLERANCE_MS + 1, True),
        (-TOLERANCE_MS - 1, True),
        (14 * YEAR_MS, True),
        (-57 * YEAR_MS, True),
    ],
)
def test_within_a_boot_the_wall_clock_goes_as_the_monotonic_one(site: Site, skew_ms: int, jumped: bool) -> None:
    site.clock.run(DAY_MS)
    site.clock.skew_ms = skew_ms
    assert frozen(site) is jumped


@pytest.mark.parametrize(
    ("off_ms", "skew_ms", "jumped"),
    [
        (0, 0, False),
        (30 * DAY_MS, 0, False),
        (LONGEST_OFF_MS + HOUR_MS, 0, True),
        (0, 14 * YEAR_MS, True),
        (0, -HOUR_MS, True),
        (0, -57 * YEAR_MS, True),
    ],
)
def test_from_boot_to_boot_it_goes_neither_back_nor_far_ahead(
    site: Site,
    off_ms: int,
    skew_ms: int,
    jumped: bool,
) -> None:
    assert not frozen(site)
    site.clock.reboot(off_ms)
    site.clock.skew_ms = skew_ms
    assert frozen(site) is jumped


def test_time_asleep_counts_for_the_wall_clock_and_makes_nothing_surer() -> None:
    first = _read(0, ClockReading("boot", 1_000, NOW_MS), ClockAct.REGISTRY, NOW_MS)
    asleep = ClockReading("boot", 2_000, NOW_MS + DAY_MS + 1_000, slept_ms=DAY_MS)
    found = judge([first], NOW_MS, NOW_MS, asleep)
    assert (found.sure_ms, found.freeze) == (NOW_MS + 1_000, None)


def test_a_frozen_clock_stays_frozen_though_it_is_set_right_or_rebooted(site: Site) -> None:
    site.clock.skew_ms = 14 * YEAR_MS
    assert frozen(site)
    site.clock.skew_ms = 0
    assert frozen(site)
    site.clock.run(100 * DAY_MS)
    assert frozen(site)
    site.clock.reboot(HOUR_MS)
    assert frozen(site)


def test_the_registrys_signed_time_settles_a_clock_that_was_set_right(site: Site) -> None:
    site.clock.skew_ms = 14 * YEAR_MS
    assert frozen(site)
    site.clock.run(DAY_MS)
    site.renew()
    assert frozen(site)  # it still says 2040
    site.clock.skew_ms = 0
    site.clock.run(DAY_MS)
    site.renew()
    assert not frozen(site)
    assert site.open().time().sure_ms == site.registry.directory.issued_ms


def test_two_administrators_settle_it_and_one_never_does(site: Site) -> None:
    site.clock.skew_ms = 14 * YEAR_MS
    assert frozen(site)
    site.clock.skew_ms = 0
    archive = site.open()
    today = site.clock.true_ms - 5 * HOUR_MS
    archive.state_time(site.people[0], today)
    archive.state_time(site.people[0], today)
    assert frozen(site)
    archive.state_time(site.people[1], site.clock.true_ms - 3 * DAY_MS)  # not today
    assert frozen(site)
    archive.state_time(site.people[1], today)
    assert not frozen(site)
    assert site.open().time().sure_ms <= site.clock.true_ms


def test_a_colleagues_older_word_gives_nobody_a_second_voice(site: Site) -> None:
    site.clock.skew_ms = 3 * HOUR_MS
    assert frozen(site)
    site.clock.skew_ms = 0
    site.open().state_time(site.people[0], site.clock().wall_ms)  # honest, and nobody joins in
    site.clock.skew_ms = 14 * YEAR_MS
    assert frozen(site)
    before = site.open().time().sure_ms
    site.open().state_time(site.people[1], site.clock().wall_ms)
    assert frozen(site)
    assert site.open().time().sure_ms == before


@pytest.mark.parametrize("off_ms", [0, 20 * DAY_MS])
def test_a_word_is_void_after_a_reboot(site: Site, off_ms: int) -> None:
    before = site.open().time().sure_ms
    site.open().state_time(site.people[0], site.clock.true_ms)
    site.clock.reboot()
    site.clock.skew_ms = off_ms  # no jump: the machine may have been off
    assert not frozen(site)
    site.open().state_time(site.people[1], site.clock().wall_ms)
    assert site.open().time().sure_ms == before
    site.open().state_time(site.people[0], site.clock().wall_ms)
    assert site.open().time().sure_ms == site.clock().wall_ms


def test_two_words_settle_only_what_both_of_them_say(site: Site) -> None:
    site.clock.run(3 * DAY_MS)
    before = site.open().time().sure_ms
    site.open().state_time(site.people[0], site.clock.true_ms - 23 * HOUR_MS)
    site.clock.run(DAY_MS)
    today = site.clock.true_ms
    line = site.open().ledger.clock_line
    site.open().state_time(site.people[1], today + 2 * HOUR_MS)  # fits the clock, and is 25 hours from the other
    assert site.open().time().sure_ms == before + DAY_MS
    site.open().state_time(site.people[1], today)
    assert [entry.act for entry in line.entries()].count(ClockAct.STATED) == 3
    assert site.open().time().sure_ms == today - 23 * HOUR_MS  # the earlier one


def test_two_words_settle_a_clock_that_was_wrong_from_the_start_of_the_boot(site: Site) -> None:
    site.clock.skew_ms = -YEAR_MS
    site.clock.reboot()
    assert frozen(site)
    site.clock.skew_ms = 0
    for person in site.people[:2]:
        site.open().state_time(person, site.clock.true_ms)
    assert not frozen(site)


def test_what_a_persons_own_line_says_of_the_clocks_makes_nothing_surer(site: Site) -> None:
    archive = site.open()
    before = archive.time().sure_ms
    now = site.clock()
    ahead = ClockReading(now.boot_id, now.mono_ms + 14 * YEAR_MS, now.wall_ms + 14 * YEAR_MS)
    line = archive.ledger.clock_line
    archive.state_time(site.people[0], now.wall_ms)
    line.write(archive.key, lambda: ahead, act=ClockAct.STATED, stated_ms=ahead.wall_ms, by=site.people[1])
    assert site.open().time().sure_ms == before


def test_the_registrys_time_takes_back_what_two_people_said_too_late(site: Site) -> None:
    site.clock.skew_ms = 20 * DAY_MS
    for person in site.people[:2]:
        site.open().state_time(person, site.clock().wall_ms)
    assert site.open().time().sure_ms == site.clock().wall_ms
    site.clock.skew_ms = 0
    site.clock.run(DAY_MS)
    site.renew()
    assert not frozen(site)
    assert site.open().time().sure_ms <= site.clock.true_ms


def test_two_people_cannot_agree_that_it_is_2040(site: Site) -> None:
    site.clock.skew_ms = 14 * YEAR_MS
    before = site.open().time().sure_ms
    for _again in range(3):
        for person in site.people[:2]:
            site.open().state_time(person, site.clock().wall_ms)
    assert frozen(site)
    assert site.open().time().sure_ms <= before + DAY_MS


def test_two_people_cannot_go_on_and_on_a_month_at_a_time(site: Site) -> None:
    start = site.open().time().sure_ms
    for months in range(1, 4):
        site.clock.skew_ms = months * 25 * DAY_MS
        for person in site.people[:2]:
            site.open().state_time(person, site.clock().wall_ms)
    assert site.open().time().sure_ms <= start + LONGEST_OFF_MS + DAY_MS


def test_many_threads_read_one_line_as_it_is(site: Site) -> None:
    archive = site.open()
    for _ in range(5):
        archive.write_clock_line()
    line = ClockLine(archive.ledger.book)
    with ThreadPoolExecutor(8) as pool:
        read = [done.result() for done in [pool.submit(line.entries) for _ in range(32)]]
    assert len({len(entries) for entries in read}) == 1


def test_two_machines_that_have_long_been_up_count_no_time_twice() -> None:
    up, line, mono = 25 * DAY_MS, list[ClockEntry](), 0
    for turn in range(6):
        mono = up + turn * HOUR_MS
        wall = NOW_MS + turn * HOUR_MS
        act, stated = (ClockAct.READ, None) if turn else (ClockAct.REGISTRY, NOW_MS)
        line.append(_read(turn, ClockReading("AB"[turn % 2], mono, wall), act, stated))
        assert judge(line, NOW_MS, 0, ClockReading("AB"[turn % 2], mono, wall)).sure_ms <= wall
    now = ClockReading("B", mono + HOUR_MS, NOW_MS + 6 * HOUR_MS)
    line.append(_read(6, now, ClockAct.REGISTRY, now.wall_ms))
    found = judge(line, now.wall_ms, 0, now)
    assert (found.sure_ms, found.freeze) == (now.wall_ms, None)


def test_two_who_write_the_line_at_one_moment_freeze_nothing(site: Site) -> None:
    archive, other = site.open(), site.open()

    def overtaken() -> ClockReading:
        """Read the clock, and let another process be quicker, once."""
        reading = site.clock()
        site.clock.run(1)
        if len(other.ledger.clock_line.entries()) == before:
            other.ledger.clock_line.write(other.key, site.clock)
        return reading

    before = len(archive.ledger.clock_line.entries())
    archive.ledger.clock_line.write(archive.key, overtaken)
    assert len(archive.ledger.clock_line.entries()) == before + 2
    assert not frozen(site)


def test_who_reads_the_line_while_another_writes_sees_no_frozen_clock(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, other = site.open(), site.open()
    entries = type(archive.ledger.clock_line).entries

    def meanwhile(line: object) -> tuple[ClockEntry, ...]:
        site.clock.run(1_000)
        if line is archive.ledger.clock_line:
            other.ledger.clock_line.write(other.key, site.clock)
        return (
            entries(archive.ledger.clock_line)
            if line is archive.ledger.clock_line
            else entries(other.ledger.clock_line)
        )

    monkeypatch.setattr(type(archive.ledger.clock_line), "entries", meanwhile)
    assert archive.time().freeze is None


@pytest.mark.parametrize("name", ["x", "0000001.json", "000000.json.copy", "000999.json"])
def test_what_is_no_line_is_stated_and_keeps_nobody_from_anything(site: Site, name: str) -> None:
    (site.places.root / "store" / "clock" / name).write_bytes(b"")
    assert not frozen(site)
    assert site.open().ledger.clock_line.strangers() == (f"clock/{name}",)


def test_a_line_that_is_one_after_a_gap_says_that_lines_are_missing(site: Site) -> None:
    for _ in range(2):
        site.clock.run(HOUR_MS)
        site.open().write_clock_line()
    site.lose_memory()
    (site.places.root / "store" / "clock" / "000001.json").unlink()
    with pytest.raises(ClockLineRefused):
        site.open().write_clock_line()


def test_no_clock_that_somebody_makes_up_goes_further_than_a_month_past_what_the_registry_signed(site: Site) -> None:
    kept = site.keep(site.open().shelf)
    until_ms = site.open().standing(kept).retain_until_ms
    issued_ms = site.registry.directory.issued_ms
    site.clock.run(RETENTION_DAYS * DAY_MS * 2)  # all three clocks together, as whoever starts the program can have it
    site.open().write_clock_line()
    assert site.open().time().freeze is None
    assert site.open().time().sure_ms == issued_ms + LONGEST_OFF_MS
    with pytest.raises(NotExpired):
        site.open().propose_destruction(kept, site.people[0], "expired")
    for person in site.people[:2]:
        site.open().state_time(person, site.clock.true_ms)
    assert site.open().time().sure_ms == issued_ms + LONGEST_OFF_MS
    site.renew()
    assert site.open().time().sure_ms >= until_ms
    site.open().propose_destruction(kept, site.people[0], "expired")


def test_a_damaged_line_is_refused(site: Site) -> None:
    last = len(site.open().ledger.clock_line.entries())
    (site.places.root / "store" / "clock" / f"{last:06}.json").write_bytes(b"")
    with pytest.raises(ClockLineRefused):
        site.open().write_clock_line()


def test_who_was_revoked_states_no_time(site: Site) -> None:
    site.revoke(site.people[0])
    with pytest.raises(AdministratorRefused):
        site.open().state_time(site.people[0], site.clock.true_ms)


def test_a_restored_archive_without_its_line_is_held_against_its_papers(site: Site) -> None:
    site.keep(site.open().shelf)
    expire(site)
    lost = site.open()
    recording = site.keep(lost.shelf)  # its custody says what time it was
    for file in (site.places.root / "store" / "clock").iterdir():
        file.unlink()
    site.lose_memory()
    site.clock.skew_ms = -3 * YEAR_MS
    site.clock.reboot()
    archive = site.open()
    freeze = archive.time().freeze
    assert freeze is not None
    assert freeze.expected_ms == archive.custody(recording)[0].at.wall_ms
    assert frozen(site)
    site.clock.skew_ms = 0
    site.renew()
    assert not frozen(site)


def test_a_line_that_was_touched_destroys_nothing(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    expire(site)
    files = sorted((site.places.root / "store" / "clock").iterdir())
    files[1].unlink()
    with pytest.raises(ClockLineRefused):
        site.open().propose_destruction(recording, site.people[0], "expired")


def test_a_line_signed_by_another_key_is_refused(site: Site, tmp_path: Path) -> None:
    other = Site.make(tmp_path / "other")
    foreign = Clerk(site.open().ledger, FileKeyStore(other.places.keys).device_key(), site.clock)
    with pytest.raises(ClockLineRefused):
        foreign.write_clock_line()


def test_a_registrys_time_that_no_directory_here_proves_makes_nothing_surer(site: Site) -> None:
    before = site.open().time().sure_ms
    archive = site.open()
    archive.ledger.clock_line.write(archive.key, site.clock, act=ClockAct.REGISTRY, stated_ms=NOW_MS + 14 * YEAR_MS)
    assert site.open().time().sure_ms == before


def test_what_froze_it_is_told_with_figures(site: Site) -> None:
    recording = site.keep(site.open().shelf)
    site.clock.skew_ms = -57 * YEAR_MS
    with pytest.raises(ClockFrozen) as caught:
        site.open().propose_destruction(recording, site.people[0], "expired")
    assert str(caught.value.facts["said"]).startswith("1970-")
    assert str(caught.value.facts["expected"]).startswith("2027-")


WHAT = ("run", "reboot", "skew", "registry", "other machine", "honest", "liar")
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(-60 * YEAR_MS, 60 * YEAR_MS)), max_size=25)
HONEST, LIAR = (Person(administrator=new_id(), name=name, keyid=str(n) * 64) for n, name in enumerate("AB"))


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_whatever_the_clocks_and_one_liar_do_it_is_never_surely_later_than_it_is(steps: list[tuple[str, int]]) -> None:
    line: list[ClockEntry] = []
    true_ms, started, skew, boots = NOW_MS, [NOW_MS - YEAR_MS, NOW_MS - 1_000], 0, [0, 1]
    registry_ms = NOW_MS
    for what, amount in (("registry", 0), *steps):
        act, stated, by = ClockAct.READ, None, None
        if what == "run":
            true_ms += abs(amount)
        elif what == "reboot":
            true_ms += abs(amount) + 1
            started[1], boots[1] = true_ms - 1, boots[1] + 2
        elif what == "skew":
            skew = amount
        elif what == "other machine":  # long up, and its clock as wrong
            started.reverse()
            boots.reverse()
        elif what == "registry":
            act, stated, registry_ms = ClockAct.REGISTRY, true_ms, true_ms
        elif what == "honest":
            act, stated, by = ClockAct.STATED, true_ms, HONEST
        else:
            act, stated, by = ClockAct.STATED, max(0, true_ms + skew), LIAR
        reading = ClockReading(f"boot-{boots[1]}", true_ms - started[1], max(0, true_ms + skew))
        line.append(_read(len(line), reading, ClockAct.READ, None))
        if act is not ClockAct.READ:
            line.append(_read(len(line), reading, act, stated, by))
        assert judge(line, registry_ms, registry_ms, reading).sure_ms <= true_ms


def _read(
    sequence: int, at: ClockReading, act: ClockAct, stated_ms: int | None, by: Person | None = None
) -> ClockEntry:
    return ClockEntry(
        archive=_ARCHIVE,
        sequence=sequence,
        before="0" * 64,
        act=act,
        at=Moment(wall_ms=at.wall_ms, mono_ms=at.mono_ms, boot_id=at.boot_id),
        slept_ms=at.slept_ms,
        stated_ms=stated_ms,
        by=by,
    )


_ARCHIVE = new_id()
