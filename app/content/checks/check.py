"""All checks of a bank, worst first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.content.bank import Bank, Rejection
from app.content.checks.draws import check_draws
from app.content.checks.duplicates import check_duplicates
from app.content.checks.finding import Code, Finding, Severity, excerpt
from app.content.checks.keys import check_keys
from app.content.checks.language import check_language
from app.content.checks.media import check_media
from app.content.checks.scores import check_scores
from app.content.checks.screen import check_screen
from app.content.checks.statistics import Statistics, statistics_of
from app.content.packing.clones import without_templates
from app.content.packing.facts import item_facts

_ORDER: Final = tuple(Severity)
_CODES: Final = tuple(Code)
_CHECKS: Final = (check_duplicates, check_keys, check_scores, check_media, check_screen, check_language)


@dataclass(frozen=True)
class BankReport:
    """What was found, worst first, and the bank's figures."""

    findings: tuple[Finding, ...]
    statistics: Statistics

    def count(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return Counter(finding.severity for finding in self.findings)[severity]


def check_bank(bank: Bank, rejections: Sequence[Rejection] = ()) -> BankReport:
    """Check a bank; an item that was not taken in is an error like any other.

    Forms are drawn from it as a package would hold it, with template items made into ordinary ones.
    """
    findings = [
        Finding(
            Code.REJECTED,
            (rejection.item,) if rejection.item else (),
            {"place": excerpt(str(rejection.fault.facts["place"]), 80), "reason": excerpt(rejection.fault.reason, 160)},
        )
        for rejection in rejections
    ]
    for check in _CHECKS:
        findings += check(bank)
    refused = {name for one in findings if one.code is Code.RULES_REFUSED for name in one.items}
    facts = [item_facts(item) for item in without_templates(_drawable(bank, refused)).items]
    findings += check_draws(bank, facts)
    findings.sort(key=lambda one: (_ORDER.index(one.severity), _CODES.index(one.code)))
    return BankReport(tuple(findings), statistics_of(bank, facts))


def _drawable(bank: Bank, refused: set[str]) -> Bank:
    """Give the bank without items whose rules cannot be followed, and without media: drawing needs none."""
    return replace(bank, items=tuple(replace(one, media=()) for one in bank.items if one.id not in refused), media={})
