"""Who holds a connection to the display: alone, shared, given away, or not to be told."""

from proctoring.lockdown.holders import Tables


def nobody(_pid: int) -> bool:
    return False


def test_a_program_counts_only_while_it_alone_holds_all_its_connections() -> None:
    assert Tables({50: frozenset({1})}, hidden=False).alone(50, {50: 1}, nobody) is True
    assert Tables({50: frozenset()}, hidden=False).alone(50, {50: 1}, nobody) is False
    shared = Tables({50: frozenset({1}), 60: frozenset({1})}, hidden=False)
    assert shared.alone(50, {50: 1}, nobody) is False
    assert shared.alone(50, {50: 1}, lambda pid: pid == 60) is True
    assert Tables({50: frozenset({1})}, hidden=True).alone(50, {50: 1}, nobody) is None
    assert Tables({50: frozenset({1})}, hidden=False).alone(50, {50: 1, 70: 1}, nobody) is None
