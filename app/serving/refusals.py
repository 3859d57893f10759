"""Refusals are `error` documents, whoever refuses: our routes, the framework, or the parser before both."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.wire.error import ErrorReply

HEADER_BYTES: Final = 16_384
_HEADERS: Final[Mapping[HTTPStatus, Mapping[str, str]]] = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: {"Connection": "close"},  # the rest of the body is not wanted
    HTTPStatus.REQUEST_TIMEOUT: {"Connection": "close"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "30"},
}
_DETAIL_CHARACTERS: Final = 1_000
_DOCUMENT: Final = "application/json"


def document(status: HTTPStatus) -> bytes:
    """Give the document of a refusal that has no code of its own."""
    return ErrorReply(code=status.name, detail=status.phrase).to_bytes()


def refusal(status: HTTPStatus, code: str, detail: str = "", **facts: int | None) -> Response:
    """Make an answer that refuses."""
    reply = ErrorReply(code=code, detail=detail[:_DETAIL_CHARACTERS], **facts)
    return Response(reply.to_bytes(), status, _HEADERS.get(status), media_type=_DOCUMENT)


def on_http(_request: Request, error: Exception) -> Response:
    """Answer what the framework raises."""
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    return refusal(status, status.name, status.phrase)


def documented(app: ASGIApp) -> ASGIApp:
    """Wrap an application that refuses in plain text, as files do a range that is none."""

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def tell(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
                refused, body = True, document(HTTPStatus(message["status"]))
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                headers["content-type"], headers["content-length"] = _DOCUMENT, str(len(body))
                await send({**message, "headers": headers.raw})
                await send({"type": "http.response.body", "body": body})
            elif not refused:
                await send(message)

        await app(scope, receive, tell)

    return telling


def strict(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that it sees no request with two lengths, or with headers beyond the bound."""

    async def looking(scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in scope["headers"]}
        size = len(scope["raw_path"]) + len(scope["query_string"])
        size += sum(len(name) + len(value) + 4 for name, value in scope["headers"])  # and ": " and CR LF
        if size > HEADER_BYTES:
            answer: ASGIApp = _last(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif {b"content-length", b"transfer-encoding"} <= names:  # RFC 9112, 6.1: a request smuggled past somebody
            answer = _last(HTTPStatus.BAD_REQUEST)
        else:
            answer = app
        await answer(scope, receive, send)

    return looking


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that there are too many; the connection ends with it."""
    await _last(HTTPStatus.SERVICE_UNAVAILABLE)(scope, receive, send)


def _last(status: HTTPStatus) -> Response:
    answer = refusal(status, status.name, status.phrase)
    answer.headers["Connection"] = "close"
    return answer
