"""Clock evidence: two clocks read together, and time that does not go back behind what was signed."""

from pathlib import Path

import psutil

from sync.trust.clock import read_clock, trusted_now


def test_a_reading_is_of_this_start_of_the_machine_and_goes_forward() -> None:
    first, second = read_clock(), read_clock()
    assert first.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    assert first.boot_id == second.boot_id
    assert 0 < first.mono_ms <= second.mono_ms
    assert second.wall_ms > psutil.boot_time() * 1000 - 86_400_000


def test_a_clock_set_back_does_not_go_behind_signed_time() -> None:
    assert trusted_now(wall_ms=5, highest_signed_ms=9) == 9
    assert trusted_now(wall_ms=9, highest_signed_ms=5) == 9
