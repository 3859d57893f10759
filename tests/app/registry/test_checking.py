"""Anybody can look a result up by its code: signed for programs, plain for people, bounded for guessers."""

import ssl
import urllib.request
from dataclasses import dataclass
from urllib.error import HTTPError

import pytest

from app.exam.verification import read_code, verification_code
from app.registry.correcting import Decision, void
from app.registry.guessing import BURST, REFILL_MS, CodesGuessed, Guesses
from sync.trust.anchor import Trust
from sync.trust.envelope import peek, sign
from sync.trust.result_evidence import check_statement
from sync.wire.error import ErrorReply
from sync.wire.receipt import Receipt
from sync.wire.result import ResultState, ResultStatement
from tests.app.registry.world import Seat, World, signed, simulated_packet


@dataclass(frozen=True)
class Got:
    status: int
    body: bytes
    headers: dict[str, str]


@pytest.fixture(scope="module")
def code(world: World, seat: Seat, session: str) -> str:
    """The code of a packet that was taken in, then voided."""
    packet = simulated_packet(world, seat, session, 3, right=4)
    taken = world.registry.take_packet(*signed(world, seat, packet))
    receipt = Receipt.parse(peek(taken.receipt, Receipt.PAYLOAD_TYPE).payload)
    void(world.registry.premises, packet.sitting, Decision("covered camera", ("Zhao Min", "Qian Wei"), 1))
    return verification_code(receipt.payload_sha256)


def get(world: World, url: str, path: str, language: str = "zh-CN") -> Got:
    """Ask as a phone does, without a certificate of its own."""
    context = ssl.create_default_context(cadata=world.registry.premises.authority.certificate_pem)
    request = urllib.request.Request(f"{url}{path}", headers={"Accept-Language": language})  # noqa: S310 - https, loopback
    try:
        with urllib.request.urlopen(request, context=context, timeout=10) as reply:  # noqa: S310
            return Got(reply.status, reply.read(), dict(reply.headers))
    except HTTPError as error:
        with error:
            return Got(error.code, error.read(), dict(error.headers))


def other_code(code: str) -> str:
    """Make a well-formed code that nobody has."""
    return verification_code(f"{int(read_code(code) or '0', 36):064x}"[::-1])


def trust_of(world: World) -> Trust:
    return Trust.load(world.registry.premises.public_folder)


def test_a_program_gets_a_signed_statement_with_history_and_proof_and_nobodys_name(
    world: World, url: str, code: str
) -> None:
    got = get(world, url, f"/v1/results/{code}")
    report = check_statement(got.body, trust_of(world))
    assert report.good, report.checks
    assert report.document is not None
    assert report.document.state is ResultState.VOIDED
    assert report.document.proof is not None
    assert [step.kind.value for step in report.document.steps] == ["received", "void"]
    payload = peek(got.body, ResultStatement.PAYLOAD_TYPE).payload
    for private in (b"Zhao Min", b"covered camera", b"Simulated 3", b"99010119900101"):
        assert private not in payload
    assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("language", "said"), [("zh-CN,en;q=0.5", "作废"), ("en-GB", "Void")])
def test_a_person_reads_it_in_their_language_with_nothing_loaded_or_run(
    world: World, url: str, code: str, language: str, said: str
) -> None:
    typed = f"{code[:4].lower()}-{code[4:8]}%20{code[8:]}"
    got = get(world, url, f"/check/{typed}", language)
    page = got.body.decode()
    assert got.status == 200
    assert said in page
    assert "S**" in page
    assert "Zhao Min" not in page
    assert "<script" not in page
    assert "src=" not in page
    assert "//" not in page.replace("<!doctype", "")
    assert got.headers["content-security-policy"].startswith("default-src 'none'")
    assert get(world, url, f"/check?code={typed}", language).body.split(b"as of")[0][:200] == got.body[:200]


def test_a_wrong_letter_and_an_unknown_code_are_told_apart(world: World, url: str, code: str) -> None:
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    for path, status, named in (
        (mistyped, 400, "CODE_MISTYPED"),
        (other_code(code), 404, "CODE_UNKNOWN"),
        ("x", 400, "CODE_MISTYPED"),
    ):
        got = get(world, url, f"/v1/results/{path}")
        assert (got.status, ErrorReply.parse(got.body).code) == (status, named)
        page = get(world, url, f"/check/{path}")
        assert page.status == status
        assert "<form" in page.body.decode()
    hostile = get(world, url, "/check?code=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27")
    assert hostile.status == 400
    assert b"<script" not in hostile.body


def test_who_guesses_gets_no_answer_until_he_has_waited_and_others_do() -> None:
    now = [0]
    guesses = Guesses(lambda: now[0])
    for _ in range(BURST):
        guesses.check("2001:db8::1")
        guesses.miss("2001:db8::1")
    for address in ("2001:db8::1", "2001:db8::ffff"):
        with pytest.raises(CodesGuessed):
            guesses.check(address)
    guesses.check("2001:db8:0:1::1")
    guesses.check("192.0.2.1")
    now[0] = REFILL_MS
    guesses.check("2001:db8::1")
    guesses.miss("2001:db8::1")
    with pytest.raises(CodesGuessed):
        guesses.check("2001:db8::2")


def test_many_addresses_take_bounded_memory() -> None:
    guesses = Guesses(lambda: 0)
    for number in range(12_000):
        guesses.miss(f"10.0.{number >> 8}.{number & 255}")
    assert len(guesses._owed) == 10_000


def test_a_statement_that_was_changed_or_signed_by_another_role_is_refused(world: World, url: str, code: str) -> None:
    raw = get(world, url, f"/v1/results/{code}").body
    trust, premises = trust_of(world), world.registry.premises
    found = ResultStatement.parse(peek(raw, ResultStatement.PAYLOAD_TYPE).payload)
    first, last = found.steps
    forged = {
        "statement_signature": sign(found.to_bytes(), ResultStatement.PAYLOAD_TYPE, premises.keys.key("receipt")),
        "statement_leaves": _resigned(
            world, found, steps=(first, last.model_copy(update={"document_sha256": "0" * 64}))
        ),
        "statement_steps": _resigned(world, found, steps=(last, first)),
        "statement_state": _resigned(world, found, state=ResultState.STANDS),
        "proof_inclusion": _resigned(world, found, steps=(first,), state=ResultState.STANDS),
    }
    for name, changed in forged.items():
        report = check_statement(changed, trust)
        assert name in [check.name for check in report.checks if not check.good]
    assert not check_statement(raw[:-1], trust).good
    assert not check_statement(b"{}" * 10_000_000, trust).good


def _resigned(world: World, found: ResultStatement, **update: object) -> bytes:
    """Sign what the registry itself would have to lie with."""
    changed = found.model_copy(update=update)
    return sign(changed.to_bytes(), ResultStatement.PAYLOAD_TYPE, world.registry.premises.keys.key("result"))
