"""A witness over HTTPS: `POST /add-checkpoint`, and its card. Bodies are bounded before anything looks at them."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.serving.bodies import Bodies
from app.serving.refusals import on_http
from app.witness.cosigning import BODY_BYTES, Witness
from sync.faults import Fault

_log = structlog.get_logger(__name__)


def make_app(witness: Witness) -> FastAPI:
    """Make the service of a witness."""
    app = FastAPI(title="examroom witness", version="1", openapi_url=None, docs_url=None, redoc_url=None)
    bodies = Bodies()

    @app.get("/card")
    def card() -> Response:
        """Give the witness's card; whoever believes it has it from elsewhere, too."""
        return Response(witness.home.card.to_bytes(), media_type="application/json")

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        """Cosign a checkpoint that continues what was seen (C2SP tlog-witness)."""
        async with bodies.taken(request, BODY_BYTES) as body:
            answer = await run_in_threadpool(witness.add_checkpoint, body)
        return Response(answer.text.encode(), answer.status, media_type=answer.media_type)

    app.add_exception_handler(Fault, _on_fault)
    app.add_exception_handler(HTTPException, on_http)
    return app


def _on_fault(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Fault):
        raise error
    _log.error("witness fault", code=error.code, detail=error.detail)
    return Response(f"{error.code}\n", HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "30"}, media_type="text/plain")
