"""How a debtor's releases moved at an epoch, and whether that is certain. Pure; `alerts.rules` says what is told of it.

One principle keeps the noise away: **a change is certain where two ranges do not touch**. Neighbouring ranges share an
edge, so a figure that moves by one range may hardly have moved at all. Each function below answers with the two
releases between which something happened, or None.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from network.schemas.release import Band, ReleasedValues

WINDOW = 3  # closed epochs before this one: a quarter, the rhythm in which credit limits are looked at
INDEX_CALM = 70  # 15 days late: down to here is what payment runs, week-ends and a slow mail make anywhere
INDEX_WARNING = 60  # 22 days late on the published key: past the usual grace of a reminder
INDEX_SERIOUS = 50  # 30 days late: a whole month's terms beyond the due date
PAST_DUE_WORTH_TELLING = Decimal("0.50")  # more is late than not; smaller shares swing with one large invoice
LONG_UNPAID_WORTH_TELLING = Decimal("0.20")  # a fifth of five to nine suppliers is more than one of them

_OPEN = Decimal("Infinity")

Figure = Callable[[ReleasedValues], Band]


@dataclass(frozen=True, slots=True)
class Movement:
    """What the rules see of one debtor at one epoch.

    `now` is its release of this epoch; `window` holds those of the `WINDOW` closed epochs before, oldest first; None
    stands where nothing was published. `since_first` is how many months of the window are not older than the
    debtor's first release ever: 0 where none came before this epoch.
    """

    now: ReleasedValues | None
    window: tuple[ReleasedValues | None, ...]
    since_first: int

    @property
    def seen(self) -> tuple[ReleasedValues, ...]:
        """Return the releases of the window, oldest first."""
        return tuple(release for release in self.window if release is not None)


@dataclass(frozen=True, slots=True)
class Change:
    """The two releases between which something happened; None where there is none on that side."""

    before: ReleasedValues | None
    after: ReleasedValues | None


def movement_at(
    earlier: Sequence[str], epoch: str, published: Mapping[str, ReleasedValues], *, first: str | None
) -> Movement:
    """Return the movement at `epoch`.

    `earlier` are the closed epochs of the window, oldest first; `published` holds the debtor's releases by epoch, at
    least those of the window; `first` is the epoch of its first release ever, None where it has none.
    """
    return Movement(
        now=published.get(epoch),
        window=tuple(published.get(month) for month in earlier),
        since_first=0 if first is None else sum(month >= first for month in earlier),
    )


# --- Publication ------------------------------------------------------------------------------------------------


def first_published(movement: Movement) -> Change | None:
    """The first release ever."""
    if movement.now is None or movement.since_first:
        return None
    return Change(before=None, after=movement.now)


def published_again(movement: Movement) -> Change | None:
    """The third release in a row after a silence: a debtor at the edge of the gate comes and goes."""
    if movement.now is None or movement.since_first < WINDOW:
        return None
    silence, *since = movement.window
    return Change(before=None, after=movement.now) if silence is None and None not in since else None


def no_longer_published(movement: Movement) -> Change | None:
    """Silence after a quarter of releases, or after all of them since the first."""
    if movement.now is not None or not movement.since_first:
        return None
    run = movement.window[-movement.since_first :]
    return None if None in run else Change(before=run[-1], after=None)


# --- Certain moves of a range -----------------------------------------------------------------------------------


def _rise(movement: Movement, of: Figure) -> Change | None:
    """The range lies above every range of the window, and does not touch at least one of them.

    The reference is the latest month that it does not touch.
    """
    if movement.now is None:
        return None
    low = of(movement.now).low
    if any(low <= of(release).low for release in movement.seen):
        return None
    clear = [release for release in movement.seen if low > _top(of(release))]
    return Change(before=clear[-1], after=movement.now) if clear else None


def _fall(movement: Movement, of: Figure) -> Change | None:
    """As `_rise`, downwards."""
    if movement.now is None:
        return None
    top = _top(of(movement.now))
    if any(top >= _top(of(release)) for release in movement.seen):
        return None
    clear = [release for release in movement.seen if top < of(release).low]
    return Change(before=clear[-1], after=movement.now) if clear else None


def _touches_none(change: Change | None, movement: Movement, of: Figure) -> Change | None:
    """Keep a rise or fall that touches no range of the window: for figures that swing more than behaviour does."""
    if change is None or change.after is None:
        return None
    now = of(change.after)
    touches = any(now.low <= _top(of(release)) and _top(now) >= of(release).low for release in movement.seen)
    return None if touches else change


def _at_least(share: Decimal, change: Change | None, of: Figure) -> Change | None:
    if change is None or change.after is None or of(change.after).low < share:
        return None
    return change


def _top(band: Band) -> Decimal:
    return _OPEN if band.high is None else band.high


# --- Payment Index ----------------------------------------------------------------------------------------------


def _index(release: ReleasedValues) -> Band:
    low, _, high = release.payment_index
    return Band(low=Decimal(low), high=Decimal(high))


def index_went_below(threshold: int) -> Callable[[Movement], Change | None]:
    """The whole range lies at or below the threshold, and in every month of the window lay at or above it."""

    def happened(movement: Movement) -> Change | None:
        if movement.now is None or not movement.seen:
            return None
        low, _, high = movement.now.payment_index
        is_below = low < threshold and high <= threshold
        was_above = all(release.payment_index[0] >= threshold for release in movement.seen)
        return Change(before=movement.seen[-1], after=movement.now) if is_below and was_above else None

    return happened


def index_fell(movement: Movement) -> Change | None:
    """A certain fall that ends below calm."""
    if movement.now is None or movement.now.payment_index[2] > INDEX_CALM:
        return None
    return _fall(movement, _index)


def index_recovered(movement: Movement) -> Change | None:
    """A certain rise from below the first threshold."""
    if all(release.payment_index[2] > INDEX_WARNING for release in movement.seen):
        return None
    return _rise(movement, _index)


# --- Arrears and exposure ---------------------------------------------------------------------------------------


def long_unpaid_rose(movement: Movement) -> Change | None:
    """A certain rise of the share of suppliers paid over 90 days late, to more than a single one of them."""

    def of(release: ReleasedValues) -> Band:
        return release.paid["over_90"]

    return _at_least(LONG_UNPAID_WORTH_TELLING, _rise(movement, of), of)


def past_due_rose(movement: Movement) -> Change | None:
    """A jump of the past-due share to half of the balance or more."""

    def of(release: ReleasedValues) -> Band:
        return release.past_due_share

    return _at_least(PAST_DUE_WORTH_TELLING, _touches_none(_rise(movement, of), movement, of), of)


def exposure_rose(movement: Movement) -> Change | None:
    """A jump of what is owed in all."""
    return _touches_none(_rise(movement, _exposure), movement, _exposure)


def exposure_fell(movement: Movement) -> Change | None:
    """A drop of what is owed in all."""
    return _touches_none(_fall(movement, _exposure), movement, _exposure)


def _exposure(release: ReleasedValues) -> Band:
    return release.exposure
