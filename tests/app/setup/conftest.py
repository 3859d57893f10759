"""A registry that serves, and seats that are set up at it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.exam.prose import Language
from app.registry.service import Registry
from app.setup.answers import RecordingAnswers, RehearsalAnswers
from app.setup.conducting import conduct
from app.setup.order import Order
from app.setup.steps import Step, StepResult
from sync.client.introduction import fingerprint_of, grouped
from sync.wire.enrolment import Invitation
from tests.app.registry.world import serving

HOUR_MS = 3_600_000
SIMULATED = RecordingAnswers(camera="synthetic", microphone="synthetic", profile="small", listen_seconds=1)


@dataclass(frozen=True)
class Site:
    """The registry's desk, and what is printed on its paper."""

    registry: Registry
    url: str

    def invite(self, label: str = "07", ttl_ms: int = HOUR_MS) -> Invitation:
        return self.registry.invite(label, ttl_ms)

    @property
    def fingerprint(self) -> str:
        return grouped(fingerprint_of(self.registry.premises.authority.certificate_pem))

    @property
    def enrolled(self) -> list[str]:
        from app.registry.devices import device_lines  # noqa: PLC0415 - asked for by few

        return [line.label for line in device_lines(self.registry.premises)]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with (
        Registry.initialise(tmp_path_factory.mktemp("registry") / "home", name="Test registry") as registry,
        serving(registry) as url,
    ):
        yield Site(registry, url)


Ordered = Callable[..., Order]


@pytest.fixture
def order(site: Site, tmp_path: Path) -> Ordered:
    """Make an order for a seat in a folder of this test's own; nothing is rehearsed."""

    def make(**changes: object) -> Order:
        plain = {
            "home": tmp_path / "seat",
            "fingerprint": site.fingerprint,
            "recording": SIMULATED,
            "rehearsal": RehearsalAnswers(hold=False),
        }
        return Order.model_validate({**plain, **changes})

    return make


def carried_out(order: Order) -> dict[Step, StepResult]:
    """Carry an order out; what came of each step."""
    return {one.step: one for one in conduct(order, Language.EN)}


def told(text: str) -> dict[str, dict[str, object]]:
    """Read what `--json` ends with: the steps by their names."""
    return {one["step"]: one for one in json.loads(text)["steps"]}
