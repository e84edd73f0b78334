"""Bytes under a passphrase: the recovery copy, and the wrapper for whoever keeps the ring under one.

scrypt (RFC 7914) with the cost that OWASP names (n = 2^17, r = 8, p = 1: 128 MB, a third of a second) makes the key of
AES-256-GCM. What stands in clear beside it is bound in as additional data.
"""

import base64
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from network.errors import SettingsError
from network.i18n import mark

LEAST_LENGTH = 14
_COST = {"n": 1 << 17, "r": 8, "p": 1}
_DEAREST = {"n": 1 << 20, "r": 16, "p": 4}  # a forged file must not ask for all memory there is
_FORMAT = "vigie-keys/1"
_SALT, _NONCE, _KEY = 16, 12, 32
PASSPHRASE_FILE = "VIGIE_KEYS_PASSPHRASE_FILE"  # noqa: S105  # the name of a variable


class WrongPassphraseError(Exception):
    """It does not open: another passphrase, or changed bytes."""


def lock(plain: bytes, passphrase: str, *, purpose: str, **in_clear: Any) -> bytes:
    """Return `plain` under a passphrase, as JSON; `in_clear` is what may be read without it."""
    head = {"format": _FORMAT, "purpose": purpose, **in_clear}
    head |= {"kdf": "scrypt", **_COST, "salt": _text(os.urandom(_SALT))}
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_derived(head, passphrase)).encrypt(nonce, plain, _bound(head))
    return json.dumps({**head, "nonce": _text(nonce), "sealed": _text(sealed)}, indent=1).encode() + b"\n"


def unlock(locked: bytes, passphrase: str, *, purpose: str) -> bytes:
    """Return what was locked for this purpose.

    Raises:
        WrongPassphraseError: the passphrase is another, or something was changed.
        ValueError: these bytes are nothing of ours, or serve another purpose.
    """
    head = json.loads(locked)
    if not isinstance(head, dict) or (head.get("format"), head.get("purpose")) != (_FORMAT, purpose):
        raise ValueError("not locked by us for this")
    if not all(
        isinstance(head.get(name), int) and 1 <= head[name] <= most for name, most in _DEAREST.items()
    ):
        raise ValueError("a cost that is none of ours")
    try:
        nonce, sealed = (base64.b64decode(head.pop(name), validate=True) for name in ("nonce", "sealed"))
        return AESGCM(_derived(head, passphrase)).decrypt(nonce, sealed, _bound(head))
    except InvalidTag:
        raise WrongPassphraseError from None
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError("not locked by us") from fault


def _derived(head: Mapping[str, Any], passphrase: str) -> bytes:
    salt = base64.b64decode(head["salt"], validate=True)
    return Scrypt(salt=salt, length=_KEY, n=head["n"], r=head["r"], p=head["p"]).derive(passphrase.encode())


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def read_passphrase(path: Path) -> str:
    """Return the first line of a file that its owner alone can read.

    Raises:
        SettingsError: there is none, others can read it, or it is too short.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError(
                mark("The passphrase file %(path)s can be read by others. Run: chmod 600 %(path)s"),
                path=path,
            )
        passphrase = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(
            mark("The passphrase file %(path)s cannot be read (%(why)s)."),
            path=path,
            why=getattr(fault, "strerror", None) or type(fault).__name__,
        ) from fault
    refuse_if_short(passphrase)
    return passphrase


def refuse_if_short(passphrase: str) -> None:
    """Refuse a passphrase that is guessed too soon.

    Raises:
        SettingsError: it is shorter than :data:`LEAST_LENGTH`.
    """
    if len(passphrase) < LEAST_LENGTH:
        raise SettingsError(
            mark("The passphrase is shorter than %(length)s characters; five or six random words are good."),
            length=LEAST_LENGTH,
        )


class PassphraseWrapper:
    """Wraps the ring under a passphrase: a key service (`network.keystore.wrapping`) for who has none."""

    name = "passphrase"

    def __init__(self, passphrase: str) -> None:
        self._passphrase = passphrase

    def wrap(self, plain: bytes) -> bytes:
        """Return the bytes under the passphrase."""
        return lock(plain, self._passphrase, purpose=self.name)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the bytes of :meth:`wrap`.

        Raises:
            PermissionError: the passphrase is another, or something was changed.
        """
        try:
            return unlock(wrapped, self._passphrase, purpose=self.name)
        except WrongPassphraseError:
            raise PermissionError("wrong passphrase, or changed bytes") from None


def from_environment(environ: Mapping[str, str]) -> PassphraseWrapper:
    """Return the wrapper under the passphrase in the file that VIGIE_KEYS_PASSPHRASE_FILE names.

    Raises:
        SettingsError: it names none that is fit.
    """
    return PassphraseWrapper(read_passphrase(Path(environ.get(PASSPHRASE_FILE) or "passphrase")))
