"""One line a request: what, for whom, how long. Ids only: never a name, an address, search words or a figure."""

import secrets
import time

import structlog
from flask import Flask, Response, g, request

from network.web.session import signed_in

log = structlog.get_logger("vigie.web")


def request_id() -> str:
    """Return the random reference of this request, which a failure page shows."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def _start() -> None:
    g.started_at = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _write(response: Response) -> Response:
    if request.endpoint not in {"static", "bootstrap.static"}:
        account = signed_in()
        log.info(
            "request",
            method=request.method,
            route=None if request.url_rule is None else request.url_rule.rule,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.started_at) * 1000, 1),
            user_id=None if account is None else str(account.id),
        )
    return response


def install(app: Flask) -> None:
    """Log every request of `app` but those for its own static files."""
    app.before_request(_start)
    app.after_request(_write)
    app.jinja_env.globals["request_id"] = request_id
