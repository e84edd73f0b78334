"""The known limits in plain words: those of docs/privacy.md that a member should hear before it joins."""

from anonymization.parameters import Parameters
from network.i18n import mark, translate
from network.web.method.prose import Passage, filled, values_of

LIMITS = (
    (
        mark("Your first month may be seen"),
        mark(
            "A debtor appears in the month in which enough groups report it. Who knows the day on which your company "
            "joined can see that it agrees. The secret number blurs who was the last to be needed, not that somebody "
            "was."
        ),
    ),
    (
        mark("Appearing and vanishing"),
        mark(
            "Whether a debtor is published depends on how many report it. Who stops reporting, or whose balance is "
            "paid off for three months, can learn that it was the last one needed."
        ),
    ),
    (
        mark("A leaver in a network that stands still"),
        mark(
            "Where nothing moves for a year but one company that ceased to report, its leaving shows after that year: "
            "that somebody left, not who. A newcomer alone does not show."
        ),
    ),
    (
        mark("Many small hints add up"),
        mark(
            "Each debtor tells a little. Who knows the whole list of customers of a new member, or of one that stays "
            "silent for longer than %(carried)s months, learns far more from all of them together than from one."
        ),
    ),
    (
        mark("The largest supplier’s delay shows a little"),
        mark(
            "If your balance is by far the largest, the delay that is published is much like the delay you see. "
            "Ranges, the ceiling on weights and noise keep it coarse; the attacks above say how coarse."
        ),
    ),
    (
        mark("One supplier alone is hardly heard"),
        mark(
            "If a debtor pays everybody on time and lets one supplier wait for months, the releases tell it hardly "
            "later than the others see it, for what showed it plainly would show that supplier. Where the others are a "
            "little late too, it shows in part."
        ),
    ),
    (
        mark("Accomplices can learn their own factor"),
        mark(
            "Companies that change their own reports month after month learn how their own figures are distorted, "
            "which says nothing about your factor. Three that do so for two years, while everybody else stands still, "
            "guess the largest other supplier somewhat better than without its data. Large swings go to a moderator, "
            "slow ones do not."
        ),
    ),
    (
        mark("Cover from an accomplice"),
        mark(
            "An accomplice who leaves on purpose in the month in which you join lets your joining show after a year, "
            "where nothing else moves. In a network that moves, newcomers wait for so many changes that the "
            "accomplices of our promise cannot make them alone."
        ),
    ),
    (
        mark("A company that changes everything at once"),
        mark(
            "Each debtor is protected for itself. A new accounting system or the sale of a division moves many debtors "
            "in one month; secret delays spread who comes and goes over months, movements of amounts are not spread."
        ),
    ),
    (
        mark("Mergers are public"),
        mark(
            "When two members become one company, the date is in the newspaper. One of them leaves and the other "
            "grows; both wait as all others do, and until then what they share counts twice."
        ),
    ),
    (
        mark("Old news"),
        mark(
            "Waiting for company has a price: a release may speak for suppliers that have ceased to report, or not yet "
            "for new ones. Where too few are owed anything at the end of a month, the release before is repeated for up to "
            "%(hold)s months."
        ),
    ),
    (
        mark("Close to an edge, ranges flicker"),
        mark(
            "A figure near the edge of its range may cross it without much having happened, and so may the news that "
            "follows."
        ),
    ),
    (
        mark("Names and numbers from registers"),
        mark(
            "The spelling of a debtor’s name is first that of the company that wrote it first, until a second one "
            "writes it too. A VAT number that a member’s file adds shows at once; it comes from a public register, but "
            "tells that a file came."
        ),
    ),
    (
        mark("A stolen copy tells some things"),
        mark(
            "Without keys, a thief reads names of debtors, how much each unnamed member sends, and who watches which "
            "debtor. For up to five minutes after a file came, rows that came together lie together. Watch a debtor "
            "once it is published, if that matters to you."
        ),
    ),
)


def limits(rules: Parameters, language: str) -> list[Passage]:
    """Return the known limits."""
    values = values_of(rules, language)
    return [Passage(translate(title, language), filled(text, language, values)) for title, text in LIMITS]
