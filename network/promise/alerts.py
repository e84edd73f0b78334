"""The alerts of the product, for the laboratory: what watchers would have been told of a history of releases.

`anonymization` may not import `alerts`, so the attack on their timing is handed this function.
"""

from decimal import Decimal

import numpy as np

from alerts.movements import WINDOW, Movement
from alerts.rules import RULES, happenings
from anonymization.attacks.network import Flags, History, Integers
from anonymization.steps import banding
from network.indicators.payment_index import index_of_band
from network.schemas.release import AGING_BUCKETS, PAID_CLASSES, Band, ReleasedValues

_PLACE = {rule.name: place for place, rule in enumerate(RULES)}
_NEVER = -1


def alerts_of(history: History) -> Flags:
    """Return which rules of `alerts.rules.RULES` held, shape (t, debtors, rules).

    Every epoch of the history is a closed one, and the history begins with the network. What readers were told twice
    in the same words is worked out once: movements of the same releases are the same.
    """
    releases, code = _releases(history)
    epochs, debtors = code.shape
    seen = np.full((WINDOW, debtors), _NEVER)
    padded = np.concatenate([seen, code])
    is_published = code != _NEVER
    first = np.where(is_published.any(axis=0), is_published.argmax(axis=0), epochs)
    flags = np.zeros((epochs, debtors, len(RULES)), dtype=np.bool_)
    for epoch in range(epochs):
        reach = min(epoch, WINDOW)
        since = np.clip(epoch - first, 0, reach)
        keys = np.column_stack([padded[epoch : epoch + WINDOW + 1].T, since])
        distinct, place = np.unique(keys, axis=0, return_inverse=True)
        flags[epoch] = np.array([_told(key, releases, reach) for key in distinct])[place.reshape(-1)]
    return flags


def _told(key: Integers, releases: list[ReleasedValues], reach: int) -> Flags:
    """Return which rules hold for a movement: codes of the window's releases and of this epoch's, `since_first`."""
    *window, now, since = (int(each) for each in key)
    movement = Movement(
        now=None if now == _NEVER else releases[now],
        window=tuple(None if each == _NEVER else releases[each] for each in window[WINDOW - reach :]),
        since_first=since,
    )
    flags = np.zeros(len(RULES), dtype=np.bool_)
    for happening in happenings(movement, debtor="", epoch=""):
        flags[_PLACE[happening.rule.name]] = True
    return flags


def _releases(history: History) -> tuple[list[ReleasedValues], Integers]:
    """Return the distinct releases, and the place of each debtor's among them by epoch, `_NEVER` where withheld."""
    published = history.is_published
    both = np.concatenate([history.low[published], history.high[published]], axis=1)
    distinct, place = np.unique(both, axis=0, return_inverse=True)
    code = np.full(published.shape, _NEVER)
    code[published] = place.reshape(-1)
    return [_values(*np.split(row, 2)) for row in distinct], code


def _values(low: np.ndarray, high: np.ndarray) -> ReleasedValues:
    bands = [
        Band(low=Decimal(float(start)), high=Decimal(float(end)))
        for start, end in zip(low, high, strict=True)
    ]
    days = (float(low[banding.DAYS_BEYOND_TERMS]), float(high[banding.DAYS_BEYOND_TERMS]))
    return ReleasedValues(
        debtor="",
        epoch="",
        contributors=bands[banding.CONTRIBUTORS],
        exposure=bands[banding.EXPOSURE],
        past_due_share=bands[banding.PAST_DUE],
        days_beyond_terms=bands[banding.DAYS_BEYOND_TERMS],
        payment_index=index_of_band(days[0], sum(days) / 2, days[1]),
        aging=dict(zip(AGING_BUCKETS, bands[banding.AGING], strict=True)),
        paid=dict(zip(PAID_CLASSES, bands[banding.PAID], strict=True)),
    )
