"""What goes wrong on the way: each time a message that says what is safe, and a PC on which it can be tried again."""

from pathlib import Path
from typing import Final

import pytest

from tests.installer.trial.base import BASE
from tests.installer.trial.conftest import Packages
from tests.installer.trial.maintainer import cut_everywhere, watch_scripts
from tests.installer.trial.pc import Pc, a_pc
from tests.installer.trial.seat import HOME, Seat
from tests.installer.trial.site import Registry

pytestmark = [pytest.mark.package, pytest.mark.timeout(1200)]
OTHER: Final = " ".join(("0123", "4567", "89AB", "CDEF") * 4)
PRELOAD: Final = "/etc/ld.so.preload"
IN_1970: Final = {
    PRELOAD: "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1\n",
    "/etc/faketimerc": "@1970-01-02 00:00:00\n",
}
SECOND: Final = "/var/lib/examroom/second"
QUICK: Final = ("dpkg", "--force-unsafe-io")


def status(pc: Pc) -> str:
    return pc.run("dpkg-query", "--show", "--showformat=${db:Status-Status}", "examroom-seat").text.strip()


def works(pc: Pc) -> None:
    """See to it that the package is in, whole, and its program starts."""
    assert status(pc) == "installed"
    assert pc.does("dpkg", "--audit").strip() == ""
    assert "Usage: examroom" in pc.does("examroom", "--help")
    assert pc.at(HOME).stat().st_mode & 0o777 == 0o700


def test_without_room_nothing_is_changed_and_with_room_it_goes_in(packages: Packages) -> None:
    with a_pc("no-room", (BASE,), mib=400) as pc:
        deb = pc.give(packages.seat)
        said = pc.run("dpkg", "--install", deb)
        assert said.code != 0
        assert "not enough room below /opt" in said.text
        assert "Make room and install again; nothing was changed." in said.text
        assert not pc.at("/opt/examroom").exists()
        pc.grow(2000)
        pc.does("dpkg", "--install", deb)
        works(pc)


def test_room_that_goes_while_it_is_unpacked_is_survived(packages: Packages) -> None:
    with a_pc("room-goes", (BASE,), mib=2000) as pc:
        deb = pc.give(packages.seat)
        fill = "until [ -d /opt/examroom ]; do sleep 0.02; done; dd if=/dev/zero of=/fill bs=1M"
        said = pc.run("sh", "-c", f"({fill}) & dpkg --install {deb}")
        assert said.code != 0
        assert "No space left on device" in said.text
        pc.at("/fill").unlink()
        pc.does("dpkg", "--install", deb)
        works(pc)


def test_half_configured_it_says_how_to_go_on_and_is_finished(packages: Packages, pc: Pc) -> None:
    deb, needed = pc.give(packages.seat), pc.at("/usr/bin/systemd-sysusers")
    needed.rename(needed.with_suffix(".away"))
    said = pc.run("dpkg", "--install", deb)
    assert said.code != 0
    assert "examroom-seat: not configured, see above for why." in said.text
    assert "dpkg --configure -a; no data was lost." in said.text
    assert status(pc) == "half-configured"
    needed.with_suffix(".away").rename(needed)
    pc.does("dpkg", "--configure", "-a")
    works(pc)


def test_a_first_run_goes_on_where_it_was_after_all_that_can_be_wrong(installed: tuple[Path, ...]) -> None:
    with a_pc("first-run", installed) as pc:
        pc.start()
        registry, seat = Registry.found(pc), Seat(pc)
        registry.serve()
        right, invitation = registry.fingerprint(), registry.invite()

        step = seat.set_up(seat.answer(OTHER, invitation))["registry"]
        assert (step["outcome"], step["code"]) == ("failed", "FINGERPRINT_DIFFERS")
        assert "Nothing was sent, and the invitation is not used up." in step["advice"]
        assert registry.devices() == []

        registry.silent()
        failed = [one for one in seat.set_up(seat.answer(right, invitation)).values() if one["outcome"] == "failed"]
        assert failed[0]["exit"] == 3, failed
        registry.serve()

        # a PC whose clock stands at 1970 believes the registry by its fingerprint, and is told what its clock is
        for path, text in IN_1970.items():
            pc.write(path, text)
        assert pc.does("date", "+%Y").strip() == "1970"
        steps = seat.set_up(seat.answer(right, invitation))
        pc.at(PRELOAD).unlink()
        assert steps["enrolment"]["outcome"] == "done", steps
        assert steps["clock"]["outcome"] == "attention"
        assert steps["clock"]["facts"]["days"] > 20_000
        assert len(registry.devices()) == 1

        steps = seat.set_up(seat.answer(right, invitation))
        assert steps["enrolment"]["outcome"] == "kept", steps
        assert steps["clock"]["outcome"] == "done"
        assert len(registry.devices()) == 1

        second = seat.answer(right, invitation)
        pc.write(second, f'home = "{SECOND}"\n{pc.at(second).read_text("utf-8")}')
        failed = [one for one in seat.set_up(second).values() if one["outcome"] == "failed"]
        assert failed[0]["code"] == "TOKEN_USED", failed
        assert len(registry.devices()) == 1


def test_power_may_be_cut_before_every_command_of_the_maintainer_scripts(packages: Packages) -> None:
    with a_pc("cuts", (BASE,), mib=3000) as pc:
        deb = pc.give(packages.seat)
        watch_scripts(pc)
        install, cuts = (*QUICK, "--install", deb), {}
        cuts["install preinst"] = cut_everywhere(pc, "preinst", *install)
        works(pc)
        for script in ("prerm", "preinst", "postrm", "postinst"):
            cuts[f"upgrade {script}"] = cut_everywhere(pc, script, *install)
            works(pc)
        for script in ("prerm", "postrm"):
            cuts[f"remove {script}"] = cut_everywhere(pc, script, *QUICK, "--remove", "examroom-seat")
            assert status(pc) == "config-files"
            assert not pc.at("/opt/examroom").exists()
            if script == "prerm":
                pc.does(*install)
        cuts["purge postrm"] = cut_everywhere(pc, "postrm", *QUICK, "--purge", "examroom-seat")
        assert not pc.at(HOME).exists()
        pc.does(*install)
        works(pc)
        assert all(cuts.values()), f"a script in which nothing was cut: {cuts}"
