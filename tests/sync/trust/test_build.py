"""Who may say which files a released program has: the registry's build key, and nobody else."""

import pytest

from sync.trust.build import BuildListRefused, read_build_list, sign_build_list
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.wire.build import BuildFile, BuildLink, BuildList
from sync.wire.enrolment import RegistryRole
from tests.sync.trust.world import World

WORLD = World.make()
LISTED = BuildList(
    product="examroom-seat",
    version="1.4.2",
    files=(BuildFile(path="app/main.py", sha256="ab" * 32, size=9),),
    links=(BuildLink(path="bin/python", target="/usr/bin/python3.11"),),
)
KEY = WORLD.roles[RegistryRole.BUILD]


def test_what_the_build_key_signed_is_believed() -> None:
    assert read_build_list(sign_build_list(LISTED, KEY), WORLD.trust) == LISTED


@pytest.mark.parametrize("role", [role for role in RegistryRole if role is not RegistryRole.BUILD])
def test_what_another_key_of_the_registry_signed_is_not(role: RegistryRole) -> None:
    with pytest.raises(BuildListRefused):
        read_build_list(sign_build_list(LISTED, WORLD.roles[role]), WORLD.trust)


def test_what_a_stranger_signed_too_is_not() -> None:
    both = sign(LISTED.to_bytes(), BuildList.PAYLOAD_TYPE, KEY, SigningKey.generate_ed25519())
    with pytest.raises(BuildListRefused):
        read_build_list(both, WORLD.trust)


def test_another_document_of_the_same_key_is_no_list() -> None:
    other = sign(LISTED.to_bytes(), "application/vnd.examroom.receipt+json;v=1", KEY)
    with pytest.raises(BuildListRefused):
        read_build_list(other, WORLD.trust)


def test_a_change_of_any_byte_is_noticed() -> None:
    signed = sign_build_list(LISTED, KEY)
    for at in range(0, len(signed), 7):
        with pytest.raises(BuildListRefused):
            read_build_list(signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :], WORLD.trust)
