"""What counts as news about a debtor: pure functions of its releases, and of nothing else.

A change is news when the released ranges leave no doubt of it (`alerts.movements`). A rule compares with the months
of a short window, so that a slow slide is told too, and asks for a new extreme of that window, so that a figure which
swings between two ranges is told once and not every month.

Two consequences that the tests hold: a debtor whose figures are those of the month before gives no news, but for a
steady return (so the matching may pass over it by comparing two texts), and every item can be worked out again from
the releases alone.

The rules, their figures and their reasons are in docs/alerts.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts import movements
from alerts.movements import INDEX_SERIOUS, INDEX_WARNING, WINDOW, Change, Movement, movement_at
from network.i18n import mark
from network.schemas.release import Band, ReleasedValues


class Severity(StrEnum):
    """How loudly news speaks; in the order in which an inbox shows it."""

    SERIOUS = "serious"
    WARNING = "warning"
    NOTICE = "notice"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of news.

    `family`: of the rules of one family the first that holds speaks, the others are silent. `figures` names the
    parts of a release body that are its facts ("paid.over_90" is a part of a part). `title`, `changed` and `why` are
    templates in English, marked for translation; the fields they may use are those of `alerts.wording`.
    """

    name: str
    family: str
    severity: Severity
    figures: tuple[str, ...]
    title: str
    changed: str
    why: str
    happened: Callable[[Movement], Change | None]


@dataclass(frozen=True, slots=True)
class Happening:
    """A rule that held for one debtor at one epoch."""

    debtor: str
    epoch: str
    rule: Rule
    change: Change

    @property
    def facts(self) -> dict[str, object]:
        """Return {"before": ..., "after": ...}: excerpts of the two release bodies, null where there was none."""
        return {
            "before": _excerpt(self.change.before, self.rule.figures),
            "after": _excerpt(self.change.after, self.rule.figures),
        }


def happenings(movement: Movement, *, debtor: str, epoch: str) -> tuple[Happening, ...]:
    """Return what is news of one debtor at one epoch, in the order of `RULES`; at most one item a family."""
    told: dict[str, Happening] = {}
    for rule in RULES:
        if rule.family not in told and (change := rule.happened(movement)) is not None:
            told[rule.family] = Happening(debtor=debtor, epoch=epoch, rule=rule, change=change)
    return tuple(told.values())


def turns(
    releases: Sequence[ReleasedValues],
    *,
    epochs: Sequence[str],
    since: str = "",
    published_earlier: bool = False,
) -> tuple[Happening, ...]:
    """Return every turn in a debtor's releases, newest first: what its watchers were told, or would have been.

    Args:
        releases: of one debtor, in any order.
        epochs: the closed epochs of the network, of which the debtor may miss some; only these are looked at.
        since: tell nothing of epochs before this one; what lies before serves as the window of those that follow.
        published_earlier: there are releases of the debtor older than `releases`.
    """
    if not releases:
        return ()
    debtor = releases[0].debtor
    found = [
        happening
        for epoch, movement in _each_epoch(releases, epochs=epochs, published_earlier=published_earlier)
        if epoch >= since
        for happening in happenings(movement, debtor=debtor, epoch=epoch)
    ]
    return tuple(sorted(found, key=lambda item: item.epoch, reverse=True))


def _each_epoch(
    releases: Sequence[ReleasedValues], *, epochs: Sequence[str], published_earlier: bool = False
) -> Iterator[tuple[str, Movement]]:
    """Yield (epoch, movement) of one debtor for each closed epoch, oldest first."""
    published = {release.epoch: release for release in releases}
    first = "" if published_earlier else min(published, default=None)
    ordered = sorted(epochs)
    for place, epoch in enumerate(ordered):
        yield epoch, movement_at(ordered[max(0, place - WINDOW) : place], epoch, published, first=first)


def _excerpt(release: ReleasedValues | None, figures: Sequence[str]) -> dict[str, object] | None:
    if release is None:
        return None
    excerpt: dict[str, object] = {"epoch": release.epoch}
    for figure in figures:
        name, _, part = figure.partition(".")
        value = getattr(release, name)
        if part:
            excerpt[name] = {part: _range_of(value[part])}
        elif name == "payment_index":
            low, middle, high = value
            excerpt[name] = {"low": low, "value": middle, "high": high}
        else:
            excerpt[name] = _range_of(value)
    return excerpt


def _range_of(band: Band) -> dict[str, str | None]:
    return {"low": str(band.low), "high": None if band.high is None else str(band.high)}


_INDEX = ("payment_index", "days_beyond_terms")
_INDEX_CHANGED = mark(
    "Payment Index %(index_before)s in %(month_before)s, %(index_after)s in %(month_after)s: "
    "suppliers were paid %(days_before)s, now %(days_after)s."
)
_EXPOSURE_CHANGED = mark(
    "Owed to the suppliers of the network: %(exposure_before)s in %(month_before)s, "
    "%(exposure_after)s in %(month_after)s."
)
_PUBLISHED = mark("Payment Index %(index_after)s in %(month_after)s: suppliers are paid %(days_after)s.")

RULES: tuple[Rule, ...] = (
    Rule(
        name="index_below_50",
        family="index",
        severity=Severity.SERIOUS,
        figures=_INDEX,
        title=mark("Payment Index below 50"),
        changed=_INDEX_CHANGED,
        why=mark(
            "You are told when the whole range of the index goes under 50, that is 30 days late on average."
        ),
        happened=movements.index_went_below(INDEX_SERIOUS),
    ),
    Rule(
        name="index_below_60",
        family="index",
        severity=Severity.WARNING,
        figures=_INDEX,
        title=mark("Payment Index below 60"),
        changed=_INDEX_CHANGED,
        why=mark(
            "You are told when the whole range of the index goes under 60, that is 22 days late on average."
        ),
        happened=movements.index_went_below(INDEX_WARNING),
    ),
    Rule(
        name="index_fell",
        family="index",
        severity=Severity.WARNING,
        figures=_INDEX,
        title=mark("Payment Index fell by %(points)s points"),
        changed=_INDEX_CHANGED,
        why=mark(
            "You are told when the index falls to 70 or less, that is 15 days late, so far within three months that "
            "the two ranges do not touch."
        ),
        happened=movements.index_fell,
    ),
    Rule(
        name="index_recovered",
        family="index",
        severity=Severity.GOOD,
        figures=_INDEX,
        title=mark("Payment Index up by %(points)s points"),
        changed=_INDEX_CHANGED,
        why=mark(
            "You are told when the index comes back from under 60 so far within three months that the two ranges do "
            "not touch."
        ),
        happened=movements.index_recovered,
    ),
    Rule(
        name="long_unpaid_rose",
        family="arrears",
        severity=Severity.SERIOUS,
        figures=("paid.over_90",),
        title=mark("More suppliers wait over 90 days"),
        changed=mark(
            "Suppliers paid more than 90 days late: %(over_90_before)s of them in %(month_before)s, "
            "%(over_90_after)s in %(month_after)s."
        ),
        why=mark(
            "You are told when at least a fifth of the suppliers wait over 90 days and the range rose within three "
            "months without touching the earlier one: several are concerned, not one large invoice."
        ),
        happened=movements.long_unpaid_rose,
    ),
    Rule(
        name="past_due_rose",
        family="arrears",
        severity=Severity.WARNING,
        figures=("past_due_share",),
        title=mark("More of the balance is past due"),
        changed=mark(
            "Past-due share of the balance: %(past_due_before)s in %(month_before)s, "
            "%(past_due_after)s in %(month_after)s."
        ),
        why=mark(
            "You are told when half of the balance or more is past due and the range touches none of the last three "
            "months."
        ),
        happened=movements.past_due_rose,
    ),
    Rule(
        name="exposure_rose",
        family="exposure",
        severity=Severity.NOTICE,
        figures=("exposure",),
        title=mark("Owes suppliers much more"),
        changed=_EXPOSURE_CHANGED,
        why=mark("You are told when the amount owed at least doubles against each of the last three months."),
        happened=movements.exposure_rose,
    ),
    Rule(
        name="exposure_fell",
        family="exposure",
        severity=Severity.NOTICE,
        figures=("exposure",),
        title=mark("Owes suppliers much less"),
        changed=_EXPOSURE_CHANGED,
        why=mark("You are told when the amount owed at least halves against each of the last three months."),
        happened=movements.exposure_fell,
    ),
    Rule(
        name="no_longer_published",
        family="publication",
        severity=Severity.NOTICE,
        figures=_INDEX,
        title=mark("No longer published"),
        changed=mark(
            "Last published in %(month_before)s: Payment Index %(index_before)s, suppliers paid %(days_before)s."
        ),
        why=mark(
            "Nothing can be published this month without telling too much about single suppliers. "
            "This says nothing about how the debtor pays."
        ),
        happened=movements.no_longer_published,
    ),
    Rule(
        name="first_published",
        family="publication",
        severity=Severity.NOTICE,
        figures=_INDEX,
        title=mark("Published for the first time"),
        changed=_PUBLISHED,
        why=mark("You watch this debtor, and enough suppliers now report on it."),
        happened=movements.first_published,
    ),
    Rule(
        name="published_again",
        family="publication",
        severity=Severity.NOTICE,
        figures=_INDEX,
        title=mark("Published again"),
        changed=_PUBLISHED,
        why=mark(
            "You watch this debtor, and figures about it are published for the third month in a row again."
        ),
        happened=movements.published_again,
    ),
)

RULE_BY_NAME = {rule.name: rule for rule in RULES}
