"""One debtor, many spellings: how ledgers write a name that a register writes once."""

from dataclasses import dataclass

from simulation.naming import Picker, folded

_SHORT = (
    ("Établissements", "Ets"), ("Société", "Sté"), ("Compagnie", "Cie"), ("Transports", "Trsp"), ("Construction", "Constr."), ("Constructions", "Constr."),
    ("Distribution", "Distrib"), ("Industries", "Ind."), ("Services", "Serv."), ("Menuiserie", "Menuis."), ("Électricité", "Elec"), ("Frères", "Frs"),
    ("Boulangerie", "Boul."), ("Restaurant", "Rest."), ("Saint-", "St "), (" et ", " & "), (" & ", " et "), ("Associés", "Ass."),
    ("Informatique", "Info"), ("Imprimerie", "Imp."), ("Transporte", "Tpte."), ("Construcciones", "Constr."), ("Costruzioni", "Costr."),
)  # fmt: skip
_LONG_FORMS = {
    "SARL": "Société à responsabilité limitée",
    "SAS": "Société par actions simplifiée",
    "SA": "Société anonyme",
    "GmbH": "Gesellschaft mbH",
    "Ltd": "Limited",
    "S.r.l.": "Società a responsabilità limitata",
    "S.L.": "Sociedad Limitada",
}
_NEAR = {
    "a": "qz",
    "e": "rz",
    "i": "uo",
    "o": "ip",
    "n": "bm",
    "m": "n",
    "s": "dq",
    "t": "ry",
    "r": "et",
    "l": "km",
    "u": "yi",
    "d": "sf",
    "c": "vx",
}


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """Habits of one member's customer file; shares are the chance that an account shows the slip."""

    upper: bool
    keeps_accents: bool
    leads_form: bool
    dotted_form: bool
    drops_form: float
    width: int
    slips: float


def draw_house_style(pick: Picker) -> HouseStyle:
    """Return the habits of a member: old software writes 30 signs in capitals without accents, new keeps all."""
    old = pick.uniform() < 0.55
    return HouseStyle(
        upper=old or pick.uniform() < 0.1,
        keeps_accents=not old,
        leads_form=pick.uniform() < 0.2,
        dotted_form=pick.uniform() < 0.12,
        drops_form=0.15 + 0.4 * pick.uniform(),
        width=pick.one((24, 30, 32, 35)) if old else 60,
        slips=0.02 + 0.06 * pick.uniform(),
    )


def spell(pick: Picker, style: HouseStyle, *, proper: str, form: str, city: str) -> str:
    """Return the name as one account of such a member has it. Persons keep their EI, without which they are anyone."""
    if form == "EI":
        return folded(f"{proper} EI").upper() if style.upper else f"{proper} EI"
    text, draw = proper, pick.uniform()
    if draw < 0.14:
        text = _shortened(text)
    elif draw < 0.17:
        text = f"{text} {city}"
    elif draw < 0.19:
        text = " ".join(reversed(text.split(" ", 1)))
    if pick.uniform() < style.slips:
        text = _mistyped(pick, text)
    written = _form(pick, style, form)
    if written:
        text = f"{written} {text}" if style.leads_form != (pick.uniform() < 0.08) else f"{text} {written}"
    if not style.keeps_accents or pick.uniform() < 0.1:
        text = _plain(text)
    if style.upper:
        text = text.upper()
    return text[: style.width].strip()


def _shortened(text: str) -> str:
    for long, short in _SHORT:
        if long in text:
            return text.replace(long, short, 1)
    return text


def _form(pick: Picker, style: HouseStyle, form: str) -> str:
    if not form or pick.uniform() < style.drops_form:
        return ""
    if pick.uniform() < 0.02:
        return _LONG_FORMS.get(form, form)
    if style.dotted_form and form.isalpha() and form.isupper():
        return ".".join(form) + "."
    return form.replace(".", "") if pick.uniform() < 0.3 else form


def _mistyped(pick: Picker, text: str) -> str:
    """Return the text with one slip: a sign dropped, doubled, swapped with its neighbour, or a key beside."""
    place = 1 + int(pick.uniform() * (len(text) - 2))
    draw = pick.uniform()
    if draw < 0.3:
        return text[:place] + text[place + 1 :]
    if draw < 0.5:
        return text[:place] + text[place] + text[place:]
    if draw < 0.75:
        return text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
    return text[:place] + pick.one(_NEAR.get(text[place], "ae")) + text[place + 1 :]


def _plain(text: str) -> str:
    """Return the text without accents, cases kept."""
    return "".join(plain.upper() if sign.isupper() else plain for sign in text for plain in (folded(sign),))
