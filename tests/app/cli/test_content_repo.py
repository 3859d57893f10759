"""`examroom content-repo` driven as the TUF project's tuf-conformance drives clients: its published cases, over http.

Protocol: CLIENT-CLI.md there. What is looked at is what that suite looks at: exit code, the metadata that is trusted
(unversioned names in the metadata folder), the files that were fetched, and what was asked of the server.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # exported without saying so
from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

from app.cli import content_repo
from tests.app.cli.terminal import Terminal
from tests.sync.client.publisher import Publisher, Site, site, twin

ROLES = (Root.type, Snapshot.type, Targets.type, Timestamp.type)


@dataclass
class Client:
    """The client under test: what its commands end with, and what it trusts afterwards."""

    terminal: Terminal
    place: Path
    repository: Publisher
    site: Site

    @property
    def metadata(self) -> Path:
        return self.place / "metadata"

    @property
    def files(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted((self.place / "targets").glob("*"))]

    def init(self, root: bytes | None = None) -> int:
        file = self.place / "initial_root.json"
        file.write_bytes(self.repository.embedded if root is None else root)
        return self.run("--metadata-dir", self.metadata, "init", file)

    def refresh(self) -> int:
        return self.run("--metadata-url", self.site.metadata, "--metadata-dir", self.metadata, "refresh")

    def download(self, name: str) -> int:
        return self.run(
            *("--metadata-url", self.site.metadata, "--metadata-dir", self.metadata, "--target-name", name),
            *("--target-dir", self.place / "targets", "--target-base-url", self.site.targets, "download"),
        )

    def run(self, *arguments: object) -> int:
        self.site.asked.clear()
        return self.terminal.run("content-repo", *arguments).code

    def trusted(self) -> dict[str, int]:
        files = self.metadata.glob("*.json")
        return {file.stem: json.loads(file.read_bytes())["signed"]["version"] for file in files}

    @property
    def asked(self) -> list[str]:
        return [path.removeprefix("/metadata/").removesuffix(".json") for path in self.site.asked]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    repository = Publisher(tmp_path / "repository", now=datetime.now(UTC))
    (tmp_path / "client").mkdir()
    with site(repository.folder) as running:
        yield Client(Terminal(), tmp_path / "client", repository, running)


def past(days: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)


def test_basic_init_and_refresh(client: Client) -> None:
    assert client.init() == 0
    assert client.asked == []
    assert client.refresh() == 0
    assert client.asked == ["2.root", "timestamp", "1.snapshot", "1.targets"]
    assert client.trusted() == dict.fromkeys(ROLES, 1)
    for role, name in zip(ROLES, ("1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json"), strict=True):
        assert (client.metadata / f"{role}.json").read_bytes() == client.repository.read(name)


def test_implicit_refresh(client: Client) -> None:
    client.init()
    assert client.download("nonexistent artifact") == 1
    assert client.asked == ["2.root", "timestamp", "1.snapshot", "1.targets"]
    assert client.trusted() == dict.fromkeys(ROLES, 1)
    assert client.files == []


def test_invalid_and_unsigned_initial_root(client: Client) -> None:
    root = json.loads(client.repository.embedded)
    del root["signed"]["version"]
    unsigned = json.loads(client.repository.embedded)
    for signature in unsigned["signatures"]:
        signature["sig"] = "0" * 128
    for wrong in (root, unsigned):
        assert client.init(json.dumps(wrong).encode()) == 1
        assert client.refresh() == 1
        assert client.asked == []


def test_a_client_that_was_never_initialised_trusts_nothing(client: Client) -> None:
    client.metadata.mkdir()
    (client.metadata / "root.json").write_bytes(client.repository.embedded)
    assert client.refresh() == 1
    assert client.asked == []


def test_timestamp_content_changes_without_a_new_version(client: Client) -> None:
    client.init()
    client.refresh()
    client.repository.timestamp.snapshot_meta.version = 100
    client.repository.timestamp.version -= 1
    client.repository.publish_timestamp()
    assert client.refresh() == 0
    kept = json.loads((client.metadata / "timestamp.json").read_bytes())
    assert kept["signed"]["meta"]["snapshot.json"]["version"] == 1


def test_new_targets_hash_mismatch(client: Client) -> None:
    client.init()
    client.refresh()
    client.repository.publish()
    client.repository.write("2.targets.json", client.repository.read("2.targets.json") + b" ")
    assert client.refresh() == 1
    assert client.trusted() == {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 1}


def test_custom_fields(client: Client) -> None:
    client.init()
    client.repository.root.unrecognized_fields["custom-field"] = "value"
    client.repository.root.roles[Root.type].unrecognized_fields["another-field"] = "value"
    client.repository.publish_root()
    assert client.refresh() == 0
    assert client.trusted()["root"] == 2


# --- rollback, as test_rollback.py


def test_simple_snapshot_rollback(client: Client) -> None:
    client.init()
    client.repository.publish_snapshot()
    assert client.refresh() == 0
    client.repository.write("2.snapshot.json", client.repository.read("1.snapshot.json"))
    assert client.refresh() == 0  # the one that the timestamp names is here already
    assert client.trusted()["snapshot"] == 2
    assert client.asked[-1] == "timestamp"


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type, Targets.type])
def test_rollback(client: Client, role: str) -> None:
    repository = client.repository
    client.init()
    repository.publish()
    repository.publish()
    assert client.refresh() == 0
    publish: dict[str, Callable[[], None]] = {
        Timestamp.type: repository.publish_timestamp,
        Snapshot.type: repository.publish_snapshot,
        Targets.type: repository.publish,
    }
    for signed in (repository.timestamp, repository.snapshot, repository.targets):
        if signed.type == role:
            signed.version = 1
    publish[role]()
    assert client.refresh() == 1
    assert client.trusted()[role] == 3


@pytest.mark.parametrize(
    ("rotated", "role"),
    [
        ((Timestamp.type,), Timestamp.type),
        ((Snapshot.type, Timestamp.type), Snapshot.type),
        ((Snapshot.type,), Targets.type),
    ],
)
def test_fast_forward_recovery(client: Client, rotated: tuple[str, ...], role: str) -> None:
    repository = client.repository
    forward = {
        Timestamp.type: repository.timestamp,
        Snapshot.type: repository.snapshot,
        Targets.type: repository.targets,
    }
    client.init()
    forward[role].version = 99_999
    repository.publish()
    assert client.refresh() == 0
    assert client.trusted()[role] == 100_000
    for one in rotated:
        repository.rotate(one)
    repository.publish_root()
    forward[role].version = 0
    repository.publish()
    assert client.refresh() == 0
    assert client.trusted()[role] == 1


def test_new_snapshot_version_mismatch(client: Client) -> None:
    client.init()
    client.repository.publish()
    client.repository.write("2.snapshot.json", client.repository.read("1.snapshot.json"))
    assert client.refresh() == 1
    assert client.trusted() == {"root": 1, "timestamp": 2}
    assert client.asked[-1] == "2.snapshot"


# --- expiry, as test_expiration.py


def test_root_expired(client: Client) -> None:
    client.init()
    client.refresh()
    client.repository.root.expires = past(1)
    client.repository.publish_root()
    client.repository.publish()
    assert client.refresh() == 1
    assert client.trusted() == {"root": 2, "timestamp": 1, "snapshot": 1, "targets": 1}  # the root is kept before


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type, Targets.type])
def test_expired(client: Client, role: str) -> None:
    repository = client.repository
    client.init()
    client.refresh()
    for signed in (repository.timestamp, repository.snapshot, repository.targets):
        if signed.type == role:
            signed.expires = past(5)
    repository.publish()
    assert client.refresh() == 1
    assert client.trusted()[role] == 1


def test_expired_metadata_is_good_enough_to_go_on_from(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, now = client.repository, datetime.now(UTC).replace(microsecond=0)
    client.init()
    repository.timestamp.expires = now + timedelta(days=7)
    repository.publish()
    assert client.refresh() == 0
    later_ms = int((now + timedelta(days=18)).timestamp() * 1000)
    monkeypatch.setattr(content_repo, "_now_ms", lambda: later_ms)
    assert client.refresh() == 1
    repository.timestamp.expires = now + timedelta(days=21)
    repository.publish()
    assert client.refresh() == 0
    assert client.trusted() == {"root": 1, "timestamp": 3, "snapshot": 3, "targets": 3}


def test_delegated_targets_expired(client: Client) -> None:
    client.init()
    client.repository.delegate("delegated", "delegatedpath/*").expires = past(1)
    client.repository.add("delegatedpath/target", b"delegated content", "delegated")
    client.repository.publish()
    assert client.refresh() == 0
    assert client.download("delegatedpath/target") == 1
    assert client.files == []
    assert client.trusted() == {"root": 1, "snapshot": 2, "targets": 2, "timestamp": 2}


# --- keys, as test_keys.py and test_updater_key_rotations.py


def test_snapshot_threshold(client: Client) -> None:
    repository = client.repository
    client.init()
    client.refresh()
    repository.keys[Snapshot.type] = [CryptoSigner.generate_ed25519() for _ in range(5)]
    for signer in repository.keys[Snapshot.type]:
        repository.root.add_key(signer.public_key, Snapshot.type)
    repository.root.roles[Snapshot.type].threshold = 6
    repository.publish_root()
    repository.publish()
    assert client.refresh() == 1
    assert client.trusted() == {"root": 2, "timestamp": 2, "snapshot": 1, "targets": 1}
    repository.root.roles[Snapshot.type].threshold = 5
    repository.publish_root()
    assert client.refresh() == 0


def test_duplicate_keys_root(client: Client) -> None:
    repository = client.repository
    client.init()
    client.refresh()
    again = twin(repository.keys[Snapshot.type][0])
    repository.keys[Snapshot.type].append(again)
    repository.root.add_key(again.public_key, Snapshot.type)
    repository.root.roles[Snapshot.type].threshold = 2
    repository.publish_root()
    repository.publish()
    assert client.refresh() == 1
    assert client.trusted()["snapshot"] == 1


ROTATIONS: dict[str, list[tuple[list[int], int, list[int]]]] = {
    "1-of-1": [([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2])],
    "1-of-1, with signatures nobody asked for": [([1], 1, [3, 1, 4]), ([2], 1, [3, 2, 1, 4]), ([2], 1, [3, 2, 4])],
    "3-of-5, other keys each time": [
        ([0, 1, 2, 3, 4], 3, each) for each in ([0, 2, 4], [0, 4, 1], [0, 1, 3], [0, 1, 3])
    ],
    "3-of-5, one key changed": [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 1])],
    "3-of-5, all keys changed": [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7])],
    "threshold raised": [([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2])],
    "threshold lowered": [([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1, 2]), ([1, 2, 3], 1, [1])],
    "bad: not by the old key": [([1], 1, [1]), ([2], 1, [2, 3, 4])],
    "bad: not by the new key": [([1], 1, [1]), ([2], 1, [1, 3, 4])],
    "bad: not by three new keys": [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4])],
    "bad: not by three old keys": [([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])],
    "bad: new threshold not reached": [([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [2])],
    "bad: old threshold not reached": [([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1])],
}
SIGNERS = [CryptoSigner.generate_ed25519() for _ in range(10)]


@pytest.mark.parametrize("case", ROTATIONS)
def test_root_rotation(client: Client, case: str) -> None:
    repository, versions = client.repository, ROTATIONS[case]
    for number, (keys, threshold, signatures) in enumerate(versions, start=1):
        repository.root.version = number
        repository.root.roles[Root.type].keyids.clear()
        repository.root.roles[Root.type].threshold = threshold
        for key in keys:
            repository.root.add_key(SIGNERS[key].public_key, Root.type)
        raw = repository.signed(repository.root, [SIGNERS[one] for one in signatures])
        repository.write(f"{number}.root.json", raw)
    assert client.init(repository.read("1.root.json")) == 0
    good = not case.startswith("bad")
    assert client.refresh() == (0 if good else 1)
    newest = len(versions) if good else len(versions) - 1
    assert (client.metadata / "root.json").read_bytes() == repository.read(f"{newest}.root.json")


# --- delegations, as test_updater_delegation_graphs.py and test_quoting_issues.py

TREE = {
    "targetfile": ([], b"targetfile content"),
    "README.md": (["1.A"], b"README by A"),
    "releases/x/x_v1": (["1.B", "1.C"], b"x release by C"),
    "releases/y/y_v1.zip": (["1.B", "1.D"], b"y release by D"),
    "releases/z/z_v1.zip": (["1.B"], None),
}


@pytest.mark.parametrize("name", TREE)
def test_targetfile_search(client: Client, name: str) -> None:
    repository = client.repository
    repository.delegate("A", "*.doc", "*.md")
    second = repository.delegate("B", "releases/*/*")
    whole = repository.targets.delegations
    assert whole is not None
    assert whole.roles is not None
    repository.targets.delegations = None
    repository.delegate("C", "releases/x/*")
    repository.delegate("D", "releases/y/*.zip")
    second.delegations, repository.targets.delegations = repository.targets.delegations, whole
    for path, (visited, data) in {**TREE, "releases/z/z_v1.zip": (["1.B", "1.D"], b"z release by D")}.items():
        assert data is not None
        repository.add(path, data, visited[-1][2:] if visited else Targets.type)
    repository.publish()
    client.init()
    visited, found = TREE[name]
    assert client.download(name) == (1 if found is None else 0)
    assert [asked for asked in client.asked[4:] if not asked.startswith("/targets")] == visited
    assert client.files == ([] if found is None else [found])


@pytest.mark.parametrize(
    ("role", "quoted"), [("?", "%3F"), ("#", "%23"), ("/role", "%2Frole"), ("../role", "..%2Frole")]
)
def test_unusual_role_name(client: Client, role: str, quoted: str) -> None:
    client.repository.delegate(role, "*")
    client.repository.publish()
    client.init()
    assert client.download("nonexistent target") == 1
    assert client.asked[4:] == [f"1.{quoted}"]


# --- files, as test_file_download.py


def test_downloads_and_what_is_there_is_not_fetched_again(client: Client) -> None:
    client.init()
    (lies,) = [client.repository.add("path/to/a/file.txt", b"target file contents")]
    client.repository.publish()
    assert client.refresh() == 0
    assert client.files == []
    assert client.download("path/to/a/file.txt") == 0
    assert client.files == [b"target file contents"]
    lies.write_bytes(b"malicious data, not for us")
    assert client.download("path/to/a/file.txt") == 0
    assert client.asked == ["2.root", "timestamp"]
    assert client.files == [b"target file contents"]


def test_a_file_that_changes_keeps_its_name_and_a_malicious_one_is_not_kept(client: Client) -> None:
    client.init()
    for number in range(3):
        lies = client.repository.add("file.txt", f"contents {number}".encode())
        client.repository.publish()
        assert client.download("file.txt") == 0
        assert client.files == [f"contents {number}".encode()]
        lies = client.repository.add("file.txt", f"contents {number} again".encode())
        lies.write_bytes(f"malicious {number} now".encode())
        client.repository.publish()
        assert client.download("file.txt") == 1
        assert client.files == [f"contents {number}".encode()]


def test_a_repository_without_consistent_snapshots(client: Client) -> None:
    repository = client.repository
    repository.root.consistent_snapshot = False
    repository.publish_root()
    lies = repository.add("file.txt", b"contents")
    lies.rename(lies.with_name("file.txt"))
    repository.publish()
    for role in (Snapshot.type, Targets.type):
        shutil.copy(repository.folder / "metadata" / f"2.{role}.json", repository.folder / "metadata" / f"{role}.json")
    client.init()
    assert client.download("file.txt") == 0
    assert client.asked == ["2.root", "3.root", "timestamp", "snapshot", "targets", "/targets/file.txt"]


# --- the command itself


def test_options_stand_before_the_command_or_after_it(client: Client) -> None:
    client.init()
    after = ("refresh", "--metadata-dir", client.metadata, "--metadata-url", client.site.metadata)
    assert client.run(*after) == 0
    assert client.run("refresh", "--metadata-dir", client.metadata) == 2
    assert client.run("init", client.place / "initial_root.json") == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://nowhere", "nothing"])
def test_whatever_goes_wrong_ends_with_one(client: Client, url: str) -> None:
    client.init()
    assert client.run("--metadata-dir", client.metadata, "--metadata-url", url, "refresh") == 1
    assert client.run("--metadata-dir", client.metadata, "init", client.place / "no such file") == 1
    assert client.refresh() == 0


def test_as_a_process_it_ends_with_the_same_codes(client: Client) -> None:
    client.init()
    options = ["--metadata-dir", str(client.metadata), "--metadata-url", client.site.metadata]
    command = [sys.executable, "-m", "app.cli.main", "content-repo"]
    good = subprocess.run([*command, *options, "refresh"], check=False, capture_output=True, text=True, timeout=60)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    client.site.status = 503
    bad = subprocess.run([*command, *options, "refresh"], check=False, capture_output=True, text=True, timeout=60)
    assert bad.returncode == 1
    assert "MIRROR_UNREACHABLE" in bad.stderr
