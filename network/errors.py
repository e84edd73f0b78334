"""Every refusal that the product makes on purpose, as one family.

An error carries an HTTP status, a stable code and a message template with its values apart, so that each face
(page, command line, later the API) can say it in the reader's language. English is the template itself.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar


class NetworkError(Exception):
    """A refusal with a status, a stable code and a sentence that says what to do.

    `message` is an English template with named fields (``%(name)s``); `values` fills it. Faces translate the
    template through :func:`network.i18n.translate` before they fill it.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "bad_request"

    def __init__(self, message: str, *, code: str | None = None, **values: object) -> None:
        self.message = message
        self.values: Mapping[str, object] = values
        self.error_code = code or self.code
        super().__init__(message % values if values else message)


class NotAllowedError(NetworkError):
    """The actor lacks the permission."""

    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"


class NotFoundError(NetworkError):
    """There is no such thing, or the actor may not know that there is."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class ConflictError(NetworkError):
    """The request does not fit the present state."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class UnreadableError(NetworkError):
    """A file that could not be read at all; nothing of it was kept."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unreadable"


class SettingsError(NetworkError):
    """The installation is not fit to start; the message lists every fault."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "settings"


class UnavailableError(NetworkError):
    """An engine that this request needs is not there now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
