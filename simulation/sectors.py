"""Trades of the debtors and of the members: who buys what, when sales are high, and on what terms.

Seasons are relative sales of the twelve months, scaled to a mean of 1. Shares and figures are ours: they give the
shape of a mixed association of suppliers, not statistics of a country.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FLAT = (1.0, 1.0, 1.05, 1.0, 1.0, 1.05, 0.95, 0.75, 1.05, 1.05, 1.05, 1.05)
BUILDING = (0.75, 0.85, 1.05, 1.1, 1.15, 1.25, 1.1, 0.6, 1.15, 1.2, 1.05, 0.75)
TOURISM = (0.7, 0.75, 0.85, 1.0, 1.15, 1.3, 1.5, 1.55, 1.1, 0.85, 0.65, 0.8)
FOOD = (0.9, 0.9, 1.0, 1.05, 1.05, 1.05, 1.0, 0.9, 0.95, 1.0, 1.05, 1.3)
HARVEST = (0.7, 0.8, 1.2, 1.3, 1.2, 1.0, 0.9, 1.0, 1.3, 1.2, 0.8, 0.6)
RETAIL = (0.95, 0.75, 0.95, 1.0, 1.0, 1.0, 0.95, 0.8, 1.1, 1.1, 1.25, 1.3)


@dataclass(frozen=True, slots=True)
class DebtorSector:
    """A trade of debtors: its NAF division, its share of all debtors, its season and how hard shocks hit it."""

    name: str
    naf: str
    share: float
    season: tuple[float, ...]
    fragility: float


DEBTOR_SECTORS = (
    DebtorSector("construction", "41", 0.14, BUILDING, 1.4),
    DebtorSector("fitting", "43", 0.14, BUILDING, 1.2),
    DebtorSector("bakery", "10", 0.07, FOOD, 0.9),
    DebtorSector("hospitality", "55", 0.09, TOURISM, 1.3),
    DebtorSector("grocery", "47", 0.07, FOOD, 0.8),
    DebtorSector("farming", "01", 0.06, HARVEST, 0.8),
    DebtorSector("metal", "25", 0.09, FLAT, 1.0),
    DebtorSector("garage", "45", 0.07, FLAT, 0.9),
    DebtorSector("transport", "49", 0.07, FLAT, 1.2),
    DebtorSector("digital", "62", 0.06, FLAT, 0.8),
    DebtorSector("print", "18", 0.04, FLAT, 1.1),
    DebtorSector("wood", "31", 0.04, BUILDING, 1.0),
    DebtorSector("fashion", "14", 0.03, RETAIL, 1.3),
    DebtorSector("care", "86", 0.03, FLAT, 0.6),
)


@dataclass(frozen=True, slots=True)
class MemberSector:
    """A trade of members: its share, usual terms in days, median invoice in euros, season, and whom it serves.

    `serves` are affinities to debtor sectors; to the others it sells with `OTHERWISE`.
    """

    name: str
    share: float
    terms: tuple[int, ...]
    ticket: float
    season: tuple[float, ...]
    serves: dict[str, float]


OTHERWISE = 0.12

MEMBER_SECTORS = (
    MemberSector("builders_merchant", 0.13, (45, 60), 1400, BUILDING, {"construction": 1.0, "fitting": 0.9, "wood": 0.4}),
    MemberSector("electrical", 0.08, (45, 60), 900, FLAT, {"fitting": 1.0, "construction": 0.5, "metal": 0.4, "digital": 0.4}),
    MemberSector("plumbing_heating", 0.07, (45, 60), 850, BUILDING, {"fitting": 1.0, "construction": 0.6, "hospitality": 0.2}),
    MemberSector("food_wholesale", 0.12, (20, 30), 620, FOOD, {"bakery": 1.0, "hospitality": 1.0, "grocery": 0.9, "farming": 0.2}),
    MemberSector("steel", 0.07, (60,), 4200, FLAT, {"metal": 1.0, "construction": 0.5, "garage": 0.3, "farming": 0.2}),
    MemberSector("it_distribution", 0.08, (45, 60), 1900, FLAT, {"digital": 1.0, "print": 0.4, "care": 0.4, "transport": 0.2}),
    MemberSector("freight", 0.08, (30,), 780, FLAT, {"metal": 0.7, "grocery": 0.5, "fashion": 0.7, "farming": 0.5, "wood": 0.4}),
    MemberSector("packaging", 0.07, (45, 60), 1100, FLAT, {"bakery": 0.8, "grocery": 0.7, "print": 0.8, "farming": 0.6, "care": 0.3}),
    MemberSector("industrial_supplies", 0.08, (60,), 540, FLAT, {"metal": 1.0, "garage": 0.7, "wood": 0.5, "fitting": 0.4}),
    MemberSector("fuel_energy", 0.07, (30,), 2100, FLAT, {"transport": 1.0, "farming": 0.8, "construction": 0.5, "hospitality": 0.4}),
    MemberSector("auto_parts", 0.06, (45,), 460, FLAT, {"garage": 1.0, "transport": 0.9, "farming": 0.3}),
    MemberSector("timber", 0.05, (60,), 2300, BUILDING, {"wood": 1.0, "construction": 0.7, "fitting": 0.5}),
    MemberSector("workwear_office", 0.04, (45,), 380, RETAIL, {"fashion": 0.6, "care": 0.7, "print": 0.6, "hospitality": 0.4}),
)  # fmt: skip


def affinity() -> npt.NDArray[np.float64]:
    """Return how much each member sector sells to each debtor sector, shape (debtor sectors, member sectors)."""
    return np.array(
        [[seller.serves.get(buyer.name, OTHERWISE) for seller in MEMBER_SECTORS] for buyer in DEBTOR_SECTORS]
    )


def seasons(sectors: tuple[DebtorSector, ...] | tuple[MemberSector, ...]) -> npt.NDArray[np.float64]:
    """Return relative sales by calendar month with mean 1, shape (sectors, 12)."""
    table = np.array([sector.season for sector in sectors])
    scaled: npt.NDArray[np.float64] = table / table.mean(axis=1, keepdims=True)
    return scaled
