"""Made-up recordings, people and media for the archive's pages; everything on them is simulated and says so."""

from datetime import UTC, datetime

from app.archive.catalogue import Entry, Month, Query
from app.archive.desk import Outlook, Views
from app.archive.dossier import Dossier
from proctoring.vault.carrying.media_register import Medium, MediumState
from proctoring.vault.format.layout import FORMAT
from proctoring.vault.retention.chain import Chain
from proctoring.vault.retention.forecast import Forecast
from proctoring.vault.retention.ledger import Situation
from proctoring.vault.retention.papers import Manifest
from proctoring.vault.retention.standing import Freeze, Hold, Proposal, Standing, State, Terms, fold
from proctoring.vault.retention.timekeeping import Evidence
from sync.wire.archive import (
    CustodyAct,
    CustodyEntry,
    DestructionRecord,
    Moment,
    Person,
    RecordingAbout,
    TimelineKind,
    TimelineMark,
)
from sync.wire.packet import GapRef
from sync.wire.plan import Bilingual, RecipientRole
from sync.wire.recording import (
    ClockPair,
    Flag,
    FlagKind,
    KeyEpoch,
    RecordingManifest,
    Source,
    WrappedKey,
)

HOUR = 3_600_000
DAY = 86_400_000
GB = 1_000_000_000
NOW = round(datetime(2026, 11, 22, 3, tzinfo=UTC).timestamp() * 1000)
TITLE = Bilingual(zh="焊接与热切割作业 · 理论考试", en="Welding and thermal cutting, theory")
LONG_NAME = "阿卜杜热依木·买买提吐尔逊·阿卜杜拉"
NAMES = ("张伟", "李芳", "王建国", "古丽娜尔·艾合买提江", "Alexandra Featherstonehaugh-Wellington", "赵敏", LONG_NAME)
VERDICTS = ("complete", "complete", "recovered", "complete", "truncated", "tampered", "")


def uid(number: int) -> str:
    return f"01a203a6-a320-7760-978a-{number:012x}"


def person(number: int, name: str) -> Person:
    return Person(administrator=uid(900 + number), name=name, keyid=f"{number:064x}")


PEOPLE = (person(1, "周敏"), person(2, "阿依努尔·吾买尔"), person(3, "Margaret Oyelaran-Whitcombe"), person(4, "韩雪"))


def entry(number: int) -> Entry:
    began = NOW - (number // 4) * DAY - 2 * HOUR
    return Entry(
        recording=uid(number),
        manifest_sha256="7" * 64,
        session=uid(500 + number // 4),
        sitting=uid(600 + number),
        started_ms=began,
        duration_ms=2 * HOUR - 61_000 * (number % 5),
        bytes=570_000_000,
        gaps=int(number % 7 == 2),
        flags=(FlagKind.SPEECH,) if number % 3 == 1 else (),
        flag_count=3 * int(number % 3 == 1),
        verdict=VERDICTS[number % len(VERDICTS)],
        state="retained",
        retain_until_ms=began + 1098 * DAY,
        holds=int(number % 6 == 3),
        proposed=int(number % 6 == 5),
        name=NAMES[number % len(NAMES)],
        admission_number=f"20261133{number:05}",
        id_number_masked="652901********1234",
        seat=f"{number % 40 + 1}",
        site="青河县职业培训中心考点",
        room="第二考场",
        title_zh=TITLE.zh,
        title_en=TITLE.en,
        opens_ms=began - 600_000,
        simulated=True,
        viewed_ms=0,
        trouble="",
        print="1:1:0",
        review_ms=0,
    )


ENTRIES = tuple(entry(number) for number in range(1, 60))


def fetch(query: Query, after: Entry | None) -> list[Entry]:
    if after is not None or query.text == "nobody":
        return []
    return [one for one in ENTRIES if query.condition is None]


def count(query: Query) -> int:
    return len(fetch(query, None)) and 100_000


def moment(ago_ms: int) -> Moment:
    return Moment(wall_ms=NOW - ago_ms, mono_ms=5_000_000, boot_id="simulated")


def line(
    sequence: int, act: CustodyAct, by: Person | None, ago_ms: int, purpose: str | None = None, **more: object
) -> CustodyEntry:
    return CustodyEntry.model_validate(
        {
            "archive": uid(1),
            "recording": uid(7),
            "manifest_sha256": "7" * 64,
            "sequence": sequence,
            "before": "0" * 64,
            "act": act,
            "by": by,
            "at": moment(ago_ms),
            "purpose": purpose,
            **more,
        }
    )


CUSTODY = (
    line(0, CustodyAct.ARRIVED, None, 30 * DAY, facts={"verdict": "complete"}),
    line(1, CustodyAct.VIEWED, PEOPLE[0], 3 * DAY, "成绩复核：考生申请复核第 23 题，核对作答时的画面"),
    line(2, CustodyAct.SNAPSHOT, PEOPLE[0], 3 * DAY - 600_000, None, facts={"sha256": "ab" * 32}),
    line(3, CustodyAct.HELD, PEOPLE[1], 2 * DAY, "违纪调查 2026-114 号", until_ms=NOW + 90 * DAY),
    line(4, CustodyAct.EXPORTED, PEOPLE[2], DAY, "交考试机构复核"),
    line(5, CustodyAct.VERIFIED, None, HOUR, None, facts={"verdict": "complete"}),
)


def manifest(gaps: tuple[GapRef, ...] = ()) -> RecordingManifest:
    wrapped = WrappedKey(role=RecipientRole.SITE, public_key="AA==", sealed="AA==")
    began = NOW - 2 * HOUR
    return RecordingManifest(
        recording=uid(7),
        session=uid(501),
        sitting=uid(607),
        device=uid(3),
        device_keyid="5" * 64,
        format=FORMAT,
        sources=(
            Source(track="picture", label="simulated", simulated=True),
            Source(track="sound", label="simulated", simulated=True),
        ),
        codec="WebM: VP8 640x480 15/s, Opus 48 kHz mono",
        started=ClockPair(mono_ms=1_000, wall_ms=began),
        duration_ms=2 * HOUR - 61_000,
        closed="stopped",
        segments=(),
        epochs=(KeyEpoch(first_segment=0, wrapped=(wrapped,)),),
        gaps=gaps,
        flags=(Flag(kind=FlagKind.SPEECH, at_ms=600_000, length_ms=4_000),),
        retention_days=1098,
        software="examroom 0.1.0",
    )


def about(name: str = "张伟") -> RecordingAbout:
    return RecordingAbout(
        recording=uid(7),
        manifest_sha256="7" * 64,
        session=uid(501),
        sitting=uid(607),
        candidate=uid(8),
        name=name,
        admission_number="2026113300007",
        id_number_masked="652901********1234",
        simulated=True,
        exam_title=TITLE,
        site="青河县职业培训中心考点",
        room="第二考场",
        seat_label="7",
        opens_ms=NOW - 3 * HOUR,
        timeline=(TimelineMark(kind=TimelineKind.ITEM, at_ms=60_000, label="1"),),
    )


def dossier(
    *, state: State = State.RETAINED, name: str | None = "张伟", held: bool = True, proposed: bool = False,
    frozen: bool = False, custody: tuple[CustodyEntry, ...] = CUSTODY,
) -> Dossier:  # fmt: skip
    gaps = (GapRef(track="both", start_ms=1_800_000, length_ms=9_000, reason="recorder_restarted"),)
    terms = Terms("7" * 64, NOW, 1098)
    holds = (Hold(3, PEOPLE[1], "违纪调查 2026-114 号", NOW - 2 * DAY, NOW + 90 * DAY),) if held else ()
    proposal = Proposal(6, PEOPLE[0], "保存期满，按年度计划销毁", NOW - DAY) if proposed else None
    freeze = Freeze(NOW + 900 * DAY, NOW, 4) if frozen else None
    gone = state is State.DESTROYED
    situation = Situation(
        uid(7),
        None if gone else Manifest(manifest(gaps), "7" * 64),
        Chain(custody, ("0" * 64,) * len(custody)),
        terms,
        fold(terms, ()),
        record() if gone else None,
    )
    until = NOW - 3 * DAY if state not in (State.RETAINED, State.ARRIVED) else NOW + 1098 * DAY
    stands = Standing(state, until, holds, proposal, 1, "7" * 64, frozen=freeze, sure_ms=NOW)
    digest = "3f9a" * 16 if gone else ""
    return Dossier(uid(7), situation, stands, about(name) if name and not gone else None, "", digest)


def record() -> DestructionRecord:
    return DestructionRecord(
        archive=uid(1), recording=uid(7), session=uid(501), sitting=uid(607), device=uid(3), manifest_sha256="7" * 64,
        segments=720, bytes=570_000_000, recorded=moment(1100 * DAY), retain_until_ms=NOW - 3 * DAY,
        proposed_by=PEOPLE[0], approved_by=(PEOPLE[2],), purpose="保存期满，按年度计划销毁", custody_sha256="5" * 64,
        keys_erased=moment(HOUR), data_erased=moment(HOUR - 9_000),
    )  # fmt: skip


def outlook(*, frozen: bool = False, sessions: int | None = 41, empty: bool = False) -> Outlook:
    months = (
        Month(2026, 9, 12, 12, 0, 7_000_000_000),
        Month(2026, 10, 1_240, 31, 118, 700_000_000_000),
        Month(2026, 11, 880, 4, 0, 500_000_000_000),
        Month(2028, 4, 2_310, 0, 0, 1_300_000_000_000),
        Month(2029, 11, 4_120, 7, 0, 2_400_000_000_000),
    )
    freeze = Freeze(NOW + 4_800 * DAY, NOW, 4) if frozen else None
    kept = () if empty else months
    lasts = Forecast(812_000_000_000, 285_000_000, 40, 19_800_000_000, None if empty else sessions, 0, NOW + 90 * DAY)
    return Outlook(kept, lasts, Evidence(NOW, freeze), 2)


MEDIA = (
    Medium("4C530001230817104", "青河 01", 64_000_000_000, MediumState.IN, PEOPLE[0], NOW),
    Medium("AA00000000000489", "青河 02", 256 * GB, MediumState.OUT, PEOPLE[0], NOW, "周敏", "复核", NOW + 5 * DAY),
    Medium("WD-WX12A3456789", "移动硬盘 03", 2_000 * GB, MediumState.OUT, PEOPLE[1], NOW, LONG_NAME, "复核", NOW - DAY),
    Medium("60A44C413FAEE281", "青河 00（旧）", 8_000_000_000, MediumState.RETIRED, PEOPLE[0], NOW),
)  # fmt: skip


def viewed() -> Views:
    entries = [
        one for one in reversed(CUSTODY) if one.act in (CustodyAct.VIEWED, CustodyAct.SNAPSHOT, CustodyAct.EXPORTED)
    ]
    others = (replace_recording(one, uid(8)) for one in entries)
    return Views((*entries, *others), {uid(7): "张伟", uid(8): LONG_NAME}, (uid(9),))


def replace_recording(one: CustodyEntry, recording: str) -> CustodyEntry:
    return one.model_copy(update={"recording": recording})
