"""Radios under a made-up root: on, off, without a switch, unreadable."""

from pathlib import Path

import pytest

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, observe
from proctoring.checks.radios import radios
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import MadeUp


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    return MadeUp(tmp_path)


def seen(pc: MadeUp) -> Observation:
    (one,) = observe({"radios": radios}, pc.machine, Situation())
    return one


def switch(pc: MadeUp, number: int, kind: str, name: str, soft: str = "0", hard: str = "0") -> None:
    pc.known_as("rfkill", pc.device(f"devices/rfkill{number}", type=kind, name=name, soft=soft, hard=hard))


def wireless(pc: MadeUp) -> None:
    phy = pc.device("devices/pci0000:00/wlan/ieee80211/phy0", name="phy0")
    pc.known_as("ieee80211", phy)
    card = pc.device("devices/pci0000:00/wlan/net/wlp2s0", uevent="DEVTYPE=wlan\nINTERFACE=wlp2s0", flags="0x1003")
    pc.known_as("net", card)
    pc.link(f"sys/{card}/phy80211", "../../ieee80211/phy0")


def bluetooth(pc: MadeUp) -> None:
    pc.known_as("bluetooth", pc.device("devices/pci0000:00/usb/bluetooth/hci0"))
    pc.known_as("bluetooth", pc.device("devices/pci0000:00/usb/bluetooth/hci0:256"))


def test_a_pc_without_radios_is_clear_only_as_all_places_agree(pc: MadeUp) -> None:
    assert seen(pc).verdict is Verdict.CLEAR
    assert seen(pc).evidence == ("no radio",)


@pytest.mark.parametrize(
    ("soft", "hard", "verdict"), [("1", "0", Verdict.CLEAR), ("0", "1", Verdict.CLEAR), ("0", "0", Verdict.FOUND)]
)
def test_a_wireless_card_is_off_if_its_own_switch_is(pc: MadeUp, soft: str, hard: str, verdict: Verdict) -> None:
    wireless(pc)
    switch(pc, 0, "wlan", "phy0", soft, hard)
    assert seen(pc).verdict is verdict


def test_a_card_without_a_switch_is_on(pc: MadeUp) -> None:
    wireless(pc)
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence[0] == "/sys/class/ieee80211/phy0: not switched off"


def test_the_switch_of_another_card_turns_this_one_not_off(pc: MadeUp) -> None:
    wireless(pc)
    switch(pc, 0, "wlan", "phy1", soft="1")
    assert seen(pc).verdict is Verdict.FOUND


def test_a_switch_that_is_on_is_found_although_no_card_is_listed(pc: MadeUp) -> None:
    switch(pc, 0, "wlan", "phy0")
    assert seen(pc).verdict is Verdict.FOUND


def test_the_makers_switch_says_nothing_of_cards_that_are_off(pc: MadeUp) -> None:
    wireless(pc)
    switch(pc, 0, "wlan", "phy0", soft="1")
    switch(pc, 1, "wlan", "ideapad_wlan")
    switch(pc, 2, "gps", "tpacpi_gps")
    assert seen(pc).verdict is Verdict.CLEAR


def test_bluetooth_counts_and_its_connections_have_no_switch(pc: MadeUp) -> None:
    bluetooth(pc)
    assert seen(pc).verdict is Verdict.FOUND
    switch(pc, 0, "bluetooth", "hci0", soft="1")
    assert seen(pc).verdict is Verdict.CLEAR


@pytest.mark.parametrize("kind", ["wwan", "ultrawideband", "nfc", "something new"])
def test_any_other_radio_that_is_on_is_found(pc: MadeUp, kind: str) -> None:
    switch(pc, 0, kind, "modem")
    assert seen(pc).verdict is Verdict.FOUND


@pytest.mark.parametrize(
    ("flags", "verdict"), [("0x10d1", Verdict.FOUND), ("0x90", Verdict.CLEAR), ("up", Verdict.CLEAR)]
)
def test_a_modem_without_a_switch_counts_while_its_network_is_up(pc: MadeUp, flags: str, verdict: Verdict) -> None:
    pc.known_as("net", pc.device("devices/usb/net/wwan0", uevent="DEVTYPE=wwan", flags=flags))
    assert seen(pc).verdict is verdict


@pytest.mark.parametrize(
    "path", ["sys/class/rfkill", "sys/class/bluetooth", "sys/class/net", "sys/class/rfkill/rfkill0/soft"]
)
def test_what_cannot_be_read_is_not_clear(pc: MadeUp, path: str) -> None:
    pc.shut(path)
    assert seen(pc).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("soft", ["", "yes", "-1", "1" * 5000, "\x00"])
def test_a_switch_that_says_nonsense_is_not_off(pc: MadeUp, soft: str) -> None:
    wireless(pc)
    switch(pc, 0, "wlan", "phy0", soft=soft)
    assert seen(pc).verdict is Verdict.FOUND


def test_without_a_sys_folder_nothing_is_concluded(tmp_path: Path) -> None:
    (one,) = observe({"radios": radios}, Machine(tmp_path), Situation())
    assert one.verdict is Verdict.UNKNOWN


def test_an_infrared_receiver_is_found_and_a_screens_remote_control_is_not(pc: MadeUp) -> None:
    pc.known_as("rc", pc.device("devices/cec/rc0", uevent="NAME=rc-cec\nDRV_NAME=cec"))
    assert seen(pc).verdict is Verdict.CLEAR
    pc.known_as("rc", pc.device("devices/pnp0/rc1", uevent="NAME=rc-rc6-mce\nDRV_NAME=ite-cir"))
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence == ("/sys/class/rc/rc1: an infrared receiver (ite-cir)",)
