"""The channel against those who own the network, a mirror, or too few keys; over a medium, byte for byte."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # exported without saying so
from tuf.api.metadata import MetaFile, Role, Root, Snapshot, Targets, Timestamp

from sync.client.channel import (
    Channel,
    ContentAltered,
    ContentExpired,
    ContentNotPublished,
    ContentNotSigned,
    ContentRefused,
    ContentRolledBack,
    Standing,
)
from sync.client.medium import Medium
from sync.client.sources import MediumSource
from sync.client.tuf_client import MOST_METADATA_BYTES, MOST_ROOTS
from tests.sync.client.publisher import DAY_MS, NOW_MS, Publisher, twin

PACKAGE = "packages/safety/one.erp"


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    made = Publisher(tmp_path / "usb")
    made.add(PACKAGE, b"a package", bank="safety", version=1)
    made.publish()
    return made


@pytest.fixture
def channel(publisher: Publisher, tmp_path: Path) -> Channel:
    return opened(publisher, tmp_path)


def opened(publisher: Publisher, tmp_path: Path) -> Channel:
    return Channel(tmp_path / "seat", publisher.embedded, MediumSource(Medium(publisher.medium)))


def trusted(tmp_path: Path, role: str) -> int:
    """Give the version of a role that the seat keeps."""
    raw = (tmp_path / "seat" / f"{role}.json").read_bytes()
    return int(json.loads(raw)["signed"]["version"])


def fetched(channel: Channel, tmp_path: Path, path: str = PACKAGE) -> bytes:
    into = tmp_path / "fetched"
    channel.fetch(channel.target(path), into)
    return into.read_bytes()


def test_what_is_published_is_fetched_with_what_its_publisher_said_of_it(channel: Channel, tmp_path: Path) -> None:
    channel.refresh(NOW_MS)
    facts = channel.target(PACKAGE)
    assert (facts.path, facts.length, dict(facts.custom)) == (PACKAGE, 9, {"bank": "safety", "version": 1})
    assert fetched(channel, tmp_path) == b"a package"
    with pytest.raises(ContentNotPublished):
        channel.target("packages/safety/two.erp")


# --- roll-back, freeze, mix and match


@pytest.mark.parametrize("role", [Timestamp.type, Snapshot.type, Targets.type, "province-44"])
def test_no_role_is_rolled_back(publisher: Publisher, channel: Channel, tmp_path: Path, role: str) -> None:
    publisher.delegate("province-44", "packages/44-*/*")
    publisher.add("packages/44-fire/one.erp", b"of province 44", "province-44")
    publisher.publish()
    publisher.publish()
    channel.refresh(NOW_MS)
    channel.target("packages/44-fire/one.erp")
    before = trusted(tmp_path, role)
    match role:
        case Timestamp.type:
            publisher.timestamp.version -= 2
            publisher.publish_timestamp()
        case Snapshot.type:
            publisher.snapshot.version -= 2
            publisher.publish_snapshot()
        case _:
            publisher.roles[role].version -= 2
            publisher.publish(role)
    with pytest.raises(ContentRolledBack):
        opened(publisher, tmp_path).refresh(NOW_MS)
    assert trusted(tmp_path, role) == before


def test_a_role_that_vanishes_from_the_snapshot_is_a_roll_back_too(
    publisher: Publisher, channel: Channel, tmp_path: Path
) -> None:
    publisher.delegate("province-44", "packages/44-*/*")
    publisher.publish()
    channel.refresh(NOW_MS)
    del publisher.snapshot.meta["province-44.json"]
    publisher.publish_snapshot()
    with pytest.raises(ContentRefused):
        opened(publisher, tmp_path).refresh(NOW_MS)
    assert trusted(tmp_path, Snapshot.type) == 3


def test_a_frozen_repository_is_believed_until_it_expires_and_no_longer(channel: Channel, tmp_path: Path) -> None:
    channel.refresh(NOW_MS + 30 * DAY_MS - 1000)
    assert fetched(channel, tmp_path) == b"a package"
    with pytest.raises(ContentExpired):
        channel.refresh(NOW_MS + 30 * DAY_MS)


@pytest.mark.parametrize("role", [Root.type, Timestamp.type, Snapshot.type, Targets.type, "province-44"])
def test_every_role_has_a_date_of_its_own(publisher: Publisher, channel: Channel, role: str) -> None:
    publisher.delegate("province-44", "packages/44-*/*")
    past = datetime.fromtimestamp(NOW_MS / 1000, UTC) - timedelta(days=1)
    signed = {Root.type: publisher.root, Timestamp.type: publisher.timestamp, Snapshot.type: publisher.snapshot}
    (signed.get(role) or publisher.roles[role]).expires = past
    publisher.publish_root()
    publisher.publish()
    with pytest.raises(ContentExpired):
        channel.refresh(NOW_MS)
        channel.target("packages/44-fire/one.erp")


@pytest.mark.parametrize("name", ["2.snapshot.json", "2.targets.json"])
def test_parts_of_two_publications_are_not_mixed(publisher: Publisher, channel: Channel, name: str) -> None:
    number, _, role = name.partition(".")
    older = publisher.read(name)
    publisher.publish()
    publisher.write(f"{int(number) + 1}.{role}", older)
    with pytest.raises(ContentAltered):
        channel.refresh(NOW_MS)


def test_parts_are_not_mixed_where_no_digest_binds_them(publisher: Publisher, channel: Channel) -> None:
    older = publisher.read("2.targets.json")
    publisher.publish()
    publisher.write("3.targets.json", older)
    publisher.snapshot.meta["targets.json"] = MetaFile(3)
    publisher.publish_snapshot()
    with pytest.raises(ContentRolledBack):
        channel.refresh(NOW_MS)


def test_a_mirror_that_is_a_week_behind_harms_nobody(publisher: Publisher, channel: Channel, tmp_path: Path) -> None:
    week_old = publisher.as_it_is()
    publisher.add("packages/safety/two.erp", b"a newer one")
    publisher.publish()
    channel.refresh(NOW_MS)
    publisher.put_back(week_old)
    with pytest.raises(ContentRolledBack):
        channel.refresh(NOW_MS)
    again = opened(publisher, tmp_path)
    assert again.refresh_or_kept(NOW_MS) is Standing.KEPT  # what is known is newer, and still holds
    assert fetched(again, tmp_path, "packages/safety/two.erp") == b"a newer one"
    fresh = Channel(tmp_path / "new-seat", publisher.embedded, MediumSource(Medium(publisher.medium)))
    assert fresh.refresh_or_kept(NOW_MS) is Standing.FRESH  # a seat that knows no better takes what it has
    with pytest.raises(ContentNotPublished):
        fresh.target("packages/safety/two.erp")


# --- keys


def test_two_signatures_are_asked_of_three_root_keys(publisher: Publisher, channel: Channel, tmp_path: Path) -> None:
    publisher.root.version += 1
    publisher.write("2.root.json", publisher.signed(publisher.root, publisher.keys[Root.type][:1]))
    with pytest.raises(ContentNotSigned):
        channel.refresh(NOW_MS)
    assert trusted(tmp_path, Root.type) == 1


@pytest.mark.parametrize("role", [Root.type, Snapshot.type, "province-44"])
def test_one_key_listed_twice_counts_once(publisher: Publisher, channel: Channel, tmp_path: Path, role: str) -> None:
    """See dsse#51: two key ids, one key, a threshold of two."""
    publisher.delegate("province-44", "packages/44-*/*")
    first = publisher.keys[role][0]
    again = twin(first)
    if role == "province-44":
        delegations = publisher.targets.delegations
        assert delegations is not None
        assert delegations.roles is not None
        delegations.keys[again.public_key.keyid] = again.public_key
        asked: Role = delegations.roles[role]
        asked.keyids.append(again.public_key.keyid)
    else:
        publisher.root.add_key(again.public_key, role)
        asked = publisher.root.roles[role]
    asked.threshold = 2
    publisher.keys[role] = [first, again]
    publisher.publish_root(*([] if role == Root.type else publisher.keys[Root.type]))
    publisher.publish()
    with pytest.raises(ContentNotSigned):
        channel.refresh(NOW_MS)
        channel.target("packages/44-fire/one.erp")
    assert trusted(tmp_path, Root.type) == (1 if role == Root.type else 2)


def test_an_embedded_root_that_one_key_signed_twice_is_none(publisher: Publisher, tmp_path: Path) -> None:
    first = publisher.keys[Root.type][0]
    again = twin(first)
    root = Root(version=1, expires=publisher.expires)
    for key in (first.public_key, again.public_key):
        root.add_key(key, Root.type)
    root.roles[Root.type].threshold = 2
    publisher.embedded = publisher.signed(root, [first, again])
    with pytest.raises(ContentNotSigned):
        opened(publisher, tmp_path).refresh(NOW_MS)


def test_signatures_of_strangers_add_nothing(publisher: Publisher, channel: Channel, tmp_path: Path) -> None:
    strangers = [CryptoSigner.generate_ed25519() for _ in range(5)]
    publisher.root.version += 1
    publisher.write("2.root.json", publisher.signed(publisher.root, [publisher.keys[Root.type][0], *strangers]))
    with pytest.raises(ContentNotSigned):
        channel.refresh(NOW_MS)
    publisher.write("2.root.json", publisher.signed(publisher.root, [*publisher.keys[Root.type][:2], *strangers]))
    channel.refresh(NOW_MS)
    assert trusted(tmp_path, Root.type) == 2


def test_root_keys_change_over_signed_by_the_old_and_the_new(
    publisher: Publisher, channel: Channel, tmp_path: Path
) -> None:
    for _ in range(3):
        publisher.publish_root(*publisher.rotate(Root.type))
    publisher.publish_timestamp()
    channel.refresh(NOW_MS)
    assert trusted(tmp_path, Root.type) == 4
    assert fetched(channel, tmp_path) == b"a package"


@pytest.mark.parametrize("signed_by", ["old", "new"])
def test_a_root_that_only_one_side_signed_is_not_followed(
    publisher: Publisher, channel: Channel, tmp_path: Path, signed_by: str
) -> None:
    old = publisher.rotate(Root.type)
    publisher.root.version += 1
    signers = old if signed_by == "old" else publisher.keys[Root.type]
    publisher.write("2.root.json", publisher.signed(publisher.root, signers))
    with pytest.raises(ContentNotSigned):
        channel.refresh(NOW_MS)
    assert trusted(tmp_path, Root.type) == 1


def test_a_gap_in_the_roots_is_not_jumped(publisher: Publisher, channel: Channel, tmp_path: Path) -> None:
    publisher.publish_root()
    publisher.publish_root()
    (publisher.folder / "metadata" / "2.root.json").unlink()
    channel.refresh(NOW_MS)  # without the second there is no third
    assert trusted(tmp_path, Root.type) == 1
    publisher.write("2.root.json", publisher.read("3.root.json"))
    with pytest.raises(ContentRolledBack):
        channel.refresh(NOW_MS)


def test_a_timestamp_key_that_was_stolen_is_replaced_by_root(
    publisher: Publisher, channel: Channel, tmp_path: Path
) -> None:
    thief = publisher.keys[Timestamp.type]
    publisher.timestamp.version = 1_000_000  # the thief runs ahead, so that nothing honest is ever newer
    publisher.publish_timestamp()
    channel.refresh(NOW_MS)
    publisher.rotate(Timestamp.type)
    publisher.publish_root()
    publisher.timestamp.version = 5
    publisher.publish_timestamp()
    channel.refresh(NOW_MS)
    assert trusted(tmp_path, Timestamp.type) == 6
    publisher.timestamp.version = 2_000_000
    publisher.write("timestamp.json", publisher.signed(publisher.timestamp, thief))
    with pytest.raises(ContentNotSigned):
        channel.refresh(NOW_MS)


def test_there_is_an_end_to_following_roots(
    publisher: Publisher, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_ROOTS == 256
    monkeypatch.setattr("sync.client.tuf_client.MOST_ROOTS", 4)
    monkeypatch.setattr("sync.client.tuf_client._CONFIG.max_root_rotations", 4)
    for _ in range(3):
        publisher.publish_root()
    channel.refresh(NOW_MS)
    publisher.publish_root()
    with pytest.raises(ContentRefused, match="more than 4 new roots"):
        channel.refresh(NOW_MS)


# --- delegations


def test_a_province_cannot_take_another_provinces_path(publisher: Publisher, channel: Channel, tmp_path: Path) -> None:
    publisher.delegate("province-44", "packages/44-*/*")
    publisher.delegate("province-45", "packages/45-*/*")
    publisher.add("packages/45-fire/one.erp", b"by province 44", "province-44")
    publisher.add("packages/44-fire/one.erp", b"by its own province", "province-44")
    publisher.publish()
    channel.refresh(NOW_MS)
    with pytest.raises(ContentNotPublished):
        channel.target("packages/45-fire/one.erp")
    publisher.add("packages/45-fire/one.erp", b"by province 45", "province-45")
    publisher.publish()
    channel.refresh(NOW_MS)
    assert fetched(channel, tmp_path, "packages/45-fire/one.erp") == b"by province 45"
    assert not (tmp_path / "seat" / "province-44.json").exists()  # nobody even asked it
    assert fetched(channel, tmp_path, "packages/44-fire/one.erp") == b"by its own province"


def test_a_province_cannot_put_itself_before_the_nation(publisher: Publisher, channel: Channel, tmp_path: Path) -> None:
    publisher.delegate("province-44", "packages/*/*")
    publisher.add(PACKAGE, b"by province 44", "province-44")
    publisher.publish()
    channel.refresh(NOW_MS)
    assert fetched(channel, tmp_path) == b"a package"


@pytest.mark.parametrize(("terminating", "found"), [(True, False), (False, True)])
def test_a_terminating_delegation_is_the_last_that_is_asked(
    publisher: Publisher, channel: Channel, *, terminating: bool, found: bool
) -> None:
    publisher.delegate("software", "software/*", terminating=terminating)
    publisher.delegate("anybody", "*/*")
    publisher.add("software/tool", b"a tool", "anybody")
    publisher.publish()
    channel.refresh(NOW_MS)
    if found:
        assert channel.target("software/tool").length == 6
    else:
        with pytest.raises(ContentNotPublished):
            channel.target("software/tool")


def test_delegations_in_a_circle_come_to_an_end(publisher: Publisher, channel: Channel) -> None:
    first = publisher.delegate("first", "*/*")
    second = publisher.delegate("second", "*/*")
    first.delegations = second.delegations = publisher.targets.delegations
    publisher.publish()
    channel.refresh(NOW_MS)
    with pytest.raises(ContentNotPublished):
        channel.target("nowhere/here")


@pytest.mark.parametrize("name", ["?", "#", "/absolute", "../outside", "a b", "%2e%2e"])
def test_a_role_with_an_odd_name_writes_nowhere_else(publisher: Publisher, tmp_path: Path, name: str) -> None:
    publisher.delegate(name, "odd/*")
    publisher.publish()
    channel = opened(publisher, tmp_path)
    channel.refresh(NOW_MS)
    with pytest.raises(ContentNotPublished):  # such names are none on a medium
        channel.target("odd/one")
    assert not (tmp_path / "outside.json").exists()
    assert {file.parent for file in tmp_path.rglob("*.json")} <= {
        tmp_path / "seat",
        tmp_path / "seat" / "root_history",
        publisher.folder / "metadata",
    }


# --- bytes


@pytest.mark.parametrize("wrong", [b"", b"a packagf", b"a package and more", b"a pack"])
def test_a_wrong_file_is_never_kept(publisher: Publisher, channel: Channel, tmp_path: Path, wrong: bytes) -> None:
    publisher.add(PACKAGE, b"a package").write_bytes(wrong)
    channel.refresh(NOW_MS)
    with pytest.raises(ContentAltered):
        fetched(channel, tmp_path)
    assert not list(tmp_path.glob("*fetched*"))
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[" * 400_000,
        b'{"signed": {"_type": "timestamp"}, "signatures": []}',
        b'{"signed": NaN, "signatures": []}',
        "\ud800".encode("utf-16", "surrogatepass"),
        b" " * 5_100_000,
        b"<html>Please sign in</html>",
    ],
    ids=["empty", "cut", "deep", "typeless", "nan", "no utf-8", "endless", "portal"],
)
@pytest.mark.parametrize("name", ["timestamp.json", "2.targets.json", "2.root.json"])
def test_what_is_no_metadata_is_refused(publisher: Publisher, channel: Channel, name: str, raw: bytes) -> None:
    publisher.write(name, raw)
    if name == "2.root.json" and len(raw) > MOST_METADATA_BYTES:
        channel.refresh(NOW_MS)  # on a medium what is too large is not there, and there need not be a second root
        return
    with pytest.raises(ContentRefused):
        channel.refresh(NOW_MS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 100_000), byte=st.integers(0, 255))
def test_one_changed_byte_is_believed_nowhere(publisher: Publisher, tmp_path: Path, where: int, byte: int) -> None:
    before = publisher.as_it_is()
    name = ("timestamp.json", "2.snapshot.json", "2.targets.json")[where % 3]
    raw = bytearray(before[name])
    raw[where % len(raw)] = byte
    publisher.write(name, bytes(raw))
    with TemporaryDirectory(dir=tmp_path) as seat:
        channel = Channel(Path(seat), publisher.embedded, MediumSource(Medium(publisher.medium)))
        try:
            channel.refresh(NOW_MS)
        except ContentRefused:
            assert bytes(raw) != before[name]
        else:  # a signature may be written in other letters
            assert bytes(raw).lower() == before[name].lower()
        finally:
            publisher.put_back(before)


# --- clocks


@pytest.mark.parametrize("wall_ms", [0, -DAY_MS, 946_684_800_000])
def test_a_clock_before_all_that_was_signed_expires_nothing(channel: Channel, tmp_path: Path, wall_ms: int) -> None:
    channel.refresh(wall_ms)
    assert fetched(channel, tmp_path) == b"a package"


@pytest.mark.parametrize("wall_ms", [2_208_988_800_000, 253_402_300_800_000, 10**30])
def test_a_clock_after_it_all_takes_nothing_new(channel: Channel, wall_ms: int) -> None:
    with pytest.raises(ContentExpired):
        channel.refresh(wall_ms)
    channel.refresh(NOW_MS)  # and a clock that is put right finds everything as it was
