from app.content.bank import BankRefused, Rejection
from app.content.checks.check import check_bank
from app.content.checks.finding import Code, Severity, excerpt
from app.content.checks.statistics import FormFigures, Spread
from app.exam.prose import Language
from app.words import Words, all_keys
from tests.app.content.checks.small import bank, clean, right, right_several, several, single


def test_a_clean_bank_gives_no_findings() -> None:
    assert check_bank(clean()).findings == ()


def test_an_empty_bank_can_be_checked() -> None:
    report = check_bank(bank())
    assert report.findings == ()
    assert report.statistics.items == 0


def test_what_was_not_taken_in_is_an_error() -> None:
    fault = BankRefused("items/x.xml", 3, "no key")
    report = check_bank(clean(), [Rejection("items/x.xml", "x", "no key", fault)])
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.items) == (Code.REJECTED, Severity.ERROR, ("x",))
    assert report.count(Severity.ERROR) == 1


def test_the_worst_comes_first() -> None:
    of = bank((single("a"), right("a", "E")), (several("m"), right_several("m", "B")))
    assert [finding.severity for finding in check_bank(of).findings] == [Severity.ERROR, Severity.NOTE]


def test_every_finding_has_words_and_no_words_are_kept_for_none() -> None:
    for language in Language:
        said = Words(language)
        for code in Code:
            assert said.has(f"bank_check.{code}.what")
            assert said.has(f"bank_check.{code}.do")
        kept = {key.split(".")[1] for key in all_keys(language) if key.startswith("bank_check.")}
        assert kept == {code.value for code in Code}


def test_the_figures_are_counted() -> None:
    figures = check_bank(clean()).statistics
    assert figures.kinds == {"multiple_choice": 1, "single_choice": 2, "true_false": 2}
    assert figures.subjects == {"fire": 5}
    assert figures.languages == {"both": 5}
    assert figures.options == {"2": 2, "4": 3}
    assert figures.true_false == {"false": 1, "true": 1}
    assert figures.positions == {"D": 2}
    assert figures.characters == Spread(14, 29, 34)
    assert figures.form == FormFigures(2, 400, 2, (500, 500))


def test_an_excerpt_is_one_line_and_short() -> None:
    assert excerpt("a\n b") == "a b"
    assert len(excerpt("字" * 100)) == 40
