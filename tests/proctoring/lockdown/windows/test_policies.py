"""Policies on and off against a simulated registry, with our process ending before every single change."""

import pytest

from proctoring.lockdown.faults import LockdownPlanDamaged
from proctoring.lockdown.windows.policies import not_in_place, policies
from proctoring.lockdown.windows.undo import KEY, Policies
from proctoring.win32.door import WindowsRefused
from proctoring.win32.registry import STRING, Registry, Value, number
from tests.proctoring.win32.fake import SID, Crash, FakeWindows, seat_pc
from tests.proctoring.win32.fake_registry import at, fill, picture

POLICIES_KEY = rf"HKEY_USERS\{SID}\Software\Microsoft\Windows\CurrentVersion\Policies"


def used_pc() -> FakeWindows:
    """A PC whose account has some of the values already: another number, another type, a key with others' values."""
    pc = seat_pc()
    fill(pc.state, rf"{POLICIES_KEY}\Explorer", NoLogoff=0, NoDrives=4)
    registry = Registry(pc.door())
    registry.set(rf"{POLICIES_KEY}\System", "disabletaskmgr", Value(STRING, "0\0".encode("utf-16-le")))
    pc.state.writes = 0
    return pc


def of(pc: FakeWindows) -> Policies:
    return Policies(Registry(pc.door()))


@pytest.mark.parametrize("make", [seat_pc, used_pc])
def test_on_sets_every_policy_and_off_leaves_the_registry_as_it_was(make: type[FakeWindows]) -> None:
    pc = make()
    before = picture(pc.state.registry)
    of(pc).on(policies(SID))
    assert not_in_place(Registry(pc.door()), SID) == ()
    assert of(pc).stand()
    of(pc).off()
    assert picture(pc.state.registry) == before
    assert (of(pc).stand(), pc.state.handles) == (False, {})


@pytest.mark.parametrize("make", [seat_pc, used_pc])
def test_killed_before_any_change_of_on_and_of_off_everything_can_be_put_back(make: type[FakeWindows]) -> None:
    whole = make()
    of(whole).on(policies(SID))
    of(whole).off()
    changes = whole.state.writes
    assert changes > 20
    for last in range(changes):
        pc = make()
        before = picture(pc.state.registry)
        pc.state.crash_at = last
        with pytest.raises(Crash):
            of(pc).on(policies(SID))
            of(pc).off()
        pc.state.crash_at = None
        of(pc).off()
        assert picture(pc.state.registry) == before, f"killed before change {last}"


def test_killed_again_while_putting_back_it_still_comes_back() -> None:
    pc = used_pc()
    before = picture(pc.state.registry)
    of(pc).on(policies(SID))
    for more in range(3):
        pc.state.crash_at = pc.state.writes + 2 + more
        with pytest.raises(Crash):
            of(pc).off()
    pc.state.crash_at = None
    of(pc).off()
    assert picture(pc.state.registry) == before


def test_on_twice_keeps_the_first_before() -> None:
    pc = used_pc()
    before = picture(pc.state.registry)
    of(pc).on(policies(SID))
    of(pc).on(policies(SID))
    of(pc).off()
    assert picture(pc.state.registry) == before


def test_a_refused_step_undoes_all_of_them() -> None:
    pc = used_pc()
    before = picture(pc.state.registry)
    pc.state.refuse_write = lambda key: key.endswith("USBSTOR")
    with pytest.raises(WindowsRefused):
        of(pc).on(policies(SID))
    assert picture(pc.state.registry) == before


def test_while_the_account_is_logged_off_the_plan_is_kept_and_the_pc_s_own_policies_are_put_back() -> None:
    pc = used_pc()
    before = picture(pc.state.registry)
    of(pc).on(policies(SID))
    users = at(pc.state, "HKEY_USERS")
    assert users is not None
    hive = users.keys.pop(SID.lower())
    with pytest.raises(WindowsRefused):
        of(pc).off()
    assert of(pc).stand()
    usb = Registry(pc.door()).get(r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\USBSTOR", "Start")
    assert usb == number(3)
    users.keys[SID.lower()] = hive
    of(pc).off()
    assert picture(pc.state.registry) == before


def test_a_key_of_ours_that_others_wrote_in_stays_without_our_value() -> None:
    pc = seat_pc()
    of(pc).on(policies(SID))
    fill(pc.state, rf"{POLICIES_KEY}\System", Others=1)
    of(pc).off()
    left = at(pc.state, rf"{POLICIES_KEY}\System")
    assert left is not None
    assert list(left.values) == ["others"]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"format":2,"sha256":"","steps":[]}',
        b'{"format":1,"sha256":"00","steps":[]}',
        b"[",
    ],
)
def test_a_damaged_plan_is_said_and_nothing_is_changed(damage: bytes) -> None:
    pc = used_pc()
    of(pc).on(policies(SID))
    Registry(pc.door()).set(KEY, "Undo", Value(3, damage))
    changed = pc.state.writes
    for act in (of(pc).off, lambda: of(pc).on(policies(SID))):
        with pytest.raises(LockdownPlanDamaged):
            act()
    assert pc.state.writes == changed


def test_a_policy_that_was_changed_meanwhile_is_named() -> None:
    pc = seat_pc()
    of(pc).on(policies(SID))
    Registry(pc.door()).set(rf"{POLICIES_KEY}\System", "DisableTaskMgr", number(0))
    Registry(pc.door()).delete(rf"{POLICIES_KEY}\Explorer", "NoLogoff")
    assert not_in_place(Registry(pc.door()), SID) == ("task_manager", "log_off")
