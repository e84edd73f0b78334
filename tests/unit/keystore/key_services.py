"""Key services for the tests, named as an operator names one: VIGIE_KEY_WRAPPER=module:function."""

from collections.abc import Mapping


class Xor:
    """Wraps under one byte: not safe, but the bytes that are kept are other than those that went in."""

    name = "xor"

    def __init__(self, key: int) -> None:
        self._key = key

    def wrap(self, plain: bytes) -> bytes:
        return bytes(byte ^ self._key for byte in plain)

    def unwrap(self, wrapped: bytes) -> bytes:
        return bytes(byte ^ self._key for byte in wrapped)


class Closed(Xor):
    """A service that does not answer."""

    name = "closed"

    def wrap(self, _plain: bytes) -> bytes:
        raise ConnectionError("the service does not answer")

    def unwrap(self, _wrapped: bytes) -> bytes:
        raise ConnectionError("the service does not answer")


def xor(environ: Mapping[str, str]) -> Xor:
    return Xor(int(environ.get("XOR_KEY", "85")))


def closed(_environ: Mapping[str, str]) -> Closed:
    return Closed(0)


def not_a_wrapper(_environ: Mapping[str, str]) -> object:
    return object()
