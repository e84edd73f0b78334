"""Every number of the release pipeline, with its reason.

A number that is not here is not in the pipeline. The reason is part of the type of the field, so
that the method page and the tests can read it. :data:`PROFILES` holds the two profiles an operator can choose from.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Annotated, get_type_hints

import numpy as np
from numpy.typing import NDArray

_MOST_BANDS = 127


@dataclass(frozen=True, slots=True)
class Scale:
    """A row of bands on a line. Band `i` holds `edges[i] <= value < edges[i + 1]`.

    The last band has no upper end where `open_end` is true. A value outside the line falls into the nearest band.
    `counts` says that the values are whole numbers, so that the upper end of a band is its last number.
    """

    edges: tuple[Decimal, ...]
    open_end: bool = False
    counts: bool = False

    def __post_init__(self) -> None:
        """Refuse edges that do not ascend.

        Raises:
            ValueError: two edges are equal or out of order, or there is no band, or more than fit a byte.
        """
        if not 1 <= self.bands <= _MOST_BANDS or any(
            low >= high for low, high in zip(self.edges, self.edges[1:], strict=False)
        ):
            raise ValueError("the edges of a scale must ascend and leave one band to 127")

    @property
    def bands(self) -> int:
        """Return how many bands there are."""
        return len(self.edges) if self.open_end else len(self.edges) - 1

    def place(self, values: NDArray[np.float64]) -> NDArray[np.int8]:
        """Return the band of each value, any shape."""
        inner = np.array([float(edge) for edge in self.edges[1 : self.bands]])
        return np.searchsorted(inner, values, side="right").astype(np.int8)

    def ends(self, band: int) -> tuple[Decimal, Decimal | None]:
        """Return the low and the high end of a band; the high end is None where it is open.

        Raises:
            IndexError: there is no such band.
        """
        if not 0 <= band < self.bands:
            raise IndexError(band)
        if band + 1 == len(self.edges):
            return self.edges[band], None
        high = self.edges[band + 1]
        return self.edges[band], high - 1 if self.counts else high


def _scale(*edges: str, open_end: bool = False, counts: bool = False) -> Scale:
    return Scale(tuple(Decimal(edge) for edge in edges), open_end=open_end, counts=counts)


def _one_two_five(first: int, last: int) -> tuple[str, ...]:
    """Return "0" and the numbers 1, 2, 5 times a power of ten from `first` to `last`."""
    series = [digit * 10**power for power in range(12) for digit in (1, 2, 5)]
    return ("0", *(str(number) for number in series if first <= number <= last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The numbers of one profile. Amounts are in euros, times in epochs (months), shares and factors as fractions."""

    profile: Annotated[
        str, "Named in every release epoch, so that a reader knows under which rules it was made."
    ]
    carried_epochs: Annotated[
        int,
        "Step 1. A missing upload is bridged for two months: a member on holiday must not show as a leaver, and after "
        "a quarter of silence an old balance says nothing.",
    ]
    swing_factor: Annotated[
        float,
        "Step 2. A balance that triples or falls to a third within a month is rarer than a typing error or a probe, "
        "so a person looks.",
    ]
    swing_floor: Annotated[
        float, "Step 2, euros. Below it a tripling is one more delivery, and moderators would drown in flags."
    ]
    distortion_least: Annotated[
        float,
        "Step 3. A reader who undoes everything else still misses a contribution by at least this much.",
    ]
    distortion_most: Annotated[
        float,
        "Step 3. With the ramp density the root mean square is 15 %; over five equal voices the sum moves by 7 %, "
        "a fifth of a band of the exposure.",
    ]
    days_floor: Annotated[
        float,
        "Steps 3 and 5, days. The key of the index ends at 30 days early; earlier is a prepayment, not behaviour.",
    ]
    days_ceiling: Annotated[
        float,
        "Steps 3 and 5, days. The index is 0 from 240 days on; one forgotten invoice of 2019 must not outshout the rest.",
    ]
    gate: Annotated[
        tuple[int, ...],
        "Step 4. Groups that a debtor needs; one of these by a keyed draw, sticky and secret, so that nobody can learn "
        "from a debtor's appearing how many others report it.",
    ]
    weight_cap: Annotated[
        float,
        "Step 5. No voice above a quarter: the old US safety zone for exchanges of information between competitors.",
    ]
    protection: Annotated[
        float,
        "Step 5, the p of the p %-rule. The insiders' best estimate of the largest other voice must be off by a fifth.",
    ]
    insiders: Annotated[
        int, "Step 5. The adversary of docs/privacy.md: this many groups put their figures together."
    ]
    cell_noise: Annotated[
        float,
        "Step 6. As large as one voice among ten, so that a difference of two releases does not show it; small enough "
        "to move a value by one band at most.",
    ]
    count_noise: Annotated[
        int, "Step 6. Counts move by -1, 0 or +1: one contributor more or less stays deniable."
    ]
    states_per_octave: Annotated[
        int,
        "Step 6. The noise is drawn again when a contribution has moved by a factor of 1.41; finer would let a reader "
        "average the noise away, coarser would let a change show through unchanged noise.",
    ]
    contributors: Annotated[Scale, "Step 7. A range of at least a factor two: the set cannot be counted."]
    exposure: Annotated[
        Scale, "Step 7, euros. The 1-2-5 series: every band is at least +-33 % wide around its middle."
    ]
    share: Annotated[
        Scale,
        "Step 7, past-due share, aging mix and paid shares. Narrow where a credit manager reacts, wide where it no "
        "longer matters.",
    ]
    days: Annotated[
        Scale,
        "Step 7, days beyond terms. 15, 22, 30, 60 and 90 are anchors of the Payment Index, so these bands are its "
        "steps; 3 is the float of banks and week-ends; 8 halves the way to 15, where a worsening debtor is caught early.",
    ]
    days_typical: Annotated[
        tuple[float, ...],
        "Step 7, days. The point of each band at which the index is told: its middle; for the first band 0 (on terms) "
        "and for the last, open one 120 (the last anchor of the key).",
    ]
    paid_limits: Annotated[
        tuple[float, float],
        "Step 7, days. Unweighted share of groups paid under 30, 30 to 90, over 90 days late, as the FPI of Altares.",
    ]
    changed_groups: Annotated[
        int,
        "Step 8. Three insiders who come and go with a stranger still leave two changes that are not theirs.",
    ]
    delay_most: Annotated[
        int,
        "Step 8. A keyed draw of 0, 1 or 2 epochs, so that the date of a change is not the date of its cause.",
    ]
    wait_most: Annotated[
        int,
        "Step 8. A year, as long as trade references are kept elsewhere: then what is pending is applied, though fewer "
        "groups changed. Not a lone joiner: in a network that stands still, its joining alone would be seen.",
    ]
    wait_hollow: Annotated[
        int,
        "Step 8. A quarter: where fewer groups still speak than any gate asks for, the words of those that left must not "
        "be published as if they were the present.",
    ]
    moved_groups: Annotated[
        int, "Step 9. Where fewer groups moved at all, a movement of the figure is one group's, or noise."
    ]
    change_share: Annotated[float, "Step 9. Above one half, the movement of a value is one group's movement."]
    hold_most: Annotated[
        int, "Step 9. Two epochs: longer would hide a debtor that fails towards its largest supplier."
    ]
    memory: Annotated[
        int,
        "State. After a year without a release nothing is left to subtract from: the debtor is forgotten and starts anew.",
    ]

    def digest(self) -> str:
        """Return the SHA-256 of all numbers, hexadecimal: the name of the rules in force."""
        numbers = {each.name: getattr(self, each.name) for each in fields(self)}
        text = json.dumps(numbers, sort_keys=True, separators=(",", ":"), default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()

    def reasons(self) -> Mapping[str, str]:
        """Return the reason of each number by its name."""
        hints = get_type_hints(type(self), include_extras=True)
        return {each.name: hints[each.name].__metadata__[0] for each in fields(self)}


def _plain(value: object) -> object:
    if isinstance(value, Scale):
        return {
            "edges": [str(edge) for edge in value.edges],
            "open_end": value.open_end,
            "counts": value.counts,
        }
    raise TypeError(type(value))


DEFAULT = Parameters(
    profile="default",
    carried_epochs=2,
    swing_factor=3.0,
    swing_floor=1_000.0,
    distortion_least=0.10,
    distortion_most=0.25,
    days_floor=-30.0,
    days_ceiling=240.0,
    gate=(5, 6, 7),
    weight_cap=0.25,
    protection=0.20,
    insiders=3,
    cell_noise=0.10,
    count_noise=1,
    states_per_octave=2,
    contributors=_scale("5", "10", "20", open_end=True, counts=True),
    exposure=_scale(*_one_two_five(1_000, 1_000_000_000), open_end=True),
    share=_scale("0", "0.02", "0.05", "0.10", "0.20", "0.35", "0.50", "0.75", "1"),
    days=_scale("-30", "3", "8", "15", "22", "30", "60", "90", "240"),
    days_typical=(0.0, 5.5, 11.5, 18.5, 26.0, 45.0, 75.0, 120.0),
    paid_limits=(30.0, 90.0),
    changed_groups=5,
    delay_most=2,
    wait_most=12,
    wait_hollow=3,
    moved_groups=2,
    change_share=0.5,
    hold_most=2,
    memory=12,
)
"""What the product promises by default."""

TRADE = replace(
    DEFAULT,
    profile="trade",
    gate=(3,),
    weight_cap=0.40,  # three voices cannot each stay under a quarter
    insiders=1,  # against three insiders no debtor with fewer than five groups could ever be published
    contributors=_scale("3", "5", "10", "20", open_end=True, counts=True),
    changed_groups=2,  # with three voices, five changes would be years of waiting
    wait_most=3,
)
"""What trade exchanges do: three groups are enough. The method page shows what that costs."""

PROFILES: Mapping[str, Parameters] = {each.profile: each for each in (DEFAULT, TRADE)}
