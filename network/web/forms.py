"""Forms are checked by the schemas of :mod:`network.schemas`; this turns their faults into sentences for a page."""

from collections.abc import Mapping

from marshmallow import ValidationError

from network.web.language import say


def faults(error: ValidationError) -> dict[str, str]:
    """Return one sentence a field, in the page's language."""
    messages = error.messages_dict
    return {field: say(_first(found)) for field, found in messages.items()}


def _first(found: object) -> str:
    if isinstance(found, Mapping):
        return _first(next(iter(found.values())))
    if isinstance(found, list | tuple):
        return _first(found[0])
    return str(found)
