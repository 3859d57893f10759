"""The registry over HTTPS (FastAPI). OpenAPI at `/v1/openapi.json`; every refusal is an `ErrorReply`.

A route that has a `Peer` opens only to the device whose certificate was shown; the others are public.

Bodies are taken whole and bounded (`bodies`) before anything looks at them; the documents' own strict parsers do the
rest.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ExceptionHandler

from app.registry.admitting import REQUEST_BYTES, CounterBehind, DeviceUnknown, RequestRepeated, TwinNoticed
from app.registry.answering import TooEarly
from app.registry.checking import add_check_routes
from app.registry.codes import CodeMistyped, CodeUnknown
from app.registry.enrolling import ENROLMENT_BYTES, DeviceKnown, TokenExpired, TokenUnknown, TokenUsed
from app.registry.guarding import (
    CertificateExpired,
    CertificateNeeded,
    CertificateNotYetValid,
    CertificateOfAnother,
    CertificateReplaced,
    DeviceRevoked,
    Guard,
)
from app.registry.guessing import CodesGuessed
from app.registry.heads import HEAD_BYTES, HeadRefused, HeadsUnknown
from app.registry.intake import PACKET_BYTES, PacketConflict
from app.registry.log import ProofNotYet
from app.registry.premises import SessionUnknown
from app.registry.service import ProofUnknown, Registry
from app.registry.witnessing import Witnessing
from app.serving.bodies import Bodies
from app.serving.peer import peer_certificate
from app.serving.refusals import documented, on_http, refusal
from sync.faults import EnvironmentFault, Fault, Refused
from sync.wire.enrolment import (
    CertificateReply,
    ClaimReply,
    EnrolmentReply,
    Introduction,
    PlansReply,
    RotationReply,
    TrustBundle,
)
from sync.wire.error import ErrorReply
from sync.wire.journal import JournalHeadReply
from sync.wire.receipt import InclusionProof

_REFRESH_S: Final = 60
_WITNESS_S: Final = 2
_DSSE: Final = "application/vnd.dsse.envelope.v1+json"
_STATUS: Final[Mapping[type[Fault], HTTPStatus]] = {
    TokenUnknown: HTTPStatus.FORBIDDEN,
    TokenExpired: HTTPStatus.FORBIDDEN,
    TokenUsed: HTTPStatus.FORBIDDEN,
    DeviceKnown: HTTPStatus.CONFLICT,
    DeviceUnknown: HTTPStatus.FORBIDDEN,
    RequestRepeated: HTTPStatus.FORBIDDEN,
    TwinNoticed: HTTPStatus.FORBIDDEN,
    CounterBehind: HTTPStatus.CONFLICT,
    CertificateNeeded: HTTPStatus.UNAUTHORIZED,
    CertificateExpired: HTTPStatus.UNAUTHORIZED,
    CertificateNotYetValid: HTTPStatus.UNAUTHORIZED,
    CertificateReplaced: HTTPStatus.FORBIDDEN,
    CertificateOfAnother: HTTPStatus.FORBIDDEN,
    DeviceRevoked: HTTPStatus.FORBIDDEN,
    SessionUnknown: HTTPStatus.NOT_FOUND,
    ProofUnknown: HTTPStatus.NOT_FOUND,
    ProofNotYet: HTTPStatus.TOO_EARLY,
    HeadRefused: HTTPStatus.FORBIDDEN,
    HeadsUnknown: HTTPStatus.NOT_FOUND,
    TooEarly: HTTPStatus.TOO_EARLY,
    PacketConflict: HTTPStatus.CONFLICT,
    CodeMistyped: HTTPStatus.BAD_REQUEST,
    CodeUnknown: HTTPStatus.NOT_FOUND,
    CodesGuessed: HTTPStatus.TOO_MANY_REQUESTS,
}
_FACTS: Final = ("wait_ms", "counter")

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
TilePath = Annotated[str, Path(pattern=r"^([0-7]|entries)/(x[0-9]{3}/){0,5}[0-9]{3}(\.p/[1-9][0-9]{0,2})?$")]
_log = structlog.get_logger(__name__)


def _device(request: Request) -> str:
    guard: Guard = request.app.state.guard
    return guard.device_of(peer_certificate(request.scope))


Peer = Annotated[str, Depends(_device)]
"""The device at the other end; who shows no good certificate is refused before anything of the body is read."""


def make_app(registry: Registry) -> FastAPI:
    """Make the service of an open registry."""
    app = FastAPI(
        title="examroom registry",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these pages would load their scripts from the internet
        redoc_url=None,
        lifespan=_refreshing(registry),
        responses={"4XX": {"model": ErrorReply}, "5XX": {"model": ErrorReply}},
    )
    app.state.guard = Guard(registry.premises)
    bodies = Bodies()
    _add_reading_routes(app, registry)
    _add_enrolling_routes(app, registry, bodies)
    _add_writing_routes(app, registry, bodies)
    add_check_routes(app, registry.premises)
    repository = registry.premises.repository
    app.mount("/tuf/metadata", documented(StaticFiles(directory=repository.metadata_folder)))
    app.mount("/tuf/targets", documented(StaticFiles(directory=repository.targets_folder)))
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def _add_reading_routes(app: FastAPI, registry: Registry) -> None:
    @app.get("/v1/health")
    def health() -> dict[str, str]:
        """Say that the registry is here, and which one."""
        return {"status": "ok", "registry": registry.name}

    @app.get("/v1/trust", responses=_answers(TrustBundle))
    def trust() -> Response:
        """Give the public material that packets and receipts are checked with."""
        return _document(registry.trust_bundle().to_bytes())

    @app.get("/v1/introduction", responses=_answers(Introduction))
    def introduction() -> Response:
        """Give the CA and the first TUF root to a PC that was told the address and the CA's fingerprint."""
        return _document(registry.introduction().to_bytes())

    @app.get("/v1/proofs/{packet_sha256}", responses=_answers(InclusionProof))
    def proof(packet_sha256: Sha256, _peer: Peer) -> Response:
        """Prove that a packet's leaf stands in the log."""
        return _document(registry.proof(packet_sha256).to_bytes())

    @app.get("/v1/recordings/{recording}/heads")
    def heads(recording: Id) -> Response:
        """Give the signed heads of a recording that left its seat, one DSSE envelope a line."""
        lines = b"".join(head + b"\n" for head in registry.heads_of(recording))
        return Response(lines, media_type="application/jsonl")

    @app.get("/v1/log/checkpoint")
    def checkpoint() -> Response:
        """Give the log's signed tree head (C2SP tlog-checkpoint)."""
        return Response(registry.premises.log.checkpoint(), media_type="text/plain; charset=utf-8")

    @app.get("/v1/log/tile/{tile:path}")
    def tile(tile: TilePath) -> Response:
        """Give a tile of the log (C2SP tlog-tiles)."""
        data = registry.premises.log.tile(tile)
        if data is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(data, media_type="application/octet-stream")


def _add_enrolling_routes(app: FastAPI, registry: Registry, bodies: Bodies) -> None:
    @app.post("/v1/enrol", responses=_answers(EnrolmentReply), openapi_extra=_ENVELOPE)
    async def enrol(request: Request) -> Response:
        """Enrol the PC that holds an invitation's token; the body is a DSSE `EnrolmentRequest`."""
        async with bodies.taken(request, ENROLMENT_BYTES) as body:
            reply = await run_in_threadpool(registry.enrol, body)
        return _document(reply.to_bytes(), HTTPStatus.CREATED)

    @app.post("/v1/certificate", responses=_answers(CertificateReply), openapi_extra=_ENVELOPE)
    async def certificate(request: Request) -> Response:
        """Give the asking device its certificate, or a newer one; the device key's signature is all it needs."""
        async with bodies.taken(request, REQUEST_BYTES) as body:
            reply = await run_in_threadpool(registry.certificate_for, body)
        return _document(reply.to_bytes())

    @app.post("/v1/rotate", responses=_answers(RotationReply), openapi_extra=_ENVELOPE)
    async def rotate(request: Request, peer: Peer) -> Response:
        """Take the asking device's next key; the key it has signs, and so does the next."""
        async with bodies.taken(request, REQUEST_BYTES) as body:
            reply = await run_in_threadpool(registry.rotate_device_key, body, peer)
        return _document(reply.to_bytes())


def _add_writing_routes(app: FastAPI, registry: Registry, bodies: Bodies) -> None:
    @app.post("/v1/plans", responses=_answers(PlansReply), openapi_extra=_ENVELOPE)
    async def plans(request: Request, peer: Peer) -> Response:
        """Give the asking device its session plans; the body is a DSSE `DeviceRequest`."""
        async with bodies.taken(request, REQUEST_BYTES) as body:
            reply = await run_in_threadpool(registry.plans_for, body, peer)
        return _document(reply.to_bytes())

    @app.post("/v1/release", openapi_extra=_ENVELOPE)
    async def release(request: Request, peer: Peer) -> Response:
        """Give the asking device a release share (a DSSE `ReleaseReply`), or 425 before its time."""
        async with bodies.taken(request, REQUEST_BYTES) as body:
            reply = await run_in_threadpool(registry.release_for, body, peer)
        return Response(reply, media_type=_DSSE)

    @app.post("/v1/claims", responses=_answers(ClaimReply), openapi_extra=_ENVELOPE)
    async def claims(request: Request, peer: Peer) -> Response:
        """Say whose a sitting is, after claiming it for the asking device, or moving it there (two proctors sign)."""
        async with bodies.taken(request, REQUEST_BYTES) as body:
            reply = await run_in_threadpool(registry.claim_for, body, peer)
        return _document(reply.to_bytes())

    @app.put("/v1/journals/{sitting}/heads", responses=_answers(JournalHeadReply), openapi_extra=_ENVELOPE)
    async def journal_head(sitting: Id, request: Request, peer: Peer) -> Response:
        """Keep a signed head of a running sitting's journal; the newest is kept, and all that contradict."""
        async with bodies.taken(request, HEAD_BYTES) as body:
            reply = await run_in_threadpool(registry.take_journal_head, sitting, body, peer)
        return _document(reply.to_bytes())

    @app.put("/v1/recordings/{recording}/heads", status_code=HTTPStatus.NO_CONTENT, openapi_extra=_ENVELOPE)
    async def head(recording: Id, request: Request, peer: Peer) -> Response:
        """Keep a signed head of a running recording; the newest is kept, and all that contradict."""
        async with bodies.taken(request, HEAD_BYTES) as body:
            await run_in_threadpool(registry.take_head, recording, body, peer)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @app.put("/v1/packets/{sha256}", openapi_extra=_ENVELOPE)
    async def packet(sha256: Sha256, request: Request, peer: Peer) -> Response:
        """Take a score packet in: 201 for a new one, 200 for known bytes, both with the one DSSE `Receipt`."""
        async with bodies.taken(request, PACKET_BYTES) as body:
            taken = await run_in_threadpool(registry.take_packet, sha256, body, peer)
        status = HTTPStatus.CREATED if taken.is_new else HTTPStatus.OK
        return Response(taken.receipt, status, media_type=_DSSE)


def _document(raw: bytes, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(raw, status, media_type="application/json")


def _answers(model: type[object]) -> dict[int | str, dict[str, Any]]:
    return {"2XX": {"model": model}}


_ENVELOPE: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {_DSSE: {"schema": {"type": "object"}}}}
}


# refusals


def _on_fault(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Fault):
        raise error
    status = _STATUS.get(type(error))
    if status is not None or isinstance(error, Refused):
        facts = {name: fact for name in _FACTS if isinstance(fact := error.facts.get(name), int)}
        return refusal(status or HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.detail, **facts)
    _log.error("registry fault", code=error.code, detail=error.detail)
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, error.code)


def _on_malformed(_request: Request, _error: Exception) -> Response:
    return refusal(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND.name, "no such address")


def _on_defect(_request: Request, _error: Exception) -> Response:
    return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "DEFECT", "the registry made a mistake; it is in its log")


_HANDLERS: Final[Mapping[int | type[Exception], ExceptionHandler]] = {
    Fault: _on_fault,
    HTTPException: on_http,
    RequestValidationError: _on_malformed,
    Exception: _on_defect,
}


def _refreshing(registry: Registry) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Keep the TUF metadata fresh: looked at when the service starts, and every minute; and ask the log's witnesses.

    Another process may have made a new root and died before anything was signed for it.
    """
    witnessing = Witnessing(registry.premises)

    async def minutely() -> None:
        while True:
            try:
                await run_in_threadpool(registry.mend_what_died)
            except Fault as fault:  # the next minute is another one; the metadata lives for weeks yet
                _log.error("repository not refreshed", code=fault.code, detail=fault.detail)
            await asyncio.sleep(_REFRESH_S)

    async def often() -> None:
        while True:
            try:
                await run_in_threadpool(witnessing.turn)
            except EnvironmentFault as fault:
                _log.error("witnesses not asked", code=fault.code, detail=fault.detail)
            await asyncio.sleep(_WITNESS_S)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(registry.refresh_repository)
        tasks = [asyncio.create_task(minutely()), asyncio.create_task(often())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return lifespan
