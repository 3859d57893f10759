"""Where a quorum of witnesses is demanded, a proof without it is none yet."""

from dataclasses import replace
from typing import Any

import pytest

from sync.trust.anchor import Trust, TrustRefused
from sync.trust.cosignature import cosign
from sync.trust.evidence import check_receipt
from sync.trust.keys import SigningKey
from sync.wire.enrolment import RegistryRole, WitnessKey
from sync.wire.receipt import InclusionProof
from tests.sync.trust.world import World

KEYS = [SigningKey.generate_ed25519() for _ in range(3)]
WITNESSES = tuple(WitnessKey(name=f"witness.example/w{n}", public_key_pem=key.public.pem) for n, key in enumerate(KEYS))


def demanding(world: World, quorum: int, **changes: Any) -> Trust:  # noqa: ANN401 - fields of the registry's keys
    changed = {"witnesses": WITNESSES, "witness_quorum": quorum} | changes
    return replace(world, registry_keys=world.registry_keys.model_copy(update=changed)).trust


def bad(world: World, trust: Trust, by: list[int]) -> list[str]:
    packet = world.signed_packet()
    receipt, raw = world.receipt(packet)
    proof = InclusionProof.parse(raw)
    lines = "".join(cosign(proof.checkpoint, WITNESSES[n].name, KEYS[n], 1_800_000_000) for n in by)
    proof = proof.model_copy(update={"checkpoint": proof.checkpoint + lines})
    report = check_receipt(receipt, packet, proof.to_bytes(), trust)
    return [check.name for check in report.checks if not check.good]


def test_as_many_as_are_demanded_have_to_have_cosigned() -> None:
    world = World.make()
    assert bad(world, demanding(world, 0), []) == []
    for quorum in (1, 2, 3):
        trust = demanding(world, quorum)
        assert bad(world, trust, [0, 1, 2]) == []
        assert bad(world, trust, list(range(quorum))) == []
        assert bad(world, trust, list(range(quorum - 1))) == ["proof_witnesses"]
        assert bad(world, trust, [0] * quorum) == ([] if quorum == 1 else ["proof_witnesses"])


@pytest.mark.parametrize(
    "changes",
    [
        {"witness_quorum": 4},
        {"witnesses": (WITNESSES[0], WITNESSES[0])},
        {"witnesses": (WITNESSES[0], WITNESSES[0].model_copy(update={"name": "witness.example/other"}))},
        {"witnesses": (WITNESSES[0], WITNESSES[1].model_copy(update={"name": WITNESSES[0].name}))},
        {"witnesses": (WitnessKey(name="w", public_key_pem=SigningKey.generate_p256().public.pem),)},
    ],
)
def test_keys_that_let_a_witness_count_twice_or_nobody_enough_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(TrustRefused):
        demanding(World.make(), 1, **changes)


def test_the_log_is_no_witness_of_its_own() -> None:
    world = World.make()
    log = WitnessKey(name="witness.example/log", public_key_pem=world.roles[RegistryRole.LOG].public.pem)
    with pytest.raises(TrustRefused, match="one key for two"):
        demanding(world, 1, witnesses=(log,))
