"""The registry and its witnesses over real HTTPS: heads cosigned, proofs that wait for a quorum, no two histories."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.registry import witnessing
from app.registry.log import ProofNotYet
from app.registry.service import Registry
from app.witness.home import WitnessHome, log_of
from sync.client.connection import RegistryUnreachable
from sync.client.log_audit import audit_log
from sync.client.log_source import LogFolder
from sync.trust.anchor import Trust
from sync.trust.log_head import LogHead, read_log_head
from tests.app.registry.histories import entries_of, log_folder, log_leaves, rewrite
from tests.app.registry.world import serving
from tests.app.witness.serving import running


@dataclass
class Watched:
    """A registry and two witnesses of it, one of them running."""

    registry: Registry
    homes: tuple[WitnessHome, WitnessHome]

    @property
    def trust(self) -> Trust:
        return Trust.load(self.registry.premises.public_folder)

    def head(self) -> LogHead:
        return read_log_head(self.registry.premises.log.checkpoint(), self.trust)

    def add(self, number: int, url: str, quorum: int | None = None) -> None:
        witnessing.add_witness(self.registry.premises, self.homes[number].card, url, quorum)

    def ask(self) -> bool:
        return witnessing.ask_witnesses(self.registry.premises)

    def bad(self) -> list[str]:
        report = audit_log(LogFolder(log_folder(self.registry)), self.trust)
        return [check.name for check in report.checks if not check.good]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with Registry.initialise(tmp_path / "registry", name="R") as registry:
        log = log_of(Trust.load(registry.premises.public_folder))
        first, second = (WitnessHome.initialise(tmp_path / f"w{n}", f"witness.example/w{n}", log) for n in (1, 2))
        yield Watched(registry, (first, second))


def test_heads_are_cosigned_and_proofs_carry_it(watched: Watched) -> None:
    log_leaves(watched.registry, 3)
    with running(watched.homes[0]) as first, running(watched.homes[1]) as second:
        watched.add(0, first)
        watched.add(1, second, quorum=2)
        log_leaves(watched.registry, 4)
        assert watched.ask()
        assert {one.witness for one in watched.head().cosignatures} == {"witness.example/w1", "witness.example/w2"}
        proof = watched.registry.premises.log.proof(6)
        head = read_log_head(proof.checkpoint, watched.trust)
        assert (head.size, head.quorum, head.witnessed) == (7, 2, True)
        assert [one.cosigned_size for one in witnessing.witnesses(watched.registry.premises)] == [7, 7]
    assert watched.bad() == []


def test_without_its_witnesses_the_log_goes_on_and_says_not_yet(watched: Watched) -> None:
    log_leaves(watched.registry, 3)
    with running(watched.homes[0]) as url:
        watched.add(0, url, quorum=1)
    log_leaves(watched.registry, 2)
    assert not watched.ask()
    (listed,) = witnessing.witnesses(watched.registry.premises)
    assert (listed.cosigned_size, bool(listed.refusal)) == (3, True)
    assert watched.head().size == 3
    assert watched.registry.premises.log.proof(2).tree_size == 3
    with pytest.raises(ProofNotYet):
        watched.registry.premises.log.proof(3)
    with running(watched.homes[0]):
        assert watched.ask()
    assert watched.registry.premises.log.proof(3).tree_size == 5
    assert watched.bad() == []


def test_a_witness_that_no_quorum_needs_delays_nothing(watched: Watched) -> None:
    with running(watched.homes[0]) as url:
        watched.add(0, url)
        log_leaves(watched.registry, 2)
        assert watched.ask()
        assert len(watched.head().cosignatures) == 1
    log_leaves(watched.registry, 2)
    assert watched.registry.premises.log.proof(3).tree_size == 4
    assert watched.head().cosignatures == ()
    assert watched.bad() == []


def test_one_of_two_is_enough_if_one_is_demanded(watched: Watched) -> None:
    with running(watched.homes[0]) as first:
        with running(watched.homes[1]) as second:
            watched.add(0, first)
            watched.add(1, second, quorum=1)
        log_leaves(watched.registry, 5)
        assert not watched.ask()
        assert watched.head().size == 5
        assert watched.head().witnessed


def test_a_history_that_the_witness_did_not_see_gets_no_quorum(watched: Watched) -> None:
    """One history to the witness, another to the auditor: the auditor misses the cosignature."""
    log_leaves(watched.registry, 10)
    with running(watched.homes[0]) as url:
        watched.add(0, url, quorum=1)
        entries = entries_of(watched.registry)
        entries[4], entries[5] = entries[5], entries[4]
        for history in (entries, entries[:9], [*entries, entries[0]]):
            rewrite(watched.registry, history)
            assert not watched.ask()
            assert not watched.head().witnessed
            (log_folder(watched.registry) / "checkpoint").write_text(watched.registry.premises.log.head())
            assert watched.bad() == ["log_witnesses"]
    assert len(watched.homes[0].contradictions()) == 1  # two signed heads over ten entries


def test_the_service_asks_by_itself_and_answers_not_yet_until_then(watched: Watched) -> None:
    with running(watched.homes[0]) as url:
        watched.add(0, url, quorum=1)
        log_leaves(watched.registry, 4)
        asked = witnessing.Witnessing(watched.registry.premises)
        assert watched.head().size == 0
        asked.turn()
        assert watched.head().size == 4
        cosigned = watched.head().note
        asked.turn()  # nothing is new: nobody is asked
        assert watched.head().note == cosigned


def test_a_witness_that_failed_is_asked_again_a_minute_later(watched: Watched) -> None:
    now_s = 0.0
    with running(watched.homes[0]) as url:
        watched.add(0, url, quorum=1)
    log_leaves(watched.registry, 1)
    asked = witnessing.Witnessing(watched.registry.premises, clock=lambda: now_s)
    asked.turn()
    assert watched.head().size == 0
    with running(watched.homes[0]):
        asked.turn()
        assert watched.head().size == 0
        now_s = 61.0
        asked.turn()
        assert watched.head().size == 1


def test_served_the_registry_s_heads_become_witnessed(watched: Watched) -> None:
    log_leaves(watched.registry, 2)
    with running(watched.homes[0]) as url:
        watched.add(0, url, quorum=1)
        log_leaves(watched.registry, 2)
        with serving(watched.registry):
            waited = threading.Event()
            for _ in range(100):
                if watched.head().size == 4:
                    break
                waited.wait(0.1)
        assert watched.head().size == 4


def test_who_is_taken_in_has_cosigned_this_log(watched: Watched, tmp_path: Path) -> None:
    premises = watched.registry.premises
    log_leaves(watched.registry, 2)
    with Registry.initialise(tmp_path / "other", name="Other") as other:
        stranger = WitnessHome.initialise(
            tmp_path / "w3", "witness.example/w3", log_of(Trust.load(other.premises.public_folder))
        )
    with running(stranger) as url, pytest.raises(witnessing.WitnessRefused, match="404"):
        witnessing.add_witness(premises, stranger.card, url)
    with running(watched.homes[0]) as url:
        with pytest.raises(witnessing.WitnessRefused, match="another key"):
            watched_card = watched.homes[0].card.model_copy(update={"name": "witness.example/other"})
            witnessing.add_witness(premises, watched_card, url)
        for quorum in (2, 9):
            with pytest.raises(witnessing.WitnessQuorumRefused):
                watched.add(0, url, quorum)
        watched.add(0, url, 1)
        with pytest.raises(witnessing.WitnessKnown):
            watched.add(0, url)
    with pytest.raises(RegistryUnreachable):
        watched.add(1, url)
    assert [one.name for one in witnessing.witnesses(premises)] == ["witness.example/w1"]
    assert (watched.trust.registry_keys.witness_quorum, len(watched.trust.registry_keys.witnesses)) == (1, 1)


def test_a_witness_that_is_gone_for_good_can_be_let_go(watched: Watched) -> None:
    premises = watched.registry.premises
    log_leaves(watched.registry, 2)
    with running(watched.homes[0]) as first, running(watched.homes[1]) as second:
        watched.add(0, first)
        watched.add(1, second, quorum=2)
    log_leaves(watched.registry, 2)
    with running(watched.homes[1]):
        assert not watched.ask()
        assert watched.head().size == 2
        with pytest.raises(witnessing.WitnessUnknown):
            witnessing.remove_witness(premises, "witness.example/w3")
        with pytest.raises(witnessing.WitnessQuorumRefused):
            witnessing.remove_witness(premises, "witness.example/w1", 2)
        witnessing.remove_witness(premises, "witness.example/w1")
    assert watched.head().size == 4
    assert [one.witness for one in watched.head().cosignatures] == ["witness.example/w2"]
    witnessing.remove_witness(premises, "witness.example/w2")
    assert (watched.trust.registry_keys.witnesses, witnessing.quorum(premises)) == ((), 0)
    log_leaves(watched.registry, 1)
    assert watched.head().size == 5
    assert watched.bad() == []
