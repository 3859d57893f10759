"""The public check: `GET /v1/results/{code}` for programs, `GET /check/{code}` for people; open to everybody."""

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from app.exam.prose import Language
from app.exam.verification import read_code
from app.registry.check_html import POLICY, form_page, result_page
from app.registry.codes import CodeMistyped, CodeUnknown
from app.registry.guessing import REFILL_MS, CodesGuessed, Guesses
from app.registry.premises import Premises
from app.registry.results import statement
from app.words import Words
from sync.faults import Refused
from sync.trust.envelope import peek
from sync.wire.result import ResultStatement

_DSSE: Final = "application/vnd.dsse.envelope.v1+json"
_STATUS: Final[dict[type[Refused], HTTPStatus]] = {
    CodeMistyped: HTTPStatus.BAD_REQUEST,
    CodeUnknown: HTTPStatus.NOT_FOUND,
    CodesGuessed: HTTPStatus.TOO_MANY_REQUESTS,
}
_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_PAGE: Final = {**_PRIVATE, "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}


class PublicCheck:
    """Answers codes, and counts those that do not exist."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._guesses = Guesses(premises.clock)

    def statement(self, typed: str, address: str) -> bytes:
        """Give the signed statement of a code.

        Raises:
            CodeMistyped: its check letter does not fit; nothing was looked up.
            CodesGuessed, CodeUnknown: no answer, or none exists.
        """
        code = read_code(typed)
        if code is None:
            raise CodeMistyped
        self._guesses.check(address)
        try:
            return statement(self._premises, code)
        except CodeUnknown:
            self._guesses.miss(address)
            raise


def add_check_routes(app: FastAPI, premises: Premises) -> None:
    """Let anybody look up the result that a verification code names."""
    check = PublicCheck(premises)

    @app.get("/v1/results/{code}")
    def result(code: str, request: Request) -> Response:
        """Give what stands now of a result, as a DSSE `ResultStatement`: its history, log entries and a proof."""
        return Response(check.statement(code, _address(request)), media_type=_DSSE, headers=_PRIVATE)

    @app.get("/check/{code}", response_class=HTMLResponse)
    def page(code: str, request: Request, language: str = "") -> Response:
        """Show what stands now of a result."""
        return _answer(check, code, request, language)

    @app.get("/check", response_class=HTMLResponse)
    def ask(request: Request, code: str = "", language: str = "") -> Response:
        """Ask for a code, or show what was found for it."""
        if not code:
            return HTMLResponse(form_page(_words(request, language)), headers=_PAGE)
        return _answer(check, code, request, language)


def _answer(check: PublicCheck, code: str, request: Request, language: str) -> Response:
    words = _words(request, language)
    try:
        raw = check.statement(code, _address(request))
    except (CodeMistyped, CodeUnknown, CodesGuessed) as fault:
        headers = {**_PAGE, "Retry-After": str(REFILL_MS // 1000)} if isinstance(fault, CodesGuessed) else _PAGE
        return HTMLResponse(form_page(words, fault), _STATUS[type(fault)], headers)
    found = ResultStatement.parse(peek(raw, ResultStatement.PAYLOAD_TYPE).payload)
    return HTMLResponse(result_page(words, found), headers=_PAGE)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _words(request: Request, asked: str) -> Words:
    """Choose Chinese, unless English is asked for, or the browser's first language is another than Chinese."""
    wanted = asked or request.headers.get("accept-language", "zh")
    return Words(Language.ZH if wanted.lower().startswith("zh") else Language.EN)
