"""Which result stands: a fold over a receipt and the corrections after it, the same for everybody who has them.

Every correction names the digest of what came before it, so that none can be left out, put in between or reordered,
and it may only do what its kind says. Nothing here looks at signatures; `sync.trust.result_evidence` does.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sync.faults import Refused
from sync.wire.receipt import LogEntry, Receipt, Result
from sync.wire.result import Correction, CorrectionKind, Erratum, LoggedDispute, ResultState


class CorrectionRefused(Refused):
    """A correction does not follow from what came before it."""

    code = "CORRECTION_REFUSED"


@dataclass(frozen=True)
class Stand:
    """A sitting's result as it stands after the last correction, or as the receipt has it.

    `last_sha256`, `leaf`: of the envelope that says so, and its log entry. `by_people`: it was voided by a correction,
    not at the seat. `first_sha256`: of the packet that came first. `decided`: those set aside that were settled.
    """

    first_sha256: str
    packet_sha256: str
    result: Result
    last_sha256: str
    leaf: int
    errata: tuple[Erratum, ...] = ()
    by_people: bool = False
    decided: frozenset[str] = frozenset()

    def state(self, aside: Collection[str]) -> ResultState:
        """Tell whether it counts; `aside` are the packets that were set aside for this sitting."""
        if not self.decided.issuperset(aside):
            return ResultState.WITHHELD
        return ResultState.VOIDED if self.result.voided else ResultState.STANDS


def received(receipt: Receipt, receipt_sha256: str) -> Stand:
    """Begin with a receipt; `receipt_sha256` is of its envelope."""
    return Stand(receipt.packet_sha256, receipt.packet_sha256, receipt.result, receipt_sha256, receipt.log.index)


def corrected(
    stand: Stand, correction: Correction, correction_sha256: str, log: LogEntry, disputes: Collection[LoggedDispute]
) -> Stand:
    """Let a correction follow; `disputes` are those of the sitting that the log has.

    Raises:
        CorrectionRefused: it does not follow.
    """
    if (correction.before_sha256, correction.replaces) != (stand.last_sha256, stand.leaf):
        raise CorrectionRefused("it does not name what came before it")
    if log.index <= stand.leaf:
        raise CorrectionRefused("it stands in the log before what it corrects")
    new, old = correction.result, stand.result
    if (new.session, new.sitting) != (old.session, old.sitting):
        raise CorrectionRefused("it is about another sitting")
    if new.score_milli > new.max_milli:
        raise CorrectionRefused("more marks than there are")
    if correction.kind is not CorrectionKind.DECIDED and correction.packet_sha256 != stand.packet_sha256:
        raise CorrectionRefused("only a decision changes whose result it is")
    _check_kind(stand, correction, {dispute.aside_sha256: dispute for dispute in disputes}, log.index)
    return replace(
        stand,
        packet_sha256=correction.packet_sha256,
        result=new,
        last_sha256=correction_sha256,
        leaf=log.index,
        errata=correction.errata,
        by_people=_by_people(stand, correction.kind),
        decided=stand.decided | set(correction.decides),
    )


def _by_people(stand: Stand, kind: CorrectionKind) -> bool:
    return kind is CorrectionKind.VOID or (stand.by_people and kind is not CorrectionKind.REINSTATED)


def _check_kind(stand: Stand, correction: Correction, aside: dict[str, LoggedDispute], index: int) -> None:
    new, old = correction.result, stand.result
    match correction.kind:
        case CorrectionKind.VOID if old.voided or new != old.model_copy(update={"voided": True, "passed": False}):
            raise CorrectionRefused("a void changes more, or the sitting was void already")
        case CorrectionKind.REINSTATED if (
            not old.voided or new.model_copy(update={"voided": True, "passed": False}) != old
        ):
            raise CorrectionRefused("a reinstatement changes more, or the sitting was not void")
        case CorrectionKind.REMARK if new.voided != old.voided or correction.errata == stand.errata:
            raise CorrectionRefused("a re-mark without an erratum, or one that voids or reinstates")
        case CorrectionKind.DECIDED:
            _check_decision(stand, correction, aside, index)
        case _:
            pass
    if correction.kind in (CorrectionKind.VOID, CorrectionKind.REINSTATED) and correction.errata != stand.errata:
        raise CorrectionRefused("errata that nobody re-marked by")


def _check_decision(stand: Stand, correction: Correction, aside: dict[str, LoggedDispute], index: int) -> None:
    settled = set(correction.decides)
    if settled != {one for one, dispute in aside.items() if dispute.log.index < index} - stand.decided:
        raise CorrectionRefused("it does not settle just what was disputed when it was made")
    if correction.packet_sha256 not in {stand.first_sha256, *settled, *stand.decided}:
        raise CorrectionRefused("it decides for a packet that is not among those in dispute")
    if stand.by_people and not correction.result.voided:
        raise CorrectionRefused("it lets a voided sitting count")
