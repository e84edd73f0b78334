"""What each attack tries, in plain words. A test fails for an attack of the suite that has none here."""

from collections.abc import Mapping
from dataclasses import dataclass

from network.i18n import mark, translate

_DIFFERENCING = "differencing"
_COUNTED = "invariants"
_ASKED = "oracle"

FAMILIES: Mapping[str, tuple[str, str]] = {
    "subtraction": (
        mark("Take one’s own figures away"),
        mark(
            "Suppliers of a debtor put their own amounts together, subtract them from what is published, and guess what "
            "another supplier is owed, to within 10 %."
        ),
    ),
    "days subtraction": (
        mark("Take one’s own delays away"),
        mark("The same suppliers guess how late another one is paid, to within three days."),
    ),
    "aging subtraction": (
        mark("Take one’s own arrears away"),
        mark("The same suppliers guess how much of another one’s balance is past due, to within 10 %."),
    ),
    _DIFFERENCING: (
        mark("Lay two months side by side"),
        mark(
            "Somebody suspects that a certain company began or ceased to report a debtor in a certain month, knows its amounts, "
            "and looks for the trace that its coming or going left in the releases."
        ),
    ),
    "delta": (
        mark("Watch for one supplier’s jump"),
        mark(
            "Three suppliers wonder whether another one’s balance doubled, halved or went unpaid in a certain month, and know "
            "what it would be. They look at what moved."
        ),
    ),
    "probing": (
        mark("Change one’s own reports to see what gives"),
        mark(
            "Suppliers report invented figures for two years, in steps that no moderator is shown, learn how their own figures "
            "are distorted, and then guess another supplier’s amount to within 10 %."
        ),
    ),
    "averaging": (
        mark("Wait until the noise averages out"),
        mark(
            "A reader collects two years of releases in which nothing changes, and hopes that together they are more exact than one."
        ),
    ),
    "reconstruction": (
        mark("Prove it by arithmetic"),
        mark(
            "Three suppliers write everything they know as equations, with all releases, and let a computer work out between "
            "which amounts another supplier must lie. No luck is involved: what comes out is certain."
        ),
    ),
    "gaps": (
        mark("Notice who fell silent"),
        mark(
            "A member is known to have sent nothing for some months. A reader looks for debtors whose releases were disturbed in "
            "just these months, to find out which customers it has."
        ),
    ),
    "small sets": (
        mark("Lay lists of customers beside the releases"),
        mark(
            "A reader has lists of who supplies whom, from reference lists and directories, mixed with companies that do not report, and "
            "names one company that reports each debtor."
        ),
    ),
    "alert timing": (
        mark("Read the date of an alert"),
        mark(
            "Somebody heard that a supplier’s big invoice went unpaid, or that it was paid off, and watches whether the network’s "
            "news about the debtor answers to it."
        ),
    ),
    "merging": (
        mark("Use the date of a merger"),
        mark(
            "Two companies merge, which is public. A reader who knows that one of them reports a debtor asks whether the other did, and how much."
        ),
    ),
    "dump linkage": (
        mark("Steal the database without its keys"),
        mark(
            "A thief has a complete copy, but not the keys, and tries to tell which rows came with the same file, and so from the same member."
        ),
    ),
    _COUNTED: (
        mark("Count what must never happen"),
        mark(
            "No attacker: rules that may never be broken are checked on everything that was published. One single case fails."
        ),
    ),
    _ASKED: (
        mark("Question the running product"),
        mark(
            "A reader asks about debtors that were never published, by every page, download and trick, and compares answers, sizes and "
            "times with those about companies that do not exist."
        ),
    ),
    "authorship": (
        mark("Recognise an author by the style"),
        mark("A program compares texts of discussions by their use of letters and words."),
    ),
}
"""Title and description of each kind of attack, by the first part of its name."""

_WHOLE: Mapping[str, tuple[str, str]] = {
    "joiner": (_DIFFERENCING, mark("a newcomer, in a network that moves")),
    "leaver": (_DIFFERENCING, mark("a leaver, in a network that moves")),
    "lone joiner, all else still": (_DIFFERENCING, mark("a newcomer while all else stands still")),
    "lone leaver, all else still": (_DIFFERENCING, mark("a leaver while all else stands still")),
    "joiner with an insider's cover, all else still": (
        _DIFFERENCING,
        mark("a newcomer, an accomplice leaving"),
    ),
    "joiner, pooled over its customers": (_DIFFERENCING, mark("a newcomer, by all its customers")),
    "oracle: answers": (_ASKED, mark("what is answered")),
    "oracle: sizes": (_ASKED, mark("how long the answers are")),
    "oracle: times": (_ASKED, mark("how long the answers take")),
    "oracle: why a debtor is withheld": (_ASKED, mark("why nothing is published")),
    "logs name nobody": (_ASKED, mark("names in the technical logs")),
    "invariant: two groups behind a movement, or the full wait": (
        _COUNTED,
        mark("two groups behind each movement"),
    ),
    "invariant: the same release in any order, among any others": (
        _COUNTED,
        mark("order and company change nothing"),
    ),
    "invariant: the same bytes for all readers": (_COUNTED, mark("the same for all readers")),
    "invariant: every alert follows from releases": (_COUNTED, mark("news from releases alone")),
    "authorship": ("authorship", mark("the author of a text")),
}

_PARTS: Mapping[str, str] = {
    "largest": mark("the largest supplier"),
    "random": mark("any supplier"),
    "0 insiders": mark("by any reader"),
    "1 insider": mark("by one supplier"),
    "1 insiders": mark("by one supplier"),
    "3 insiders": mark("by three suppliers"),
    "all but one insiders": mark("by all the others"),
    "1 insider, all else still": mark("by one, all else still"),
    "3 insiders, all else still": mark("by three, all else still"),
    "3 insiders, narrow": mark("ranges too narrow"),
    "3 insiders, all else still, narrow": mark("ranges too narrow, all else still"),
    "doubled": mark("balance doubled"),
    "halved": mark("balance halved"),
    "all late": mark("suddenly all late"),
    "exposure": mark("what is owed"),
    "days": mark("days beyond terms"),
    "past due": mark("past-due share"),
    "1 months": mark("one month"),
    "2 months": mark("two months"),
    "4 months": mark("four months"),
    "shared supplier": mark("two debtors of one supplier"),
    "list of customers": mark("a known list of customers"),
    "members": mark("among members"),
    "outsiders, pooled": mark("among companies of all kinds"),
    "unpaid": mark("invoice unpaid"),
    "paid off": mark("all paid off"),
    "alerts": mark("by the news"),
    "alerts and figures": mark("by news and figures"),
    "kept identity": mark("under the old name"),
    "new identity": mark("under a new name"),
    "kept identity, amount": mark("its amount, old name"),
    "new identity, amount": mark("its amount, new name"),
    "page and debtor": mark("a row and a debtor"),
    "page and identifier": mark("a row and an identifier"),
    "page and spelling": mark("a row and a spelling"),
    "two pages of a member": mark("two rows of one member"),
}

MEASURES: Mapping[str, str] = {
    "residual": mark(
        "of what cannot be guessed without that supplier’s data, the part that is guessed with it"
    ),
    "TPR at 1 % FPR": mark("found, beyond chance, if one false alarm in a hundred is accepted"),
    "AUC gap": mark("right choice between two cases, beyond a coin toss"),
    "AUC": mark("right choice between two cases; a coin toss is 50 %"),
    "advantage": mark("right alarms less false alarms, at the best setting"),
    "times the prior": mark("times as often right as by picking at random"),
    "share": mark("of the ranges are narrower than promised"),
    "error ratio": mark("of the error of a single month is left after two years"),
    "narrowest": mark("to either side: the narrowest range that can be proved"),
    "KS p": mark("chance of such a difference if there were none"),
    "violations": mark("cases"),
}
"""What a figure is, by its measure; said after the figure."""


@dataclass(frozen=True, slots=True)
class Named:
    """Where a figure belongs and what it is called."""

    family: str
    words: str


def named(attack: str, language: str) -> Named:
    """Return the family and the words of an attack's name; a name that is not known here stands for itself."""
    if attack in _WHOLE:
        family, words = _WHOLE[attack]
        return Named(family, translate(words, language))
    family, *parts = attack.split("/")
    words = ", ".join(translate(_PARTS[part], language) if part in _PARTS else part for part in parts)
    return Named(family, words or family)


def is_known(attack: str, measure: str) -> bool:
    """Return whether a figure can be told in plain words, all of them."""
    family, *parts = attack.split("/")
    has_words = attack in _WHOLE or (family in FAMILIES and all(part in _PARTS for part in parts))
    return has_words and measure in MEASURES


def titled(family: str, language: str) -> tuple[str, str]:
    """Return the title of a family and what its attacker tries."""
    title, tries = FAMILIES.get(family, (family, ""))
    return translate(title, language), translate(tries, language) if tries else ""
