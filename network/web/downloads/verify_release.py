#!/usr/bin/env python3
"""Check proofs of the release log without its operator: Python 3.9 or later, this one file, no network.

    python3 verify_release.py proof.json              a release is in the log
    python3 verify_release.py consistency.json        a newer head of the log continues an older one
    python3 verify_release.py FOLDER                  the whole log, as `vigie log export FOLDER` wrote it

Several files may be given at once. Two options make the answer worth more:

    --key KEY      the public key of the log, or a file that holds it, as you noted it on an earlier day. Without it the
                   key in the file itself is used, and its fingerprint printed: compare it with that of another member.
    --head FILE    a head that you kept. Every head met must be this one, or be joined to it by a consistency file.

What is checked: leaves and nodes by RFC 6962 (SHA-256), heads as C2SP checkpoints signed with Ed25519 (RFC 8032).
Exit code 0: all holds. 1: something does not, with one sentence. 2: a file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RELEASE, CONSISTENCY = "vigie-release-proof/1", "vigie-log-consistency/1"
HEAD_LINES, HASH_SIZE, SIGNATURE_SIZE = 4, 32, 64
HOLDS, BROKEN, UNREADABLE = 0, 1, 2

FRENCH = {
    "holds": "tient",
    "DOES NOT HOLD": "NE TIENT PAS",
    "cannot be read": "illisible",
    "the signature does not hold": "la signature ne tient pas",
    "the head has no signature of this key": "la tête ne porte pas de signature de cette clé",
    "the head is not written as heads are": "la tête n’est pas écrite comme le sont les têtes",
    "this is no key of a log": "ceci n’est pas la clé d’un journal",
    "this is no file of the log": "ceci n’est pas un fichier du journal",
    "the path does not lead from the release to the head": "le chemin ne mène pas de la publication à la tête",
    "the newer head does not continue the older one": "la tête récente ne prolonge pas l’ancienne",
    "its head is not joined to the one that you kept": "sa tête n’est pas reliée à celle que vous gardez",
    "head {day} was signed over other leaves": "la tête du {day} a été signée sur d’autres feuilles",
    "the folder holds no head": "le dossier ne contient aucune tête",
    "leaf {leaf} of {size} under the head of {day}": "feuille {leaf} sur {size}, sous la tête du {day}",
    "{size} leaves of {day} continue {old_size} of {old_day}": (
        "{size} feuilles au {day} prolongent {old_size} du {old_day}"
    ),
    "{size} leaves under {heads} heads, the newest of {day}": (
        "{size} feuilles sous {heads} têtes, la plus récente du {day}"
    ),
    "Key taken from the file itself; fingerprint {print}": (
        "Clé prise dans le fichier lui-même ; empreinte {print}"
    ),
}


class BrokenError(Exception):
    """Something does not hold."""


def say(sentence: str, **values: object) -> str:
    """Return a sentence in the language of the terminal."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return (FRENCH.get(sentence, sentence) if language.startswith("fr") else sentence).format(**values)


# --- Ed25519, verification alone (RFC 8032, section 5.1) ---------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(one: Point, other: Point) -> Point:
    """Add two points of the curve, in extended coordinates (x, y, z, t)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """Multiply a point."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def decoded_point(raw: bytes) -> Point | None:
    """Return the point that 32 bytes stand for; None where they stand for none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if len(raw) != HASH_SIZE or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encoded_point(point: Point) -> bytes:
    """Return the 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(HASH_SIZE, "little")


BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the 64 bytes are the signature of the message by the public key of 32 bytes."""
    point = decoded_point(public)
    scalar = int.from_bytes(signature[HASH_SIZE:], "little")
    if point is None or len(signature) != SIGNATURE_SIZE or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:HASH_SIZE] + public + message).digest()
    minus = (P - point[0], point[1], point[2], P - point[3])
    found = add(times(scalar, BASE), times(int.from_bytes(digest, "little") % ORDER, minus))
    return encoded_point(found) == signature[:HASH_SIZE]


# --- Heads (c2sp.org/tlog-checkpoint, c2sp.org/signed-note) ------------------------------------------------------------


class Head:
    """What a note signs: size, root and day of the log."""

    def __init__(self, note: str, key: str) -> None:
        """Check the note against a key `name+id+base64`; raise BrokenError where it does not hold."""
        name, public = read_key(key)
        identity = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        given = [
            decoded(line.split(" ")[2]) for line in signatures.split("\n") if line.startswith(f"— {name} ")
        ]
        given = [raw[4:] for raw in given if raw[:4] == identity]
        if not given:
            raise BrokenError(say("the head has no signature of this key"))
        if not all(is_signed(public, text.encode(), signature) for signature in given):
            raise BrokenError(say("the signature does not hold"))
        lines = text.split("\n")
        if len(lines) != HEAD_LINES + 1 or not lines[1].isdigit() or not lines[3].startswith("day "):
            raise BrokenError(say("the head is not written as heads are"))
        self.origin, self.size, self.root, self.day = lines[0], int(lines[1]), decoded(lines[2]), lines[3][4:]
        self.state = (self.origin, self.size, self.root)


def read_key(key: str) -> tuple[str, bytes]:
    """Return name and 32 bytes of a key written as `name+id+base64`."""
    name, _, rest = key.strip().partition("+")
    raw = decoded(rest.partition("+")[2])
    if not name or raw[:1] != b"\x01" or len(raw) != HASH_SIZE + 1:
        raise BrokenError(say("this is no key of a log"))
    return name, raw[1:]


def decoded(text: str) -> bytes:
    """Return the bytes of standard base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise BrokenError(say("this is no file of the log")) from None


# --- The tree (RFC 6962, section 2.1) ----------------------------------------------------------------------------------


def leaf_hash(body: bytes) -> bytes:
    """Hash a leaf."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash a node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def climb(place: int, size: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots that a path gives: over all leaves, and over those up to `place` alone."""
    last, whole, part = size - 1, start, start
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            whole, part = node_hash(sibling, whole), node_hash(sibling, part)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            whole = node_hash(whole, sibling)
        place, last = place >> 1, last >> 1
    return (whole, part) if last == 0 else None


def is_included(body: bytes, leaf: int, path: list[bytes], head: Head) -> bool:
    """Return whether the body is leaf number `leaf` under the head."""
    found = climb(leaf, head.size, leaf_hash(body), path) if 0 <= leaf < head.size else None
    return found is not None and found[0] == head.root


def is_continued(old: Head, new: Head, path: list[bytes]) -> bool:
    """Return whether the log of the newer head starts with all of that of the older one."""
    if not 0 < old.size <= new.size or old.origin != new.origin:
        return False
    if old.size == new.size:
        return not path and old.root == new.root
    path = path if old.size & (old.size - 1) else [old.root, *path]
    place, size = old.size - 1, new.size
    last = size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return bool(path) and climb(place, last + 1, path[0], path[1:]) == (new.root, old.root)


def roots_of(leaves: Iterable[bytes], sizes: set[int]) -> dict[int, bytes]:
    """Return the root of the first so many leaves, for each of the sizes."""
    roots: dict[int, bytes] = {}
    stack: list[bytes] = []
    for count, body in enumerate(leaves, 1):
        stack.append(leaf_hash(body))
        for _ in range((count & -count).bit_length() - 1):
            right = stack.pop()
            stack[-1] = node_hash(stack[-1], right)
        if count in sizes:
            root = stack[-1]
            for left in reversed(stack[:-1]):
                root = node_hash(left, root)
            roots[count] = root
    return roots


# --- Files -------------------------------------------------------------------------------------------------------------


class Check:
    """One run: the key that is trusted, and the heads that were found joined to the one that was kept."""

    def __init__(self, key: str | None, kept: str | None) -> None:
        """Take the key and the kept head's note; either may be None."""
        self.key = key
        self.joined = None if key is None or kept is None else {Head(kept, key).state}

    def trusted(self, told: str) -> str:
        """Return the key to use for a file that tells one itself."""
        if self.key is None:
            fingerprint = hashlib.sha256(read_key(told)[1]).hexdigest()
            tell(say("Key taken from the file itself; fingerprint {print}", print=fingerprint))
            self.key = told.strip()
        return self.key

    def meet(self, *heads: Head) -> None:
        """Refuse heads of which none is joined to the kept one; the others are from now on."""
        if self.joined is None:
            return
        if not self.joined & {head.state for head in heads}:
            raise BrokenError(say("its head is not joined to the one that you kept"))
        self.joined |= {head.state for head in heads}

    def file(self, told: dict[str, Any]) -> str:
        """Check a proof or a pair of heads; return what was found."""
        key, path = self.trusted(told["key"]), [decoded(each) for each in told["path"]]
        if told["format"] == RELEASE:
            head = Head(told["head"], key)
            self.meet(head)
            if not is_included(told["body"].encode(), told["leaf"], path, head):
                raise BrokenError(say("the path does not lead from the release to the head"))
            found = say("leaf {leaf} of {size} under the head of {day}", leaf=told["leaf"], **vars(head))
            return f"{found}\n  {told['body']}"
        old, new = Head(told["old"], key), Head(told["new"], key)
        if not is_continued(old, new, path):
            raise BrokenError(say("the newer head does not continue the older one"))
        self.meet(old, new)
        sentence = "{size} leaves of {day} continue {old_size} of {old_day}"
        return say(sentence, old_size=old.size, old_day=old.day, **vars(new))

    def folder(self, folder: Path) -> str:
        """Check the whole log: every head against the leaves; return what was found."""
        key = self.trusted((folder / "key.txt").read_text("utf-8"))
        heads = [Head(path.read_text("utf-8"), key) for path in sorted((folder / "heads").glob("*.txt"))]
        if not heads:
            raise BrokenError(say("the folder holds no head"))
        with (folder / "leaves.ndjson").open("rb") as leaves:
            roots = roots_of((line.rstrip(b"\n") for line in leaves), {head.size for head in heads})
        for head in heads:
            if roots.get(head.size) != head.root:
                raise BrokenError(say("head {day} was signed over other leaves", day=head.day))
        self.meet(*heads)
        newest = max(heads, key=lambda head: head.size)
        return say("{size} leaves under {heads} heads, the newest of {day}", heads=len(heads), **vars(newest))


def tell(sentence: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{sentence}\n")


def rank(path: Path) -> tuple[int, int]:
    """Put pairs of heads before proofs, older before newer: they join heads on which proofs stand."""
    if path.is_dir():
        return 0, 0
    told = json.loads(path.read_text("utf-8"))
    return (1, int(told["old"].split("\n")[1])) if told["format"] == CONSISTENCY else (2, 0)


def main() -> int:
    """Check every file that is named; return the exit code."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("paths", nargs="+", type=Path, metavar="FILE")
    asked.add_argument("--key")
    asked.add_argument("--head", type=Path)
    options = asked.parse_args()
    path = options.head
    code = HOLDS
    try:
        key = options.key
        if key is not None and Path(key).is_file():
            key = Path(key).read_text("utf-8").strip()
        kept = None if path is None else path.read_text("utf-8")
        if kept is not None and key is None:
            asked.error("--head needs --key")
        check = Check(key, kept)
        ranks = {}
        for path in options.paths:
            ranks[path] = rank(path)
        for path in sorted(ranks, key=ranks.__getitem__):
            try:
                found = (
                    check.folder(path) if path.is_dir() else check.file(json.loads(path.read_text("utf-8")))
                )
                tell(f"{path}: {say('holds')}: {found}")
            except BrokenError as fault:
                tell(f"{path}: {say('DOES NOT HOLD')}: {fault}")
                code = BROKEN
    except BrokenError as fault:
        tell(f"{path}: {say('DOES NOT HOLD')}: {fault}")
        return BROKEN
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as fault:
        tell(f"{path}: {say('cannot be read')}: {fault}")
        return UNREADABLE
    return code


if __name__ == "__main__":
    sys.exit(main())
