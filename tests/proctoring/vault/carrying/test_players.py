"""Exported films in programs that are not ours: they play, and they go where one clicks."""

import functools
import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proctoring.vault.carrying.webm import export_recording
from tests.proctoring.seat import Recorded, SimulatedSeat, record, wait_until

pytestmark = pytest.mark.long

PAGE = """<!doctype html><meta charset="utf-8">
<video id="film" muted src="film.webm"></video>
<script>
const film = document.getElementById("film"), told = [], places = PLACES;
const say = () => fetch("told", {method: "POST", body: JSON.stringify(told)});
film.onerror = () => { told.push({error: film.error.message}); say(); };
film.onloadedmetadata = () => { told.push({duration: film.duration, seekable: film.seekable.end(0)}); go(); };
const go = () => { if (places.length) film.currentTime = places.shift(); else { told.push("done"); say(); } };
film.onseeked = () => {
  const canvas = document.createElement("canvas"); canvas.width = film.videoWidth; canvas.height = film.videoHeight;
  const pen = canvas.getContext("2d"); pen.drawImage(film, 0, 0);
  const seen = new Set(pen.getImageData(0, 0, canvas.width, canvas.height).data);
  told.push({at: film.currentTime, width: film.videoWidth, shades: seen.size}); go();
};
</script>"""


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SimulatedSeat, Path]]:
    """A recording whose recorder was killed and that went on after a gap."""
    seat = SimulatedSeat(tmp_path_factory.mktemp("interrupted"))
    spec = seat.spec()
    client = seat.recorder()
    record(client, spec, 5_000)
    seat.kill(client.status().pid)
    client = seat.recorder()
    client.start(spec)
    first = client.status().recorded_ms
    wait_until(lambda: client.status().recorded_ms > first, 30)
    second = client.status().recorded_ms
    wait_until(lambda: client.status().recorded_ms > second + 4_000, 30)
    client.stop()
    client.quit()
    yield seat, spec.folder
    seat.close()


@pytest.fixture(params=["complete", "recovered"])
def film(
    request: pytest.FixtureRequest,
    recorded: Recorded,
    interrupted: tuple[SimulatedSeat, Path],
    tmp_path: Path,
) -> tuple[Path, float]:
    """An exported film and its length, s."""
    out = tmp_path / "film.webm"
    seat, folder = (recorded.seat, recorded.spec.folder) if request.param == "complete" else interrupted
    report = export_recording(folder, out, seat.site)
    assert report.verdict.value == request.param
    return out, report.duration_ms / 1000


def test_ffmpeg_decodes_any_place_without_a_complaint(film: tuple[Path, float]) -> None:
    path, seconds = film
    for at in (0.0, seconds / 2, seconds - 0.7):
        command = ["ffmpeg", "-v", "warning", "-ss", f"{at}", "-i", str(path), "-frames:v", "1", "-f", "framemd5", "-"]
        shown = subprocess.run(command, capture_output=True, check=True, text=True)
        assert shown.stderr == ""
        assert shown.stdout.splitlines()[-1].count(",") == 5


def test_ffprobe_finds_a_place_through_the_index_and_not_by_reading_on(film: tuple[Path, float]) -> None:
    """Cut off after the index and a little: what was cut is asked for, so the place was looked up."""
    path, seconds = film
    raw = path.read_bytes()
    asked = [
        "-read_intervals",
        f"{seconds - 1:.2f}%+#1",
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts_time,pos",
    ]
    command = ["ffprobe", "-v", "error", *asked, "-of", "json", str(path)]
    packet = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["packets"][0]
    assert seconds - 3.2 < float(packet["pts_time"]) <= seconds - 1 + 0.07
    assert int(packet["pos"]) > len(raw) / 3
    assert raw.index(bytes.fromhex("1C53BB6B"), 200) < raw.index(bytes.fromhex("1F43B675")), "the index stands in front"


def test_mpv_begins_where_it_is_told_and_shows_the_gaps_as_chapters(
    film: tuple[Path, float], request: pytest.FixtureRequest
) -> None:
    path, seconds = film
    start = seconds - 2
    told = subprocess.run(
        [
            "mpv", "--no-config", "--vo=null", "--ao=null", f"--start={start}", "--length=0.6", "--hr-seek=yes",
            "--term-status-msg=AT ${=time-pos} OF ${=duration} CHAPTERS ${chapter-list/count}", "--msg-level=all=warn",
            "--msg-level=statusline=status", str(path),
        ],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    lines = [
        line.split() for line in told.stderr.replace("\r", "\n").replace("\x1b[K", "").splitlines() if "AT" in line
    ]
    places = [float(line[line.index("AT") + 1]) for line in lines]
    assert abs(places[0] - start) < 0.3
    assert places[-1] > places[0]
    assert abs(float(lines[0][lines[0].index("OF") + 1]) - seconds) < 0.3
    gaps = int(lines[0][lines[0].index("CHAPTERS") + 1])
    assert (gaps > 0) == ("recovered" in request.node.name)


def test_chromium_goes_to_any_place_and_shows_a_picture(film: tuple[Path, float], tmp_path: Path) -> None:
    path, seconds = film
    wanted = [seconds - 0.8, 0.5, seconds / 2]
    (tmp_path / "page.html").write_text(PAGE.replace("PLACES", json.dumps(wanted)))
    assert path.parent == tmp_path
    told: list[Any] = []
    done = threading.Event()

    class Server(WithRanges):
        def do_POST(self) -> None:
            told.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            done.set()

    handler = functools.partial(Server, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        page = f"http://127.0.0.1:{server.server_address[1]}/page.html"
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--mute-audio", "--disable-background-networking"]
        command = ["chromium", *quiet, f"--user-data-dir={tmp_path / 'profile'}", page]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
            answered = done.wait(60)
            browser.terminate()
        server.shutdown()
        thread.join()
    assert answered
    assert told[-1] == "done", told
    assert abs(told[0]["duration"] - seconds) < 0.3
    for place, seen in zip(wanted, told[1:-1], strict=True):
        assert abs(seen["at"] - place) < 0.1
        assert seen["width"] == 640
        assert seen["shades"] > 20, "a picture, not one colour"


class WithRanges(http.server.SimpleHTTPRequestHandler):
    """A file server that gives parts of files, as every real one does."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        if asked is None:
            super().do_GET()
            return
        raw = Path(self.translate_path(self.path)).read_bytes()
        first, _, last = asked.removeprefix("bytes=").partition("-")
        end = min(int(last) if last else len(raw) - 1, len(raw) - 1)
        part = raw[int(first) : end + 1]
        self.send_response(206)
        self.send_header("Content-Type", "video/webm")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {int(first)}-{end}/{len(raw)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)
