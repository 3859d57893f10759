"""The registry's tables. How they come to be is in `migrations/`; a test holds that both say the same."""

from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables; Python types and what they are in the database. Times are ms since the epoch, UTC."""

    type_annotation_map: ClassVar[dict[type, object]] = {
        int: BigInteger,
        str: String(200),
        bytes: LargeBinary,
    }


class Setting(Base):
    """A word or figure about this registry: its name, address, log origin."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class PublishedDocument(Base):
    """A signed document that stands for all: the registry's keys, the directory."""

    __tablename__ = "published_document"

    name: Mapped[str] = mapped_column(primary_key=True)
    envelope: Mapped[bytes]


class Device(Base):
    """An enrolled PC: the key it signs with now, since when, and the certificate it was issued last.

    `counter` is the highest figure its requests have had; `may_go_on` that once it is told to go on from there, because
    the operator has settled that it was set back. `generation` is the highest of its replica that was heard of.
    """

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(primary_key=True)
    seat_label: Mapped[str]
    keyid: Mapped[str] = mapped_column(unique=True)
    public_key_pem: Mapped[str] = mapped_column(Text)
    key_from_ms: Mapped[int]
    sealing_key: Mapped[bytes]
    certificate_pem: Mapped[str] = mapped_column(Text)
    enrolled_ms: Mapped[int]
    revoked_ms: Mapped[int | None]
    rotation_asked_ms: Mapped[int | None]
    counter: Mapped[int]
    may_go_on: Mapped[bool]
    generation: Mapped[int]


class FormerKey(Base):
    """A key that a device or a proctor (`holder`) had before, and until when it was, or is, good."""

    __tablename__ = "former_key"

    keyid: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(index=True)
    public_key_pem: Mapped[str] = mapped_column(Text)
    from_ms: Mapped[int]
    until_ms: Mapped[int]


class DeviceTwin(Base):
    """Two different requests with one figure of a device's count: two PCs with one identity, or one that was set back.

    `first_nonce` is empty where the figure was so far behind that the first request is not kept any more.
    """

    __tablename__ = "device_twin"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    counter: Mapped[int]
    first_nonce: Mapped[str]
    other_nonce: Mapped[str]
    noticed_ms: Mapped[int]
    settled_ms: Mapped[int | None]
    why: Mapped[str] = mapped_column(Text)


class Invited(Base):
    """A one-time token, kept only as its SHA-256, and the device that used it."""

    __tablename__ = "invited"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    seat_label: Mapped[str]
    expires_ms: Mapped[int]
    device: Mapped[str | None] = mapped_column(ForeignKey("device.id"))


class Official(Base):
    """A person who signs; `credential` is their key, sealed by their PIN."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    keyid: Mapped[str] = mapped_column(unique=True)
    public_key_pem: Mapped[str] = mapped_column(Text)
    credential: Mapped[bytes]
    enrolled_ms: Mapped[int]
    revoked_ms: Mapped[int | None]


class Proctor(Official):
    """A person who may run sessions."""

    __tablename__ = "proctor"

    key_from_ms: Mapped[int]


class Administrator(Official):
    """A person who may act on a site's archive."""

    __tablename__ = "administrator"


class Package(Base):
    """A published package; its bytes are a TUF target, its keys lie in the key folder."""

    __tablename__ = "package"
    __table_args__ = (UniqueConstraint("bank", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    bank: Mapped[str]
    version: Mapped[int]
    target: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    length: Mapped[int]


class PlannedSession(Base):
    """A session: its signed plan, and the release share that is withheld until it opens."""

    __tablename__ = "planned_session"

    id: Mapped[str] = mapped_column(primary_key=True)
    package: Mapped[str] = mapped_column(ForeignKey("package.id"))
    plan: Mapped[bytes]
    plan_sha256: Mapped[str] = mapped_column(unique=True)
    opens_ms: Mapped[int]
    release_share: Mapped[bytes]
    released_ms: Mapped[int | None]


class Seat(Base):
    """Which device has a grant in which session."""

    __tablename__ = "seat"

    session: Mapped[str] = mapped_column(ForeignKey("planned_session.id"), primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True, index=True)


class ReleaseEntry(Base):
    """One line of the record of who got a release share, when and how; `device` is empty for a person."""

    __tablename__ = "release_entry"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("planned_session.id"), index=True)
    device: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    who: Mapped[str]
    how: Mapped[str]
    at_ms: Mapped[int]
    leaf: Mapped[int | None]


class SeenRequest(Base):
    """A signed request that came: each figure of a device's count is one request's. The newest are kept."""

    __tablename__ = "seen_request"

    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    counter: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nonce: Mapped[str]
    kind: Mapped[str]
    received_ms: Mapped[int]


class Claim(Base):
    """Which device a sitting is at; so that nobody sits at two."""

    __tablename__ = "claim"

    sitting: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("planned_session.id"), index=True)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    claimed_ms: Mapped[int]


class ClaimMove(Base):
    """One line of the record of sittings that two proctors moved to another device; `request` has their signatures."""

    __tablename__ = "claim_move"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    sitting: Mapped[str] = mapped_column(ForeignKey("claim.sitting"), index=True)
    from_device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    to_device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    request: Mapped[bytes]
    at_ms: Mapped[int]


class Packet(Base):
    """An accepted score packet and the receipt that was signed for it; neither ever changes."""

    __tablename__ = "packet"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    packet: Mapped[str] = mapped_column(unique=True)
    sitting: Mapped[str] = mapped_column(unique=True)
    session: Mapped[str] = mapped_column(ForeignKey("planned_session.id"), index=True)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    envelope: Mapped[bytes]
    received_ms: Mapped[int]
    receipt: Mapped[bytes]
    leaf: Mapped[int] = mapped_column(unique=True)


class ScoredResult(Base):
    """What the registry itself made of a packet when it came; what stands since is told by `CorrectionRow`s."""

    __tablename__ = "scored_result"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    packet_sha256: Mapped[str] = mapped_column(ForeignKey("packet.sha256"), index=True)
    sitting: Mapped[str] = mapped_column(index=True)
    score_milli: Mapped[int]
    max_milli: Mapped[int]
    passed: Mapped[bool]
    scorer: Mapped[str]
    agrees: Mapped[bool]


class Conflict(Base):
    """A properly signed packet whose id or sitting stands already with other bytes; kept aside for people."""

    __tablename__ = "conflict"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    packet: Mapped[str]
    sitting: Mapped[str]
    first_sha256: Mapped[str] = mapped_column(ForeignKey("packet.sha256"))
    envelope: Mapped[bytes]
    received_ms: Mapped[int]


class CorrectionRow(Base):
    """A correction of a sitting's result (`sync.wire.result`), in the order of the log; none ever changes."""

    __tablename__ = "correction"

    leaf: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(unique=True)
    sitting: Mapped[str] = mapped_column(index=True)
    envelope: Mapped[bytes]


class ErratumRow(Base):
    """How a session's item is scored instead, as people decided; of several about one item the newest counts."""

    __tablename__ = "erratum"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("planned_session.id"), index=True)
    item: Mapped[str]
    rule: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_ms: Mapped[int]


class CodeRow(Base):
    """Which sitting a verification code names, by the code's SHA-256: how long a look-up takes tells nothing of it."""

    __tablename__ = "verification_code"

    code_sha256: Mapped[str] = mapped_column(primary_key=True)
    sitting: Mapped[str] = mapped_column(index=True)


class HeadRow(Base):
    """A signed head of a recording or journal that left its seat: the newest, and for ever those that contradict."""

    __tablename__ = "head"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    sequence: Mapped[int]
    envelope: Mapped[bytes]
    received_ms: Mapped[int]


class PacketDoubt(Base):
    """What does not fit about a packet that was taken in (`app.registry.doubting`)."""

    __tablename__ = "packet_doubt"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    packet_sha256: Mapped[str] = mapped_column(index=True)
    sitting: Mapped[str]
    kind: Mapped[str]
    noticed_ms: Mapped[int]


class LogLeaf(Base):
    """A leaf of the log: its data and salt (see `sync.trust.leaf`), and the digest of what it is about."""

    __tablename__ = "log_leaf"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    data: Mapped[bytes]
    salt: Mapped[str]
    subject_sha256: Mapped[str]


class LogNode(Base):
    """The hash of one complete subtree of the log: 2**`level` leaves from `position` * 2**`level` on."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class Witness(Base):
    """A witness of the log: where it is asked, and the last head it cosigned; `refusal` is what it said to the last."""

    __tablename__ = "witness"

    name: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    ca_pem: Mapped[str] = mapped_column(Text)
    public_key_pem: Mapped[str] = mapped_column(Text)
    added_ms: Mapped[int]
    cosigned_size: Mapped[int]
    cosigned_ms: Mapped[int | None]
    refusal: Mapped[str] = mapped_column(Text)
