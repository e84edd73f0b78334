"""Identifiers that pass their check digits: SIREN, SIRET, VAT numbers of Europe, LEI, company registers.

They are drawn at random: that one exists somewhere is possible and means nothing (docs/decisions/0031). Rules are
those of the issuing bodies as python-stdnum knows them; the tests hold every one to that library.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
SIREN_RANGES = np.array([54, 55, 56, 57, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 86, 96])
"""First two digits of the SIRENs drawn: old ranges, thin today compared with those of the last fifty years."""


def _digits(numbers: Integers, count: int) -> Integers:
    return numbers[:, None] // 10 ** np.arange(count - 1, -1, -1) % 10


def luhn_digit(numbers: Integers, count: int) -> Integers:
    """Return the Luhn check digit of numbers of `count` digits, shape (n,)."""
    digits = _digits(numbers, count)
    digits[:, ::-1][:, ::2] *= 2
    total: Integers = np.where(digits > 9, digits - 9, digits).sum(axis=1)
    return -total % 10


def draw_sirens(random: np.random.Generator, count: int) -> Integers:
    """Return `count` different SIRENs as integers of nine digits, shape (count,)."""
    per_range = 1_000_000
    slots = (
        random.permutation(SIREN_RANGES.size * per_range)[:count]
        if count > per_range
        else _distinct(random, count)
    )
    heads = SIREN_RANGES[slots // per_range] * per_range + slots % per_range
    return heads * 10 + luhn_digit(heads, 8)


def _distinct(random: np.random.Generator, count: int) -> Integers:
    drawn = random.integers(0, SIREN_RANGES.size * 1_000_000, size=count + count // 8 + 16)
    _, first = np.unique(drawn, return_index=True)
    distinct: Integers = drawn[np.sort(first)][:count]
    return distinct


def siret(siren: int, establishment: int) -> str:
    """Return the SIRET of an establishment (NIC from 1) of a SIREN."""
    head = siren * 10_000 + establishment
    return f"{head * 10 + int(luhn_digit(np.array([head]), 13)[0]):014d}"


def french_vat(siren: int) -> str:
    """Return the French VAT number of a SIREN: FR, key (12 + 3 x (SIREN mod 97)) mod 97, SIREN."""
    return f"FR{(12 + 3 * (siren % 97)) % 97:02d}{siren:09d}"


def lei(random: np.random.Generator, issuer: str) -> str:
    """Return a LEI of the issuer's four digits: 18 signs and two check digits (ISO 7064 mod 97-10)."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    head = issuer + "00" + "".join(alphabet[place] for place in random.integers(0, 36, 12))
    value = int("".join(str(int(sign, 36)) for sign in head) + "00")
    return f"{head}{98 - value % 97:02d}"


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _drawn(random: np.random.Generator, count: int) -> str:
    return str(int(random.integers(10 ** (count - 1), 10**count)))


def _german(random: np.random.Generator) -> str:
    head = _drawn(random, 8)
    check = 10
    for digit in head:
        check = ((int(digit) + check) % 10 or 10) * 2 % 11
    return "DE" + head + str((11 - check) % 10)


def _belgian(random: np.random.Generator) -> str:
    head = "0" + _drawn(random, 7)
    return f"BE{head}{97 - int(head) % 97:02d}"


def _italian(random: np.random.Generator) -> str:
    head = f"0{_drawn(random, 6)}{int(random.integers(1, 96)):03d}"
    return f"IT{head}{int(luhn_digit(np.array([int(head)]), 10)[0])}"


def _spanish(random: np.random.Generator) -> str:
    head = _drawn(random, 7)
    return f"ESB{head}{int(luhn_digit(np.array([int(head)]), 7)[0])}"


def _dutch(random: np.random.Generator) -> str:
    while True:
        head = _drawn(random, 8)
        check = _weighted(head, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return f"NL{head}{check}B01"


def _british(random: np.random.Generator) -> str:
    head = _drawn(random, 7)
    return f"GB{head}{97 - _weighted(head, (8, 7, 6, 5, 4, 3, 2)) % 97:02d}"


def _mod_11(head: str, weights: tuple[int, ...]) -> int:
    """Return the digit that makes the weighted sum a multiple of 11; 10 where there is none."""
    return -_weighted(head, weights) % 11


def _with_digit(random: np.random.Generator, count: int, weights: tuple[int, ...]) -> str:
    while True:
        head = _drawn(random, count)
        check = _mod_11(head, weights)
        if check < 10:
            return f"{head}{check}"


def _swiss(random: np.random.Generator) -> str:
    while True:
        number = _with_digit(random, 8, (5, 4, 3, 2, 7, 6, 5, 4))
        if number[0] == "1":
            return f"CHE{number}MWST"


def _polish(random: np.random.Generator) -> str:
    while True:
        head = _drawn(random, 9)
        check = _weighted(head, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
        if check < 10:
            return f"PL{head}{check}"


def _portuguese(random: np.random.Generator) -> str:
    head = "5" + _drawn(random, 7)
    check = _mod_11(head, (9, 8, 7, 6, 5, 4, 3, 2))
    return f"PT{head}{check if check < 10 else 0}"


def _irish(random: np.random.Generator) -> str:
    head = _drawn(random, 7)
    return f"IE{head}{'WABCDEFGHIJKLMNOPQRSTUV'[_weighted(head, (8, 7, 6, 5, 4, 3, 2)) % 23]}"


def _luxembourgish(random: np.random.Generator) -> str:
    head = _drawn(random, 6)
    return f"LU{head}{int(head) % 89:02d}"


def _norwegian(random: np.random.Generator) -> str:
    while True:
        number = _with_digit(random, 8, (3, 2, 7, 6, 5, 4, 3, 2))
        if number[0] in "89":
            return f"NO{number}MVA"


def _swedish(random: np.random.Generator) -> str:
    head = "556" + _drawn(random, 6)
    return f"SE{head}{int(luhn_digit(np.array([int(head)]), 9)[0])}01"


VAT: dict[str, Callable[[np.random.Generator], str]] = {
    "DE": _german,
    "BE": _belgian,
    "IT": _italian,
    "ES": _spanish,
    "NL": _dutch,
    "GB": _british,
    "CH": _swiss,
    "LU": _luxembourgish,
    "PL": _polish,
    "PT": _portuguese,
    "SE": _swedish,
    "NO": _norwegian,
    "DK": lambda random: f"DK{_with_digit(random, 7, (2, 7, 6, 5, 4, 3, 2))}",
    "FI": lambda random: f"FI{_with_digit(random, 7, (7, 9, 10, 5, 8, 4, 2))}",
    "IE": _irish,
}
"""Draws a VAT number, by country."""


def registration(country: str, vat: str, random: np.random.Generator) -> str | None:
    """Return the number in the country's company register, as ledgers quote it; None where they seldom do."""
    if country in {"BE", "NO", "DK"}:
        return vat[2:].removesuffix("MVA")
    if country == "DE":
        return f"HRB {int(random.integers(1_000, 220_000))}"
    if country == "GB":
        return f"{int(random.integers(1_000_000, 16_000_000)):08d}"
    return None
