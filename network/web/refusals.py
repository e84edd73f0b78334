"""What a reader sees when a request is refused or fails: one page, in words, with a way on."""

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from network.errors import NetworkError
from network.i18n import mark
from network.web.language import say, say_error
from network.web.session import stay_in_the_dark

log = structlog.get_logger("vigie.web")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Title and sentence of a refusal page, in English."""

    title: str
    sentence: str


_OTHER = Refusal(
    mark("This did not work"), mark("The request could not be understood. Go back one page and try again.")
)
REFUSALS: dict[int, Refusal] = {
    HTTPStatus.BAD_REQUEST: _OTHER,
    HTTPStatus.FORBIDDEN: Refusal(
        mark("Not open to your role"), mark("Ask your network’s operator for access.")
    ),
    HTTPStatus.NOT_FOUND: Refusal(
        mark("Nothing on this bearing"),
        mark("There is no page here. It may have moved, or the address was cut short."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: _OTHER,
    HTTPStatus.CONFLICT: Refusal(
        mark("This no longer fits"), mark("Something changed meanwhile. Look again.")
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Refusal(
        mark("This file is too large"),
        mark("Pack it with gzip, or have your network’s operator take it in with vigie ingest."),
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: Refusal(mark("This could not be read"), mark("Nothing of it was kept.")),
    HTTPStatus.TOO_MANY_REQUESTS: Refusal(
        mark("One moment"), mark("Too many attempts in a short time. Wait a minute, then try again.")
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Refusal(
        mark("The light went out"),
        mark(
            "Something failed on our side, and nothing half-done was kept. Try again; if it stays dark, give your operator the reference below."
        ),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Refusal(
        mark("Back in a moment"), mark("A part of this network is not answering just now. Try again shortly.")
    ),
}
FORM_TOO_OLD = mark(
    "This form had been open for too long to be safe. Go back, reload the page and send it again."
)


def _show(status: int, sentence: str | None) -> ResponseReturnValue:
    refusal = REFUSALS.get(status, _OTHER)
    text = sentence or say(refusal.sentence)
    if request.headers.get("X-Vigie-Fragment"):
        return text, status
    return render_template("refusal.html", title=say(refusal.title), sentence=text, status=status), status


def _network_error(error: NetworkError) -> ResponseReturnValue:
    log.info("refused", code=error.error_code, status=int(error.status))
    return _show(error.status, say_error(error))


def _csrf_error(_: CSRFError) -> ResponseReturnValue:
    return _show(HTTPStatus.BAD_REQUEST, say(FORM_TOO_OLD))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    return _show(error.code, None)


def _database_gone(error: OperationalError) -> ResponseReturnValue:
    log.error("database", why=type(error.orig).__name__)
    stay_in_the_dark()
    return _show(HTTPStatus.SERVICE_UNAVAILABLE, None)


def _failure(_: InternalServerError) -> ResponseReturnValue:
    stay_in_the_dark()
    return _show(HTTPStatus.INTERNAL_SERVER_ERROR, None)


def install(app: Flask) -> None:
    """Give `app` its refusal page. An exception that nobody foresaw is logged by Flask and shown as a 500."""
    app.register_error_handler(NetworkError, _network_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(OperationalError, _database_gone)
    app.register_error_handler(InternalServerError, _failure)
    app.register_error_handler(HTTPException, _http_error)
