"""Keyboards under a made-up root: one, two, a mouse's receiver, made by programs, forged names, new ones."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.checks.inputs import input_devices, input_identities
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import MadeUp, keyboard

USB = "usb-0000:00:14.0"
KEYBOARD = keyboard(3, "USB Keyboard", f"{USB}-1/input0")
BUTTON = keyboard(
    1, "Power Button", "PNP0C0C/button/input0", "/devices/LNXSYSTM:00/PNP0C0C:00", keys="10000000000000 0"
)
MOUSE = keyboard(4, "USB Mouse", f"{USB}-2/input0", keys="70000 0 0 0 0", rel="903")


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    return MadeUp(tmp_path)


def seen(pc: MadeUp, known: frozenset[str] | None = None) -> Observation:
    (one,) = observe({"input_devices": input_devices}, pc.machine, Situation(known_inputs=known))
    return one


def test_a_keyboard_a_mouse_and_a_power_button_are_one_keyboard(pc: MadeUp) -> None:
    pc.inputs(BUTTON, KEYBOARD, MOUSE)
    assert seen(pc).verdict is Verdict.CLEAR
    assert seen(pc).evidence == (f"/proc/bus/input/devices: USB Keyboard (0003:046d:c31c, {USB}-1/input0)",)


def test_two_functions_of_one_keyboard_are_one_keyboard(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD, keyboard(5, "USB Keyboard Keys", f"{USB}-1/input1"))
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_second_keyboard_is_found(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD, keyboard(5, "AT Translated Set 2 keyboard", "isa0060/serio0/input0"))
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).facts == {"keyboards": 2}


def test_a_mouses_receiver_that_is_a_keyboard_too_is_no_second_keyboard(pc: MadeUp) -> None:
    receiver = (
        keyboard(5, "Receiver", f"{USB}-3/input0"),
        keyboard(6, "Receiver Mouse", f"{USB}-3/input1", keys="70000 0 0 0 0", rel="903"),
    )
    pc.inputs(KEYBOARD, *receiver)
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_second_such_receiver_is_found(pc: MadeUp) -> None:
    blocks = [
        keyboard(10 * port + part, "Receiver", f"{USB}-{port}/input{part}", rel="903" if part else "")
        for port in (3, 4)
        for part in (0, 1)
    ]
    pc.inputs(KEYBOARD, *blocks)
    assert seen(pc).verdict is Verdict.FOUND


@pytest.mark.parametrize("place", ["/devices/virtual", "/devices/virtual/misc/uhid/0005:046D:B342.0004"])
def test_a_device_that_a_program_made_is_found_whatever_it_calls_itself(pc: MadeUp, place: str) -> None:
    pc.inputs(KEYBOARD, keyboard(9, "USB Keyboard", f"{USB}-1/input0", place))
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence[0].startswith(f"{place}/input/input9: USB Keyboard, made by ")


LAPTOP_KEYS = "4000000000 0 1000700000000 2100400 0 0"


def test_what_the_kernel_makes_for_a_laptops_own_keys_and_motion_cannot_answer(pc: MadeUp) -> None:
    """As laptops' kernels list them: hot keys and an accelerometer without a device above them."""
    motion = keyboard(8, "Acer BMA150 accelerometer", "wmi/input1", "/devices/virtual", keys="") + "B: ABS=7\n"
    pc.inputs(KEYBOARD, keyboard(7, "HP WMI hotkeys", "wmi/input0", "/devices/virtual", keys=LAPTOP_KEYS), motion)
    assert seen(pc).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    ("keys", "abilities"),
    [("10000000", "EV=3"), ("7f07fc3ff0ffc", "EV=3"), ("10000 0 0 0 0 0", "ABS=3"), ("", "ABS=260800000000003")],
    ids=["enter alone", "some letters", "a tablet", "a touch screen"],
)
def test_less_than_a_keyboard_is_enough_to_answer_with(pc: MadeUp, keys: str, abilities: str) -> None:
    block = keyboard(7, "HP WMI hotkeys", "wmi/input0", "/devices/virtual", keys=keys)
    pc.inputs(KEYBOARD, block.replace("PROP=0", "PROP=2") + f"B: {abilities}\n")
    assert seen(pc).verdict is Verdict.FOUND


def test_a_pointer_that_a_program_made_is_found_too(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD, keyboard(9, "ydotoold virtual device", "", "/devices/virtual", keys="", rel="3"))
    assert seen(pc).verdict is Verdict.FOUND


def test_a_stick_that_is_a_keyboard_is_found(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD)
    pc.usb("1-1", product="Ultra")
    pc.usb("1-1", "1.0", bInterfaceClass="03", bInterfaceProtocol="01")
    assert seen(pc).verdict is Verdict.CLEAR
    pc.usb("1-1", "1.1", bInterfaceClass="08")
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence == ("/sys/bus/usb/devices/1-1: Ultra, keyboard and storage in one",)


def test_what_was_not_there_at_the_start_is_found(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD)
    known = input_identities(pc.machine)
    assert seen(pc, known).verdict is Verdict.CLEAR
    pc.inputs(KEYBOARD, MOUSE)
    assert seen(pc, known).verdict is Verdict.FOUND
    assert seen(pc, known).evidence[0].startswith("/proc/bus/input/devices: new: USB Mouse")


def test_a_keyboard_plugged_in_again_at_the_same_place_is_not_new(tmp_path: Path) -> None:
    before, after = MadeUp(tmp_path / "before"), MadeUp(tmp_path / "after")
    before.inputs(keyboard(3, "USB Keyboard", f"{USB}-1/input0"))
    after.inputs(keyboard(17, "USB Keyboard", f"{USB}-1/input0"))
    assert seen(after, input_identities(before.machine)).verdict is Verdict.CLEAR


def test_a_pc_without_any_input_has_none(pc: MadeUp) -> None:
    pc.inputs()
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_device_that_writes_lines_into_the_list_by_its_name_is_not_believed(pc: MadeUp) -> None:
    forged = (
        'USB"\nP: Phys=x/input0\nS: Sysfs=/devices/a/input/input3\nU: Uniq=\nH: Handlers=\nB: PROP=0\n\nI: x\nN: Name="'
    )
    pc.inputs(KEYBOARD, keyboard(5, forged, f"{USB}-2/input0"))
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_a_device_that_the_list_leaves_out_is_missed(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD)
    pc.write("sys/class/input/input7")
    assert seen(pc).verdict is Verdict.UNKNOWN
    assert "input7" in seen(pc).evidence[0]


@pytest.mark.parametrize("path", ["proc/bus/input/devices", "sys/class/input"])
def test_what_cannot_be_read_is_not_clear(pc: MadeUp, path: str) -> None:
    if path.startswith("sys"):
        pc.write("proc/bus/input/devices")
    pc.shut(path)
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_no_list_is_not_clear(pc: MadeUp) -> None:
    assert seen(pc).verdict is Verdict.UNKNOWN
    with pytest.raises(Unreadable):
        input_identities(pc.machine)


@settings(max_examples=40)
@given(st.one_of(st.binary(max_size=400), st.text(alphabet='INPSUHB: ="\n0f', max_size=200).map(str.encode)))
def test_whatever_stands_in_the_list_it_is_never_taken_for_one_keyboard(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.mktemp("pc")
    pc = MadeUp(root)
    pc.write("proc/bus/input/devices", content)
    pc.write("sys/class/input/input3")
    (one,) = observe({"input_devices": input_devices}, Machine(root), Situation())
    assert one.verdict is Verdict.UNKNOWN


def test_a_device_that_is_listed_twice_is_not_believed(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD, KEYBOARD)
    assert seen(pc).verdict is Verdict.UNKNOWN
    assert "one twice" in seen(pc).evidence[0]


def test_escape_alone_answers_nothing(pc: MadeUp) -> None:
    pc.inputs(KEYBOARD, keyboard(7, "Eee PC WMI hotkeys", "eeepc-wmi/input0", "/devices/virtual", keys="2"))
    assert seen(pc).verdict is Verdict.CLEAR
