"""The headings by which a member's files name our fields, in French and in English.

A heading is compared without case, accents and punctuation. The keys of a mapping's `[columns]` may be any of these names.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id", "customer account #", "customer account", "customer number", "customer no", "customer code", "account #",
        "account number", "account no", "account", "compte client", "code client", "numero client", "n client", "no client",
        "id client", "compte auxiliaire", "compte tiers", "code tiers", "compte",
    ),
    "customer_name": (
        "customer name", "company name", "company", "raison sociale", "nom client", "nom du client", "client name", "denomination",
        "denomination sociale", "nom", "intitule", "intitule du compte", "libelle compte", "customer", "client", "name", "tiers",
    ),
    "siren": ("siren", "n siren", "no siren", "numero siren", "siren client"),
    "siret": ("siret", "n siret", "no siret", "numero siret", "siret client"),
    "vat": (
        "vat", "vat number", "vat no", "vat id", "tva", "n tva", "numero tva", "tva intracommunautaire", "n tva intracommunautaire",
        "numero de tva intracommunautaire", "tva intracom",
    ),
    "lei": ("lei", "code lei"),
    "registration": (
        "registration", "registration number", "company number", "federal tax id", "tax id", "ein", "numero d immatriculation",
        "immatriculation", "rcs",
    ),
    "street": ("street", "address", "street address", "adresse", "rue"),
    "postcode": ("postcode", "postal code", "post code", "zip", "zip code", "code postal", "cp"),
    "city": ("city", "town", "ville", "commune"),
    "country": ("country", "country code", "pays", "code pays"),
    "email": ("email", "e mail", "mail", "email address", "adresse e mail", "courriel"),
    "invoice_id": (
        "invoice id", "invoice number", "invoice no", "invoice #", "invoice", "document number", "document no", "document", "n facture",
        "no facture", "numero facture", "numero de facture", "n de facture", "facture", "n piece", "numero piece", "numero de piece",
        "piece", "reference facture", "ref facture",
    ),
    "invoice_date": (
        "invoice date", "document date", "posting date", "date facture", "date de facture", "date de la facture", "date piece",
        "date de piece", "date d emission", "date emission", "date",
    ),
    "due_date": (
        "due date", "due", "maturity", "maturity date", "echeance", "date echeance", "date d echeance", "date de l echeance",
    ),
    "amount": (
        "amount", "invoice amount", "amount incl vat", "gross amount", "total amount", "montant ttc", "total ttc", "montant",
        "montant facture", "montant de la facture", "ttc",
    ),
    "currency": ("currency", "currency code", "devise", "code devise", "monnaie"),
    "settled_date": (
        "settled date", "settlement date", "paid date", "payment date", "date paid", "date settled", "paid on", "clearing date",
        "date de reglement", "date reglement", "date paiement", "date de paiement", "reglement le", "paye le", "regle le",
        "date de lettrage bancaire",
    ),
    "disputed": ("disputed", "dispute", "in dispute", "litige", "en litige", "litigieux", "conteste"),
    "report_date": (
        "report date", "as of", "as of date", "as at", "date d arrete", "date arrete", "arrete au", "date de situation", "situation au",
        "date du rapport", "date de la balance", "date situation", "date balance", "balance date", "statement date",
    ),
    "balance": (
        "balance", "account balance", "total balance", "total due", "outstanding", "total outstanding", "encours", "encours total",
        "solde", "solde total", "total du", "total",
    ),
    "current": (
        "current", "current due", "not due", "not yet due", "not past due", "non echu", "a echoir", "encours non echu", "solde non echu",
        "montant non echu",
    ),
    "late_1_30": ("late 1 30", "t1"),
    "late_31_60": ("late 31 60", "t2"),
    "late_61_90": ("late 61 90", "t3"),
    "late_91": ("late 91", "t4"),
    "high_credit": (
        "high credit", "recent high credit", "highest credit", "plus haut encours", "encours maximum", "encours max", "encours maximal",
    ),
}  # fmt: skip

_OVERDUE = "echu echus echue echues retard retards past due overdue late"
_BUCKET_WORDS = frozenset(
    f"{_OVERDUE} de d j jour jours day days entre et a to en montant balance solde".split()
)
_RANGES: Mapping[tuple[str, ...], str] = {
    ("1", "30"): "late_1_30",
    ("31", "60"): "late_31_60",
    ("61", "90"): "late_61_90",
}
_BEYOND = frozenset(
    (
        ("91+",),
        ("90+",),
        (">90",),
        (">91",),
        ("plus", "90"),
        ("over", "90"),
        ("+90",),
        ("91", "plus"),
        ("91",),
    )
)


def plain_heading(text: str) -> str:
    """Return a heading in small letters without accents, punctuation as single spaces ("#", "+" and ">" stay)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z#+>]+", " ", bare).split())


def field_named(heading: str) -> str | None:
    """Return the field that a heading names by itself, or None."""
    plain = plain_heading(heading)
    return _BY_HEADING.get(plain) or _bucket_named(plain)


def _bucket_named(plain: str) -> str | None:
    words = tuple(
        re.sub(r"(?<=[0-9])(?:j|jours|d|days)$", "", word)
        for word in plain.split()
        if word not in _BUCKET_WORDS
    )
    words = ("".join(words),) if words[:1] == (">",) else words
    return "late_91" if words in _BEYOND else _RANGES.get(words)


def recognise(headings: Iterable[str], declared: Mapping[str, str]) -> dict[str, str]:
    """Return field -> heading: the declared ones, and for the other fields the best-known name in `headings`.

    A field whose best name occurs twice is left out rather than guessed.
    """
    present = list(headings)
    found = {name: heading for name, heading in declared.items() if heading in present}
    fields = {heading: field_named(heading) for heading in present if heading not in found.values()}
    for name, known in HEADINGS.items():
        if name in declared:
            continue
        named = [heading for heading in present if fields.get(heading) == name]
        ranked = sorted(named, key=lambda heading: _rank(known, plain_heading(heading)))
        if ranked and (len(ranked) == 1 or plain_heading(ranked[0]) != plain_heading(ranked[1])):
            found[name] = ranked[0]
    return found


def _rank(known: tuple[str, ...], plain: str) -> int:
    return known.index(plain) if plain in known else len(known)


_BY_HEADING = {plain_heading(known): name for name, names in HEADINGS.items() for known in (name, *names)}
