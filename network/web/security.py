"""How much a request may carry, and the headers of every answer: what the browser may load, and from where."""

import secrets

from flask import Flask, Response, current_app, g, request
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from network.services.known_customers import MAX_BYTES
from network.web.configuration import MAX_REQUEST

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


MAX_UPLOAD = 256 * 1024 * 1024
"""Bytes of a ledger sent through the browser. Larger ones come in by `vigie ingest`, which reads from disk."""


_ROOM = {"contributions.send": MAX_UPLOAD, "known_customers.compare": MAX_BYTES + MAX_REQUEST}


def _make_room() -> None:
    """Let signed-in people send ledgers and lists; nobody else makes us store more than a form."""
    if request.endpoint in _ROOM and current_user.is_authenticated:
        request.max_content_length = _ROOM[request.endpoint]


def _let_go(_error: BaseException | None) -> None:
    """Close what a request has sent: a ledger that was spooled to disk is gone from there at once."""
    request.close()


def csp_nonce() -> str:
    """Return this answer's nonce; a `<script>` or `<style>` without it does not run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def _policy() -> str:
    nonce = f"'nonce-{csp_nonce()}'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {nonce}",
            f"style-src 'self' {nonce}",
            "img-src 'self' data:",  # Bootstrap draws its form marks as data: images
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _protect(response: Response) -> Response:
    response.headers.extend(_FIXED)
    response.headers["Content-Security-Policy"] = _policy()
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = _HSTS
    if request.endpoint not in {"static", "bootstrap.static"}:
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def install(app: Flask) -> None:
    """Limit what requests may carry and put the headers on every answer; templates ask for `csp_nonce()`."""
    app.before_request(_make_room)  # before CSRF protection, which reads the form
    app.teardown_request(_let_go)
    app.after_request(_protect)
    if app.config["SESSION_COOKIE_SECURE"]:
        # We never speak TLS ourselves: where readers come by https, exactly one proxy of the operator stands in front
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]  # Flask's own way
    app.jinja_env.globals["csp_nonce"] = csp_nonce
