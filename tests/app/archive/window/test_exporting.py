"""Exports at the window: to simulated sticks under file systems that are really mounted, and really pulled."""

import base64
import json
from pathlib import Path

import pytest

from tests.app.archive.site import ArchiveSite
from tests.proctoring.seat import Recorded
from tests.proctoring.vault.carrying.plugged import Disk, plugged


@pytest.mark.long
def test_every_way_an_export_ends_is_said_in_plain_words(site: ArchiveSite, recorded: Recorded, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    told = {
        "home": str(site.home.root),
        "kept": str(kept),
        "recording": site.recording,
        "opening": base64.b64encode(recorded.seat.site.raw()).decode(),
    }
    mounts = "\n".join(
        (
            "mount -t tmpfs none /mnt",
            "mkdir /mnt/stick /mnt/small",
            f"mount -t tmpfs -o size=64m /dev/sdx1 '{kept}'",
            f"mount --bind '{kept}' /mnt/stick",
            "mount -t tmpfs -o size=64k /dev/sdy1 /mnt/small",
        )
    )
    disks = (Disk("sdx", 16, "SIM0042"), Disk("sdy", 32, "SIM0043"))
    site.desk.close()
    out = plugged(tmp_path, disks, mounts, "-m", "tests.app.archive.window.exporting", json.dumps(told))
    unknown, inside, small, pulled, left, stopped, done, sealed = json.loads(out)
    assert "未登记" in unknown
    assert "“青河 01”在库" in inside
    assert "“青河 02”空间不足" in small
    assert "“青河 01”已被拔出" in pulled
    assert left == "[]"  # nothing was written into the empty folder that is left
    assert "已按您的要求停止" in stopped
    assert "已导出 1 份录像" in done
    assert all(part in done for part in ("导出完成", "打印介质上的 cover.pdf", "安全弹出介质", "点“归还”"))
    assert "已导出 1 份录像" in sealed
    purposes = [entry.purpose for entry in site.archive.custody(site.recording) if entry.act.value == "exported"]
    assert purposes == ["交考试机构复核"] * 2
