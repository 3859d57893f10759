"""Room records for tests: sixty candidates, long names, incidents. All of them are simulated and say so."""

from typing import Any

from sync.trust import envelope
from sync.wire.ids import new_id
from sync.wire.packet import ClockEvidence, EndReason, Incident, JournalRef
from sync.wire.plan import Bilingual, Violation
from sync.wire.room import (
    SAT,
    RoomCandidate,
    RoomCounts,
    RoomIncident,
    RoomProctor,
    RoomRecord,
    Standing,
)
from tests.sync.trust.world import NOW_MS, World

LONG_NAME = "阿卜杜热依木·买买提吐尔逊·阿卜杜拉" * 12
STANDINGS = {5: Standing.BLANK, 9: Standing.ABSENT, 23: Standing.REFUSED, 31: Standing.NEVER_BEGUN, 44: Standing.HELD}
EXPLAINED = {
    Standing.BLANK: "考生看完试题后表示放弃作答，已当面确认。",
    Standing.REFUSED: "所持证件与本人不符，两名监考员核对后拒绝入场。",
    Standing.NEVER_BEGUN: "入场后身体不适，由家属接走。",
    Standing.HELD: "证件照片模糊，等公安核实。",
}


def candidate(number: int) -> RoomCandidate:
    standing = STANDINGS.get(number, Standing.DONE)
    sat = standing in SAT
    clauses = ("5",) if number in (12, 13) else ()
    return RoomCandidate(
        sitting=new_id(),
        candidate=new_id(),
        admission_number=f"20261133{number:05}",
        name=LONG_NAME[:200] if number == 3 else f"模拟考生{number:02}",
        id_number_masked="654***********4027",
        seat_number=7,
        standing=standing,
        end_reason=EndReason.CANDIDATE if sat else None,
        answered=98 if standing is Standing.DONE else 0,
        score_milli=(86_500 if standing is Standing.DONE else 0) if sat else None,
        max_milli=100_000 if sat else None,
        passed=standing is Standing.DONE if sat else None,
        packet_sha256="6" * 64 if sat else None,
        started_ms=NOW_MS if sat else None,
        submitted_ms=NOW_MS + 60_000 if sat else None,
        incidents=len(clauses),
        irregular=bool(clauses),
        clauses=clauses,
        explanation=EXPLAINED.get(standing, ""),
        simulated=True,
    )


def room_record(world: World, people: int = 60, **changes: Any) -> RoomRecord:  # noqa: ANN401 - fields of the record
    candidates = tuple(candidate(number) for number in range(1, people + 1))
    present = sum(one.standing in SAT for one in candidates)
    keys = [key.public.keyid for key in world.proctor_keys]
    told = [
        Incident(code="PAUSED", wall_ms=NOW_MS + 5_000, active_ms=0, detail="停电演练", by=(keys[0],)),
        Incident(
            code="IRREGULARITY",
            wall_ms=NOW_MS + 9_000,
            active_ms=4_000,
            detail="翻看夹带的纸条；考生陈述：是自己的草稿，没有抄。" * 6,
            clause="5",
            by=tuple(keys),
        ),
        Incident(code="CAMERA_LOST_OF_A_NEWER_PROGRAM", wall_ms=NOW_MS + 12_000, active_ms=0, detail=""),
    ]
    whose = (None, candidates[min(11, people - 1)].sitting, candidates[0].sitting)
    record = RoomRecord(
        record=new_id(),
        session=new_id(),
        device=world.directory.devices[0].device,
        seat_label="07",
        plan_sha256="1" * 64,
        exam_title=Bilingual(zh="焊接与热切割作业 · 理论考试", en="Welding and thermal cutting · theory exam"),
        site="青河县职业培训中心考点",
        room="第二考场",
        opens_ms=NOW_MS - 60_000,
        closes_ms=NOW_MS + 7_200_000,
        rehearsal=True,
        opened_ms=NOW_MS - 30_000,
        closed_ms=NOW_MS + 7_000_000,
        clock=ClockEvidence(boot_id="boot", wall_ms=NOW_MS, mono_ms=1, highest_signed_ms=NOW_MS),
        counts=RoomCounts(
            expected=people,
            present=present,
            absent=people - present,
            irregular=sum(one.irregular for one in candidates),
        ),
        candidates=candidates,
        incidents=tuple(RoomIncident(sitting=sitting, incident=one) for sitting, one in zip(whose, told, strict=True)),
        violations=(Violation(code="5", title=Bilingual(zh="夹带", en="Notes brought along")),),
        proctors=tuple(
            RoomProctor(proctor=entry.proctor, name=name, keyid=keyid)
            for entry, name, keyid in zip(world.directory.proctors, ("李芳", LONG_NAME[:60]), keys, strict=True)
        ),
        proctors_needed=2,
        signers=tuple(keys),
        journal=JournalRef(head="5" * 64, count=7),
        simulated=("candidate", "picture", "sound"),
        software="examroom 0.1.0",
    )
    return record.model_copy(update=changes)


def signed_record(world: World, record: RoomRecord | None = None) -> bytes:
    signed = record or room_record(world)
    return envelope.sign(signed.to_bytes(), RoomRecord.PAYLOAD_TYPE, world.device_key, *world.proctor_keys)
