"""Legal forms as companies write them: French, European and Anglo, short and long.

Own table. Each row gives the form as it is shown, its family (two families contradict each other; a sole-shareholder
variant does not contradict its parent), where in a name it may stand, and its spellings after folding: lower case,
no accents, blanks between words, without "and" in any language, initials joined ("s. a. r. l." is "sarl").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, auto
from types import MappingProxyType


class Place(Flag):
    """Where a form may stand: `ANYWHERE` is for words that no company has as a word of its name."""

    HEAD = auto()
    TAIL = auto()
    ENDS = HEAD | TAIL
    INSIDE = auto()
    ANYWHERE = HEAD | TAIL | INSIDE


@dataclass(frozen=True, slots=True)
class LegalForm:
    """One form. A form without a family says nothing (Ets, Cie): it is dropped and contradicts no other."""

    shown: str
    family: str
    place: Place
    spellings: tuple[str, ...]


CONJUNCTIONS = frozenset({"et", "and", "und"})
"""Dropped from names before forms are looked for, hence from the forms too."""

_E, _A, _T, _H = Place.ENDS, Place.ANYWHERE, Place.TAIL, Place.HEAD

LEGAL_FORMS: tuple[LegalForm, ...] = (
    # France, Belgium, Luxembourg, French-speaking Switzerland
    LegalForm("SARL", "sarl", _A, ("sarl", "sarlu", "societe a responsabilite limitee", "ste a responsabilite limitee", "soc a responsabilite limitee")),
    LegalForm("EURL", "sarl", _A, ("eurl", "entreprise unipersonnelle a responsabilite limitee")),
    LegalForm("SAS", "sas", _E, ("sas", "societe par actions simplifiee", "ste par actions simplifiee")),
    LegalForm("SASU", "sas", _A, ("sasu", "societe par actions simplifiee unipersonnelle", "sas unipersonnelle")),
    LegalForm("SA", "sa", _E, ("sa", "societe anonyme", "ste anonyme", "sa a directoire", "sa a conseil d administration", "sa a directoire et conseil de surveillance")),
    LegalForm("SNC", "snc", _E, ("snc", "societe en nom collectif", "ste en nom collectif")),
    LegalForm("SCS", "scs", _E, ("scs", "societe en commandite simple")),
    LegalForm("SCA", "sca", _E, ("sca", "societe en commandite par actions")),
    LegalForm("SCI", "sci", _A, ("sci", "societe civile immobiliere", "ste civile immobiliere")),
    LegalForm("SCCV", "sccv", _A, ("sccv", "societe civile de construction vente")),
    LegalForm("SCP", "scp", _E, ("scp", "societe civile professionnelle")),
    LegalForm("SCM", "scm", _E, ("scm", "societe civile de moyens")),
    LegalForm("SC", "sc", _E, ("sc", "societe civile", "ste civile")),
    LegalForm("SELARL", "selarl", _A, ("selarl", "selarlu", "societe d exercice liberal a responsabilite limitee")),
    LegalForm("SELAS", "selas", _A, ("selas", "selasu", "societe d exercice liberal par actions simplifiee")),
    LegalForm("EARL", "earl", _A, ("earl", "exploitation agricole a responsabilite limitee")),
    LegalForm("GAEC", "gaec", _A, ("gaec", "groupement agricole d exploitation en commun")),
    LegalForm("SCEA", "scea", _A, ("scea", "societe civile d exploitation agricole")),
    LegalForm("GFA", "gfa", _E, ("gfa", "groupement foncier agricole")),
    LegalForm("SICA", "sica", _E, ("sica", "societe d interet collectif agricole")),
    LegalForm("CUMA", "cuma", _A, ("cuma", "cooperative d utilisation de materiel agricole")),
    LegalForm("SCOP", "scop", _E, ("scop", "societe cooperative et participative", "societe cooperative de production", "societe cooperative ouvriere de production")),
    LegalForm("SCIC", "scic", _E, ("scic", "societe cooperative d interet collectif")),
    LegalForm("SEM", "sem", _E, ("sem", "saeml", "societe d economie mixte")),
    LegalForm("SPL", "spl", _E, ("spl", "societe publique locale")),
    LegalForm("GIE", "gie", _A, ("gie", "groupement d interet economique")),
    LegalForm("GEIE", "geie", _A, ("geie", "groupement europeen d interet economique")),
    LegalForm("EI", "ei", _E, ("ei", "eirl", "entreprise individuelle", "entrepreneur individuel")),
    LegalForm("EPIC", "epic", _T, ("epic", "etablissement public industriel et commercial")),
    LegalForm("Association", "association", _H, ("association", "asso", "assoc")),
    LegalForm("Société coopérative", "cooperative", _E, ("societe cooperative", "ste cooperative", "scrl", "societe cooperative a responsabilite limitee")),
    LegalForm("SPRL", "srl", _A, ("sprl", "sprlu", "bvba", "ebvba", "societe privee a responsabilite limitee")),
    LegalForm("ASBL", "asbl", _A, ("asbl", "vzw", "association sans but lucratif")),
    LegalForm("Sàrl-S", "sarl", _A, ("sarls", "sarl s")),
    # Words that name a firm without saying of what form it is
    LegalForm("Ets", "", _H, ("ets", "ets s", "etablissement", "etablissements", "etabs", "etabl")),
    LegalForm("Sté", "", _H, ("ste", "societe", "soc", "firma", "fa")),
    LegalForm("Cie", "", _T, ("cie", "compagnie", "ste", "societe")),
    LegalForm("Co", "", _T, ("co", "company")),
    # Germany, Austria, German-speaking Switzerland
    LegalForm("GmbH", "gmbh", _A, ("gmbh", "ges mbh", "gesmbh", "gesellschaft mbh", "mbh", "gesellschaft mit beschrankter haftung", "gesellschaft mit beschraenkter haftung")),
    LegalForm("gGmbH", "gmbh", _A, ("ggmbh",)),
    LegalForm("UG", "ug", _T, ("ug", "ug haftungsbeschrankt", "ug haftungsbeschraenkt", "unternehmergesellschaft", "unternehmergesellschaft haftungsbeschrankt")),
    LegalForm("AG", "ag", _T, ("ag", "aktiengesellschaft")),
    LegalForm("GmbH & Co. KG", "kg", _A, ("gmbh co kg", "gmbh cokg", "gmbh co", "gmbh co kommanditgesellschaft", "gmbh u co kg", "ug haftungsbeschrankt co kg", "ag co kg", "se co kg")),
    LegalForm("GmbH & Co. KGaA", "kgaa", _A, ("gmbh co kgaa", "ag co kgaa", "se co kgaa", "kgaa", "kommanditgesellschaft auf aktien")),
    LegalForm("KG", "kg", _T, ("kg", "co kg", "kommanditgesellschaft")),
    LegalForm("OHG", "ohg", _T, ("ohg", "co ohg", "offene handelsgesellschaft", "gmbh co ohg")),
    LegalForm("GbR", "gbr", _T, ("gbr", "gesellschaft burgerlichen rechts")),
    LegalForm("e.K.", "ek", _T, ("ek", "e kfm", "ekfm", "eingetragener kaufmann", "eingetragene kauffrau")),
    LegalForm("eG", "eg", _T, ("eg", "eingetragene genossenschaft")),
    LegalForm("e.V.", "ev", _T, ("ev", "eingetragener verein")),
    LegalForm("SE", "se", _T, ("se", "societas europaea", "societe europeenne")),
    # Italy, Spain, Portugal, Latin America
    LegalForm("SpA", "spa", _T, ("spa", "societa per azioni")),
    LegalForm("SRL", "srl", _E, ("srl", "srls", "srlu", "societa a responsabilita limitata", "sociedad de responsabilidad limitada", "societate cu raspundere limitata")),
    LegalForm("SAPA", "sapa", _T, ("sapa", "societa in accomandita per azioni")),
    LegalForm("SL", "sl", _T, ("sl", "slu", "sociedad limitada", "sociedad limitada unipersonal")),
    LegalForm("SAU", "sa", _T, ("sau", "sociedad anonima", "sociedad anonima unipersonal", "sociedade anonima")),
    LegalForm("SLL", "sll", _T, ("sll", "sociedad limitada laboral")),
    LegalForm("Lda", "lda", _A, ("lda", "ltda", "limitada", "sociedade unipessoal lda", "unipessoal lda", "sociedade por quotas")),
    LegalForm("SGPS", "sgps", _T, ("sgps", "sgps sa")),
    LegalForm("SA de CV", "sadecv", _T, ("sa de cv", "sab de cv", "sa cv", "sapi de cv", "s de rl de cv")),
    # Benelux, Nordics, Baltics
    LegalForm("BV", "bv", _T, ("bv", "besloten vennootschap")),
    LegalForm("NV", "nv", _T, ("nv", "naamloze vennootschap")),
    LegalForm("VOF", "vof", _A, ("vof", "vennootschap onder firma")),
    LegalForm("CV", "cv", _T, ("cv", "commanditaire vennootschap")),
    LegalForm("AB", "ab", _T, ("ab", "aktiebolag", "ab publ", "publ")),
    LegalForm("HB", "hb", _T, ("hb", "handelsbolag")),
    LegalForm("AS", "as", _T, ("as", "aksjeselskap", "aktsiaselts", "aktieselskab")),
    LegalForm("ASA", "asa", _T, ("asa", "allmennaksjeselskap")),
    LegalForm("ApS", "aps", _A, ("aps", "anpartsselskab")),
    LegalForm("K/S", "ks", _E, ("ks", "kommanditselskab")),
    LegalForm("Oy", "oy", _E, ("oy", "osakeyhtio", "oy ab")),
    LegalForm("Oyj", "oyj", _T, ("oyj", "abp", "julkinen osakeyhtio")),
    LegalForm("OÜ", "ou", _T, ("ou", "osauhing")),
    LegalForm("UAB", "uab", _E, ("uab",)),
    LegalForm("SIA", "sia", _E, ("sia",)),
    LegalForm("ehf", "ehf", _T, ("ehf", "hf")),
    # Central and eastern Europe
    LegalForm("Sp. z o.o.", "spzoo", _A, ("sp z oo", "sp zoo", "spzoo", "spolka z oo", "spolka z ograniczona odpowiedzialnoscia")),
    LegalForm("Sp. z o.o. Sp.k.", "spk", _A, ("sp z oo sp k", "sp z oo spk", "sp z oo sp komandytowa", "sp k", "spolka komandytowa")),
    LegalForm("Sp. j.", "spj", _T, ("sp j", "spolka jawna")),
    LegalForm("S.A. (PL)", "sa", _T, ("spolka akcyjna",)),
    LegalForm("s.r.o.", "sro", _A, ("sro", "spol s ro", "spolecnost s rucenim omezenym", "spolocnost s rucenim obmedzenym")),
    LegalForm("a.s.", "as", _T, ("akciova spolecnost", "akciova spolocnost")),
    LegalForm("Kft.", "kft", _A, ("kft", "korlatolt felelossegu tarsasag")),
    LegalForm("Zrt.", "zrt", _A, ("zrt", "nyrt", "rt")),
    LegalForm("Bt.", "bt", _T, ("bt", "beteti tarsasag")),
    LegalForm("d.o.o.", "doo", _A, ("doo",)),
    LegalForm("d.d.", "dd", _T, ("dd",)),
    LegalForm("EOOD", "ood", _A, ("eood", "ood")),
    LegalForm("EAD", "ad", _T, ("ead", "ad")),
    LegalForm("A.Ş.", "asti", _T, ("anonim sirketi", "anonim ortakligi", "san ve tic as", "sanayi ve ticaret as")),
    LegalForm("Ltd. Şti.", "ltd", _A, ("ltd sti", "limited sirketi")),
    LegalForm("EPE", "epe", _T, ("epe",)),
    LegalForm("AE", "ae", _T, ("ae",)),
    LegalForm("OOO", "ooo", _H, ("ooo",)),
    LegalForm("PAO", "pao", _H, ("pao", "oao", "pjsc", "ojsc")),
    LegalForm("PJSC", "pao", _T, ("pjsc", "ojsc", "jsc", "cjsc", "qpsc", "psc", "saog", "ksc", "kscp", "kpsc")),
    # Anglo and international
    LegalForm("Ltd", "ltd", _A, ("ltd", "limited", "co ltd", "co limited", "company limited", "company ltd", "private limited", "pvt ltd", "pvt limited", "private ltd", "p ltd", "pltd", "pte ltd", "pte limited", "pte", "pty ltd", "pty limited", "pty", "proprietary limited", "prop ltd")),
    LegalForm("PLC", "plc", _T, ("plc", "public limited company", "pcl", "public company limited", "public co ltd")),
    LegalForm("LLP", "llp", _T, ("llp", "limited liability partnership")),
    LegalForm("LP", "lp", _T, ("lp", "limited partnership")),
    LegalForm("LLC", "llc", _T, ("llc", "limited liability company", "pllc", "fz llc", "wll")),
    LegalForm("Inc.", "inc", _T, ("inc", "incorporated", "incorp", "co inc")),
    LegalForm("Corp.", "corp", _T, ("corp", "corporation", "corpn")),
    LegalForm("Berhad", "bhd", _T, ("bhd", "berhad", "sdn bhd", "sendirian berhad")),
    LegalForm("PT", "pt", _H, ("pt",)),
    LegalForm("Tbk", "pt", _T, ("tbk", "persero tbk")),
    LegalForm("KK", "kk", _E, ("kk", "kabushiki kaisha", "godo kaisha")),
    LegalForm("DAC", "dac", _T, ("dac", "designated activity company")),
    LegalForm("NL", "nl", _T, ("nl", "no liability")),
    LegalForm("CIC", "cic", _T, ("cic", "community interest company")),
)  # fmt: skip

ADJECTIVES = frozenset(
    ("generale", "nouvelle", "francaise", "europeenne", "anonyme", "civile", "centrale", "nationale", "internationale",
     "commerciale", "industrielle", "immobiliere", "financiere", "auxiliaire", "agricole", "cooperative", "mutuelle",
     "lyonnaise", "marseillaise", "parisienne", "bordelaise", "alsacienne", "bretonne", "normande", "toulousaine",
     "nantaise", "orleanaise")
)  # fmt: skip
"""Words that do not name a company alone: "Société Générale" keeps its first word."""


@dataclass(frozen=True, slots=True)
class FormTable:
    """Phrases by the word from which a lookup starts: the last word for `tail`, the first for the others.

    Phrases are tuples of words, longest first.
    """

    head: Mapping[str, tuple[tuple[str, ...], ...]]
    tail: Mapping[str, tuple[tuple[str, ...], ...]]
    inside: Mapping[str, tuple[tuple[str, ...], ...]]
    forms: Mapping[tuple[str, ...], LegalForm]


def _words(spelling: str) -> tuple[str, ...]:
    return tuple(word for word in spelling.split() if word not in CONJUNCTIONS)


def _by_word(place: Place, position: int) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for form in LEGAL_FORMS:
        if form.place & place:
            for spelling in form.spellings:
                words = _words(spelling)
                found.setdefault(words[position], []).append(words)
    return MappingProxyType(
        {word: tuple(sorted(rows, key=len, reverse=True)) for word, rows in found.items()}
    )


FORM_TABLE = FormTable(
    head=_by_word(Place.HEAD, 0),
    tail=_by_word(Place.TAIL, -1),
    inside=_by_word(Place.INSIDE, 0),
    forms=MappingProxyType(
        {_words(spelling): form for form in reversed(LEGAL_FORMS) for spelling in form.spellings}
    ),
)

FAMILIES: Mapping[str, str] = MappingProxyType({form.shown: form.family for form in LEGAL_FORMS})


def forms_conflict(ours: str | None, theirs: str | None) -> bool:
    """Tell whether two forms, as shown, exclude that both names mean one company. An unknown form excludes nothing."""
    if ours is None or theirs is None:
        return False
    left, right = FAMILIES.get(ours, ""), FAMILIES.get(theirs, "")
    return bool(left and right and left != right)
