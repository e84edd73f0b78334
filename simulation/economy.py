"""An economy: members, debtors, relations, invoices, and the truth behind them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.accounts import make_accounts
from simulation.behaviour import Behaviour, make_behaviour
from simulation.calendar import Window, window
from simulation.debtors import make_debtors
from simulation.formats import assign_formats
from simulation.members import make_members
from simulation.parameters import Parameters
from simulation.positions import AMOUNTS, account_positions, by_pair
from simulation.rates import euro_factors
from simulation.relations import Relations, make_relations
from simulation.trading import World, default_dates, make_invoices
from simulation.uploads import make_uploads


@dataclass(frozen=True, slots=True)
class PositionArrays:
    """Positions of one month end: one row a (member, debtor), n rows sorted by member and debtor.

    `member`, `group` and `debtor` (n,) are numbers from 0; `amounts` (n, 7) EUR cents in order of
    `simulation.positions.AMOUNTS`; `age` (n,) months for which the position has been carried, 0 when fresh.
    """

    member: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    debtor: npt.NDArray[np.int64]
    amounts: npt.NDArray[np.float64]
    age: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Economy:
    """What happened, all of it. Frames are described where they are made (`make_members` and so on).

    `default_dates` (debtors,) datetime64[D], NaT for those that live; some lie after the window, and their debtors'
    payments already worsen inside. `uploads` (members, months): the month (number) in whose epoch the statement of a month
    is there; `MISSING` for never.
    """

    seed: int
    parameters: Parameters
    calendar: Window
    members: pl.DataFrame
    debtors: pl.DataFrame
    relations: Relations
    accounts: pl.DataFrame
    behaviour: Behaviour
    invoices: pl.DataFrame
    uploads: npt.NDArray[np.int64]
    default_dates: npt.NDArray[np.datetime64]

    @property
    def months(self) -> tuple[str, ...]:
        """Return the months of the window, YYYY-MM."""
        return self.calendar.months

    @cached_property
    def account_positions(self) -> npt.NDArray[np.int64]:
        """Return true positions by account, currency of the member, shape (accounts, months, 8)."""
        return account_positions(self.invoices, accounts=self.accounts.height, calendar=self.calendar)

    @cached_property
    def positions(self) -> npt.NDArray[np.int64]:
        """Return true positions by pair of `relations`, currency of the member, shape (pairs, months, 8)."""
        return by_pair(self.account_positions, self.accounts)

    def true_positions(self, month: int) -> PositionArrays:
        """Return what is true at the end of a month (its number), whether or not it was sent; all-zero rows left out."""
        return self._arrays(month, np.full(self.relations.member.size, month))

    def sent_positions(self, month: int, *, carried: int = 2) -> PositionArrays:
        """Return what the network can know when it closes the epoch of a month.

        A member whose statement is missing or late stands with its last one, carried forward at most so many months.
        """
        return self._arrays(month, self._known_month(month, carried)[self.relations.member])

    def _known_month(self, month: int, carried: int) -> npt.NDArray[np.int64]:
        """Return for each member the month of its latest statement that is there; -1 where it is too old."""
        here = self.uploads[:, : month + 1] <= month
        latest = np.where(here.any(axis=1), month - np.argmax(here[:, ::-1], axis=1), -1)
        return np.where(month - latest <= carried, latest, -1)

    def _arrays(self, month: int, of_month: npt.NDArray[np.int64]) -> PositionArrays:
        pairs = np.arange(self.relations.member.size)
        amounts = self.positions[pairs, of_month, : len(AMOUNTS)].astype(np.float64)
        factors = euro_factors(self.seed, self.calendar, self.members["currency"].to_list())
        amounts *= factors[self.relations.member, of_month][:, None]
        present = (of_month >= 0) & (amounts != 0).any(axis=1)
        member = self.relations.member[present].astype(np.int64)
        return PositionArrays(
            member=member,
            group=self.members["group"].to_numpy().astype(np.int64)[member],
            debtor=self.relations.debtor[present].astype(np.int64),
            amounts=amounts[present],
            age=(month - of_month[present]).astype(np.int8),
        )

    @cached_property
    def suppliers(self) -> npt.NDArray[np.int64]:
        """Return how many members supply each debtor in each month, shape (debtors, months)."""
        months = np.arange(len(self.months))
        trades = (months >= self.relations.first[:, None]) & (months <= self.relations.last[:, None])
        counts = np.zeros((self.debtors.height, months.size), dtype=np.int64)
        np.add.at(counts, self.relations.debtor, trades)
        return counts

    def unfolding(self, *, suppliers: int = 7) -> npt.NDArray[np.int64]:
        """Return the debtors, soonest default first, that fail after the window while already paying worse.

        Only those with at least so many suppliers in the last month: the ones that a release can show.
        """
        descents = self.behaviour.descents.filter(
            ~pl.col("recovers") & (pl.col("default_month") >= len(self.months))
        )
        begun = (
            descents.filter(pl.col("onset") < len(self.months))
            .sort("default_month", "debtor")["debtor"]
            .to_numpy()
        )
        chosen: npt.NDArray[np.int64] = begun[self.suppliers[begun, -1] >= suppliers]
        return chosen


def make_economy(seed: int, parameters: Parameters | None = None) -> Economy:
    """Return the economy of a seed: the same bytes for the same seed and parameters, on any number of cores."""
    parameters = parameters or Parameters()
    calendar = window(
        months=parameters.months, last_month=parameters.last_month, warmup=parameters.warmup_months
    )
    members, debtors = make_members(seed, parameters), make_debtors(seed, parameters)
    relations = make_relations(seed, parameters, members, debtors)
    formats = assign_formats(seed, members, relations)
    members = members.with_columns(pl.Series("format", [str(name) for name in formats]))
    accounts = make_accounts(seed, parameters, members, debtors, relations)
    behaviour = make_behaviour(seed, parameters, debtors)
    world = World(seed, parameters, calendar, members, debtors, relations, accounts, behaviour)
    return Economy(
        seed=seed,
        parameters=parameters,
        calendar=calendar,
        members=members,
        debtors=debtors,
        relations=relations,
        accounts=accounts,
        behaviour=behaviour,
        invoices=make_invoices(world),
        uploads=make_uploads(seed, parameters, formats),
        default_dates=default_dates(seed, calendar, behaviour.default_month),
    )
