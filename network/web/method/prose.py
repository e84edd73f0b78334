"""The words of the method page that stand still: what is promised, how figures are made, the ten steps.

Written for a credit manager and her lawyer. Numbers of the rules are filled in from the parameters in force, so that no
sentence can tell another number than the pipeline uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal, format_percent

from anonymization.parameters import Parameters
from network import figures
from network.i18n import mark, translate


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and what follows it, in the page's language; `note` is a formula, or what a step is against."""

    heading: str
    text: str
    note: str = ""
    key: str = ""


PROTECTED = (
    mark(
        "What one company says about one debtor: that it said anything at all, its amounts, its delays, and how they "
        "change, for as long as it is a member. Companies under one control count as one."
    ),
)
HOLDS_AGAINST = (
    mark(
        "Every reader, a competitor included, who keeps each release that was ever published, reads this page and the "
        "program, and knows what the public knows."
    ),
    mark(
        "Up to %(insiders)s companies that supply the same debtor, put their own figures together, and change what they "
        "report to see what happens."
    ),
    mark("Whoever steals the database without its keys."),
)
ONE_ALONE = mark(
    "A company that supplies the same debtor, and changes what it reports to see what happens. These rules reckon with one such "
    "company, not with several that put their figures together."
)
"""In place of the second of those above, where the rules reckon with a single one."""
HOLDS_NOT_AGAINST = (
    mark(
        "The people who run this network, if they have the keys as well: they can read everything. Members trust them "
        "with that, and the release log only shows afterwards if they changed what was published."
    ),
    mark("A company that tells what it reported, or a colleague of yours who does."),
    mark(
        "A market that knows anyway: if everybody knows the five suppliers of a debtor, no rule of ours makes them unknown."
    ),
)
NO_FORMULA = mark(
    "This is not what mathematicians call differential privacy, and we never call it that. With five to twenty suppliers a "
    "debtor and a new release each month, that guarantee would leave no usable figure. What stands in its place are rules "
    "that you can read, checks that run with each change of the program, and attacks whose success is measured and "
    "printed below, whether we like the result or not."
)

_FIGURES = (
    (
        "days",
        mark("Days beyond terms"),
        mark(
            "How late this debtor pays on average, each euro counting as one. An invoice paid early counts as negative days. "
            "From an aged balance, each column stands for its middle: 15, 45, 75 and 105 days."
        ),
        mark("days beyond terms = sum of (days late × amount) ÷ sum of amounts"),
    ),
    (
        "past_due",
        mark("Past-due share"),
        mark(
            "The part of what is owed today whose due date has passed. What falls due today is not late. The aging mix "
            "divides it into 1–30, 31–60, 61–90 and over 90 days."
        ),
        mark("past-due share = amount past due ÷ amount owed"),
    ),
    (
        "paid",
        mark("Shares of suppliers paid late"),
        mark(
            "Of all suppliers, how many are paid under %(prompt)s days late, %(prompt)s to %(late)s, and over %(late)s. Each "
            "supplier counts once, whatever its amount: one large unpaid supplier moves the index, many small ones move this."
        ),
        mark("share of a class = suppliers in the class ÷ suppliers"),
    ),
    (
        "exposure",
        mark("Owed, at least"),
        mark(
            "What the network’s suppliers are owed together. No supplier may make up more than %(cap)s of it: larger balances are "
            "lowered before they are added up. The true total is about this, or more, and never told."
        ),
        mark("owed, at least = sum of min(amount of a supplier, common level)"),
    ),
    (
        "contributors",
        mark("Suppliers that report"),
        mark(
            "How many companies report this debtor, as a range, blurred by one more or less. A debtor that fewer than "
            "%(gate)s companies report is not published."
        ),
        mark("suppliers that report = number of groups, −1, +0 or +1, as a range"),
    ),
)

_STEPS = (
    (
        mark("A picture at the end of the month"),
        mark(
            "What was sent up to the close counts. If a company sends nothing, its last word stands for %(carried)s months, "
            "so that a holiday does not show."
        ),
        mark("Against: reading late or missing files off many debtors at once."),
    ),
    (
        mark("One group, one voice"),
        mark(
            "Companies under one control are added up and count once. A balance that grows or shrinks by a factor of "
            "%(swing)s within a month is shown to a moderator."
        ),
        mark("Against: one company that appears as many; absurd reports that test the system."),
    ),
    (
        mark("A secret factor for each supplier"),
        mark(
            "Each amount is multiplied by a factor between %(least)s and %(most)s up or down. It is drawn once for each "
            "supplier and debtor, stays for ever, and nobody can look it up."
        ),
        mark("Against: taking one’s own figures away from the total; averaging over years."),
    ),
    (
        mark("Enough suppliers, or nothing"),
        mark(
            "A debtor is published once %(gate)s groups report it. Where there is a choice of numbers, which one applies is "
            "secret, differs from debtor to debtor and never changes."
        ),
        mark("Against: small circles in which everybody knows everybody."),
    ),
    (
        mark("No loud voice"),
        mark(
            "No supplier weighs more than %(cap)s, and the accomplices that are reckoned with (%(insiders)s) must not be able to work "
            "out another supplier to within %(protection)s. Larger balances are lowered until both hold. Lateness that one supplier alone reports is told "
            "only as late as the others bear it out."
        ),
        mark("Against: one large supplier whose balance nearly is the total."),
    ),
    (
        mark("Noise that stands still"),
        mark(
            "Amounts are moved by up to %(noise)s and counts by up to %(count_noise)s. The noise hangs on who reports and on what "
            "order of size: as long as that stays, so does the noise, and asking twice teaches nothing."
        ),
        mark("Against: taking last month’s release away from this month’s."),
    ),
    (
        mark("Ranges instead of figures"),
        mark(
            "What is published are ranges, drawn below. They never move, and are the same for every debtor."
        ),
        mark("Against: whatever precision is left."),
    ),
    (
        mark("Newcomers and leavers wait for company"),
        mark(
            "Who begins or ceases to report counts only when at least %(changed)s groups changed, after a secret delay of up to "
            "%(delay)s months; after %(wait)s months at the latest, but a newcomer alone goes on waiting. Where hardly anybody "
            "speaks any more, %(hollow)s months are enough."
        ),
        mark("Against: seeing who came or left by what moved."),
    ),
    (
        mark("Movements wait for company"),
        mark(
            "A figure keeps its range for up to %(hold)s months while one group makes more than %(share)s of its movement, or "
            "fewer than %(moved)s groups moved at all."
        ),
        mark("Against: reading one supplier’s bad month off a range that moves."),
    ),
    (
        mark("Published once, for all, for good"),
        mark(
            "A release is written once, is the same for every reader, and enters a log that nobody can change unnoticed. "
            "Index, charts and news are worked out from releases alone; nobody can ask other questions, not even we."
        ),
        mark("Against: side doors, and a history that is rewritten."),
    ),
)
ORDER = mark(
    "Steps 8 and 9 have their numbers for historical reasons: who counts (8) is settled before anything is added up, "
    "right after step 2."
)

_OR = mark("%(first)s or %(last)s")


def values_of(rules: Parameters, language: str) -> Mapping[str, str]:
    """Return the numbers of the rules as the sentences above name them."""
    counts = {
        "insiders": rules.insiders,
        "carried": rules.carried_epochs,
        "count_noise": rules.count_noise,
        "changed": rules.changed_groups,
        "delay": rules.delay_most,
        "wait": rules.wait_most,
        "hollow": rules.wait_hollow,
        "hold": rules.hold_most,
        "moved": rules.moved_groups,
        "prompt": int(rules.paid_limits[0]),
        "late": int(rules.paid_limits[1]),
    }
    shares = {
        "least": rules.distortion_least,
        "most": rules.distortion_most,
        "cap": rules.weight_cap,
        "protection": rules.protection,
        "noise": rules.cell_noise,
        "share": rules.change_share,
    }
    return {
        **{name: figures.number(count, language) for name, count in counts.items()},
        **{name: share_of(value, language) for name, value in shares.items()},
        "swing": number_of(rules.swing_factor, language),
        "gate": any_of(rules.gate, language),
    }


def holds_against(rules: Parameters, language: str) -> list[str]:
    """Return against whom the promise holds."""
    every, together, thief = HOLDS_AGAINST
    return sentences((every, ONE_ALONE if rules.insiders == 1 else together, thief), rules, language)


def making(rules: Parameters, language: str) -> list[Passage]:
    """Return how each figure is made."""
    values = values_of(rules, language)
    return [
        Passage(translate(name, language), filled(text, language, values), translate(formula, language), key)
        for key, name, text, formula in _FIGURES
    ]


def steps(rules: Parameters, language: str) -> list[Passage]:
    """Return the ten steps in plain words."""
    values = values_of(rules, language)
    return [
        Passage(translate(title, language), filled(text, language, values), translate(against, language))
        for title, text, against in _STEPS
    ]


def sentences(templates: tuple[str, ...], rules: Parameters, language: str) -> list[str]:
    """Return marked sentences with the numbers of the rules."""
    values = values_of(rules, language)
    return [filled(each, language, values) for each in templates]


def filled(template: str, language: str, values: Mapping[str, str]) -> str:
    """Return a marked template in the language; without fields its per cent signs stand as they are."""
    return translate(template, language, **values) if "%(" in template else translate(template, language)


def any_of(numbers: tuple[int, ...], language: str) -> str:
    """Return "5, 6 or 7"."""
    *first, last = (figures.number(each, language) for each in numbers)
    return translate(_OR, language, first=", ".join(first), last=last) if first else last


def share_of(value: float, language: str) -> str:
    """Return a fraction of 1 as a percentage, with a decimal where it is small."""
    return percentage(value, language, digits=0)


def percentage(value: float, language: str, *, digits: int = 1) -> str:
    """Return a fraction of 1 as a percentage with so many decimals at most."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + "%"
    text: str = format_percent(value, format=pattern, locale=language)
    return _typeset(text if language == "en" else text.replace("%", "\u202f%"))


def number_of(value: float, language: str) -> str:
    """Return a number with three digits after the point at most."""
    return _typeset(format_decimal(value, format="#,##0.###", locale=language))


def _typeset(text: str) -> str:
    """Return a number with a minus sign in place of the hyphen, and no minus before nothing."""
    return (
        text.replace("-", "\u2212") if any(digit in text for digit in "123456789") else text.replace("-", "")
    )
