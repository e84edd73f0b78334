"""The plugin point for key services: who wraps the ring's bytes under a key that never comes here.

VIGIE_KEY_WRAPPER names a function as `module:function`. It is called with the environment and returns a
:class:`RingWrapper`. A cloud's key service is some ten lines around its `encrypt` and `decrypt`; the ring is far below
the 4 KB that these take. :mod:`network.keystore.passphrase` is one that needs no service.
"""

import importlib
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from network.i18n import mark
from network.keystore.ring_format import KeysError


@runtime_checkable
class RingWrapper(Protocol):
    """Hides bytes under a key that it alone holds. `name` stands in `vigie keys status`."""

    name: str

    def wrap(self, plain: bytes) -> bytes:
        """Return the bytes as they may be kept anywhere. An OSError or ValueError means that it cannot."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped. An OSError or ValueError means that it cannot, or will not."""


class Plain:
    """Nobody wraps: whoever reads the store has the keys."""

    name = "none"

    def wrap(self, plain: bytes) -> bytes:
        """Return the bytes as they are."""
        return plain

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the bytes as they are."""
        return wrapped


def load_wrapper(name: str | None, environ: Mapping[str, str]) -> RingWrapper:
    """Return the wrapper that VIGIE_KEY_WRAPPER names; without a name, none wraps.

    Raises:
        KeysError: there is no such function, or what it returns is no wrapper.
    """
    if not name:
        return Plain()
    module, _, function = name.partition(":")
    try:
        made = getattr(importlib.import_module(module), function)(environ)
    except (ImportError, AttributeError, TypeError, ValueError, OSError) as fault:
        raise KeysError(
            mark("VIGIE_KEY_WRAPPER %(name)s cannot be used (%(why)s). Write it as module:function."),
            name=name,
            why=f"{type(fault).__name__}: {fault}",
        ) from fault
    if not isinstance(made, RingWrapper):
        raise KeysError(
            mark("VIGIE_KEY_WRAPPER %(name)s returns no wrapper: it needs name, wrap and unwrap."), name=name
        )
    return made
