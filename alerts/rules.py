"""What counts as news about a debtor: pure functions of its releases, and of nothing else.

One principle keeps the noise away: **a change is news when the released ranges leave no doubt of it**. Neighbouring
ranges touch at their common edge, so a figure that moves by one range may hardly have moved at all; only where the
new range and the old one do not even touch did the figure certainly change. A rule compares with the months of a
short window, so that a slow slide is told too, and asks for a new extreme of that window, so that a figure which
swings between two ranges is told once and not every month.

Two consequences that the tests hold: a debtor whose figures are those of the month before gives no news (so the
matching may pass over it by comparing two texts), and every item can be worked out again from the releases alone.

The rules, their figures and their reasons are in docs/alerts.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from network.i18n import mark
from network.schemas.release import Band, ReleasedValues

WINDOW = 3  # closed epochs before this one: a quarter, the rhythm in which credit limits are looked at
INDEX_WARNING = 60  # 22 days late on the published key: past the usual grace of a reminder
INDEX_SERIOUS = 50  # 30 days late: a whole month's terms beyond the due date
SHARE_WORTH_TELLING = Decimal("0.10")  # below a tenth, past due is what disputes and holidays leave anywhere

_OPEN = Decimal("Infinity")


class Severity(StrEnum):
    """How loudly news speaks; in the order in which an inbox shows it."""

    SERIOUS = "serious"
    WARNING = "warning"
    NOTICE = "notice"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Movement:
    """What the rules see of one debtor at one epoch.

    `now` and `last` are its releases of this epoch and of the closed epoch before, None where nothing was
    published; `window` holds those published in the `WINDOW` closed epochs before this one, oldest first;
    `was_published` tells whether any release came before this epoch, however long ago.
    """

    now: ReleasedValues | None
    last: ReleasedValues | None
    window: tuple[ReleasedValues, ...]
    was_published: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The two releases between which something happened; None where there is none on that side."""

    before: ReleasedValues | None
    after: ReleasedValues | None


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
        for epoch, movement in movements(releases, epochs=epochs, published_earlier=published_earlier)
        if epoch >= since
        for happening in happenings(movement, debtor=debtor, epoch=epoch)
    ]
    return tuple(sorted(found, key=lambda item: item.epoch, reverse=True))


def movements(
    releases: Sequence[ReleasedValues], *, epochs: Sequence[str], published_earlier: bool = False
) -> Iterator[tuple[str, Movement]]:
    """Yield (epoch, movement) of one debtor for each closed epoch, oldest first."""
    published = {release.epoch: release for release in releases}
    first = "" if published_earlier else min(published, default="9999-12")
    ordered = sorted(epochs)
    for place, epoch in enumerate(ordered):
        earlier = ordered[max(0, place - WINDOW) : place]
        yield (
            epoch,
            Movement(
                now=published.get(epoch),
                last=published.get(earlier[-1]) if earlier else None,
                window=tuple(published[month] for month in earlier if month in published),
                was_published=first < epoch,
            ),
        )


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


# --- Publication ------------------------------------------------------------------------------------------------


def _first_published(movement: Movement) -> Change | None:
    if movement.now is None or movement.was_published:
        return None
    return Change(before=None, after=movement.now)


def _published_again(movement: Movement) -> Change | None:
    if movement.now is None or movement.last is not None or not movement.was_published:
        return None
    return Change(before=movement.window[-1] if movement.window else None, after=movement.now)


def _no_longer_published(movement: Movement) -> Change | None:
    if movement.now is not None or movement.last is None:
        return None
    return Change(before=movement.last, after=None)


# --- Certain moves of a range -----------------------------------------------------------------------------------


def _rise(movement: Movement, of: Callable[[ReleasedValues], Band]) -> Change | None:
    """The range lies above every range of the window, and does not touch at least one of them.

    The reference is the latest month that it does not touch.
    """
    if movement.now is None or not movement.window:
        return None
    now = of(movement.now)
    if any(now.low <= of(release).low for release in movement.window):
        return None
    clear = [
        release for release in movement.window if (top := of(release).high) is not None and now.low > top
    ]
    return Change(before=clear[-1], after=movement.now) if clear else None


def _fall(movement: Movement, of: Callable[[ReleasedValues], Band]) -> Change | None:
    """As `_rise`, downwards."""
    if movement.now is None or not movement.window:
        return None
    top = _top(of(movement.now))
    if any(top >= _top(of(release)) for release in movement.window):
        return None
    clear = [release for release in movement.window if top < of(release).low]
    return Change(before=clear[-1], after=movement.now) if clear else None


def _top(band: Band) -> Decimal:
    return _OPEN if band.high is None else band.high


def _index(release: ReleasedValues) -> Band:
    low, _, high = release.payment_index
    return Band(low=Decimal(low), high=Decimal(high))


def _past_due(release: ReleasedValues) -> Band:
    return release.past_due_share


def _long_unpaid(release: ReleasedValues) -> Band:
    return release.paid["over_90"]


def _exposure(release: ReleasedValues) -> Band:
    return release.exposure


# --- Payment Index ----------------------------------------------------------------------------------------------


def _index_went_below(threshold: int) -> Callable[[Movement], Change | None]:
    """The whole range lies at or below the threshold, and in every month of the window lay at or above it."""

    def happened(movement: Movement) -> Change | None:
        if movement.now is None or not movement.window:
            return None
        low, _, high = movement.now.payment_index
        is_below = low < threshold and high <= threshold
        was_above = all(release.payment_index[0] >= threshold for release in movement.window)
        return Change(before=movement.window[-1], after=movement.now) if is_below and was_above else None

    return happened


def _index_fell(movement: Movement) -> Change | None:
    return _fall(movement, _index)


def _index_recovered(movement: Movement) -> Change | None:
    return _rise(movement, _index)


# --- Arrears and exposure ---------------------------------------------------------------------------------------


def _worth_telling(change: Change | None, of: Callable[[ReleasedValues], Band]) -> Change | None:
    if change is None or change.after is None or of(change.after).low < SHARE_WORTH_TELLING:
        return None
    return change


def _long_unpaid_rose(movement: Movement) -> Change | None:
    return _worth_telling(_rise(movement, _long_unpaid), _long_unpaid)


def _past_due_rose(movement: Movement) -> Change | None:
    return _worth_telling(_rise(movement, _past_due), _past_due)


def _exposure_rose(movement: Movement) -> Change | None:
    return _rise(movement, _exposure)


def _exposure_fell(movement: Movement) -> Change | None:
    return _fall(movement, _exposure)


_INDEX = ("payment_index", "days_beyond_terms")
_INDEX_CHANGED = mark(
    "Payment Index %(index_before)s in %(month_before)s, %(index_after)s in %(month_after)s: "
    "suppliers were paid %(days_before)s, now %(days_after)s."
)

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
        happened=_index_went_below(INDEX_SERIOUS),
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
        happened=_index_went_below(INDEX_WARNING),
    ),
    Rule(
        name="index_fell",
        family="index",
        severity=Severity.WARNING,
        figures=_INDEX,
        title=mark("Payment Index fell by %(points)s points"),
        changed=_INDEX_CHANGED,
        why=mark(
            "You are told when the index falls so far within three months that the two ranges do not touch."
        ),
        happened=_index_fell,
    ),
    Rule(
        name="index_recovered",
        family="index",
        severity=Severity.GOOD,
        figures=_INDEX,
        title=mark("Payment Index up by %(points)s points"),
        changed=_INDEX_CHANGED,
        why=mark(
            "You are told when the index rises so far within three months that the two ranges do not touch."
        ),
        happened=_index_recovered,
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
            "You are told when at least a tenth of the suppliers wait over 90 days and the range rose within "
            "three months without touching the earlier one: many are concerned, not one large invoice."
        ),
        happened=_long_unpaid_rose,
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
            "You are told when at least a tenth of the balance is past due and the range rose within three months "
            "without touching the earlier one."
        ),
        happened=_past_due_rose,
    ),
    Rule(
        name="exposure_rose",
        family="exposure",
        severity=Severity.NOTICE,
        figures=("exposure",),
        title=mark("Owes suppliers much more"),
        changed=mark(
            "Owed to the suppliers of the network: %(exposure_before)s in %(month_before)s, "
            "%(exposure_after)s in %(month_after)s."
        ),
        why=mark(
            "You are told when the amount owed rises within three months past the next range, at least twofold."
        ),
        happened=_exposure_rose,
    ),
    Rule(
        name="exposure_fell",
        family="exposure",
        severity=Severity.NOTICE,
        figures=("exposure",),
        title=mark("Owes suppliers much less"),
        changed=mark(
            "Owed to the suppliers of the network: %(exposure_before)s in %(month_before)s, "
            "%(exposure_after)s in %(month_after)s."
        ),
        why=mark(
            "You are told when the amount owed falls within three months past the next range, at least by half."
        ),
        happened=_exposure_fell,
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
        happened=_no_longer_published,
    ),
    Rule(
        name="first_published",
        family="publication",
        severity=Severity.NOTICE,
        figures=_INDEX,
        title=mark("Published for the first time"),
        changed=mark("Payment Index %(index_after)s in %(month_after)s: suppliers are paid %(days_after)s."),
        why=mark("You watch this debtor, and enough suppliers now report on it."),
        happened=_first_published,
    ),
    Rule(
        name="published_again",
        family="publication",
        severity=Severity.NOTICE,
        figures=_INDEX,
        title=mark("Published again"),
        changed=mark("Payment Index %(index_after)s in %(month_after)s: suppliers are paid %(days_after)s."),
        why=mark("You watch this debtor, and figures about it can be published again."),
        happened=_published_again,
    ),
)

RULE_BY_NAME = {rule.name: rule for rule in RULES}
