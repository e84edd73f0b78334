import hashlib
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from simulation import Churn, Economy, Parameters, make_economy
from simulation.behaviour import NEVER
from simulation.parameters import TURNOVER
from simulation.uploads import MISSING

SMALL = Parameters(members=14, debtors=150, months=9)


def fingerprint(economy: Economy) -> str:
    digest = hashlib.sha256()
    for frame in (
        economy.members,
        economy.debtors,
        economy.accounts,
        economy.invoices,
        economy.behaviour.descents,
    ):
        digest.update(frame.write_csv().encode())
    for array in (economy.positions, economy.uploads, economy.behaviour.days_late):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(economy.default_dates.astype(np.int64).tobytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert fingerprint(make_economy(3, SMALL)) == fingerprint(make_economy(3, SMALL))
    assert fingerprint(make_economy(3, SMALL)) != fingerprint(make_economy(4, SMALL))


def test_the_bytes_do_not_depend_on_the_process_or_its_threads() -> None:
    script = (
        "from tests.unit.simulation.test_economy import SMALL, fingerprint\n"
        "from simulation import make_economy\n"
        "print(fingerprint(make_economy(3, SMALL)))"
    )
    environment = os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == fingerprint(make_economy(3, SMALL))


def test_the_window_ends_with_the_month_asked_for(economy: Economy) -> None:
    assert economy.months[0] == "2024-11"
    assert economy.months[-1] == "2026-10"
    assert len(economy.months) == 24
    assert str(economy.calendar.last_day) == "2026-10-31"


def test_half_of_the_debtors_have_seven_suppliers_in_a_network_of_sixty() -> None:
    economy = make_economy(1, Parameters(debtors=1000, months=3))
    share = (economy.suppliers >= 7).mean(axis=0)
    assert ((share > 0.40) & (share < 0.60)).all()
    assert economy.suppliers.max() > 25


def test_a_pair_stands_once(economy: Economy) -> None:
    pairs = pl.DataFrame({"member": economy.relations.member, "debtor": economy.relations.debtor})
    assert pairs.n_unique() == pairs.height


@pytest.mark.parametrize("churn", list(Churn))
def test_suppliers_come_and_go_at_the_rate_of_the_level(churn: Churn) -> None:
    relations = make_economy(2, Parameters(debtors=1200, months=12, churn=churn)).relations
    months = np.arange(1, 11)
    here = ((relations.first[:, None] < months) & (relations.last[:, None] >= months)).sum()
    assert (relations.last[:, None] == months).sum() / here == pytest.approx(TURNOVER[churn], rel=0.15)
    assert (relations.first[:, None] == months).sum() / here == pytest.approx(TURNOVER[churn], rel=0.20)


def test_members_sell_mostly_to_their_own_trades(economy: Economy) -> None:
    sellers = economy.members["sector"].gather(pl.Series(economy.relations.member))
    buyers = economy.debtors["sector"].gather(pl.Series(economy.relations.debtor))
    counts = pl.DataFrame({"seller": sellers, "buyer": buyers}).group_by("seller", "buyer").len()
    of_food = counts.filter(pl.col("seller") == "food_wholesale").sort("len", descending=True)
    assert set(of_food["buyer"].head(3)) <= {"bakery", "hospitality", "grocery", "construction"}
    assert of_food["buyer"][0] in {"bakery", "hospitality", "grocery"}


def test_sales_follow_the_season() -> None:
    economy = make_economy(5, Parameters(debtors=800, members=30))
    builders = economy.debtors.filter(pl.col("sector").is_in(["construction", "fitting"]))["debtor"]
    sold = (
        economy.invoices.filter(pl.col("debtor").is_in(builders.implode()), pl.col("amount") > 0)
        .group_by(pl.col("invoice_date").dt.month().alias("month"))
        .len()
        .sort("month")
    )
    by_month = dict(sold.iter_rows())
    assert by_month[8] < 0.8 * by_month[6]
    assert by_month[1] < by_month[5]


def test_invoices_are_plausible(economy: Economy) -> None:
    invoices = economy.invoices
    first = invoices.filter(pl.col("amount") > 0)
    assert (first["due_date"] - first["invoice_date"]).dt.total_days().is_between(20, 91).all()
    assert (invoices["invoice_date"] <= invoices["due_date"]).all()
    paid = invoices.filter(pl.col("settled_date").is_not_null(), pl.col("amount") > 0)
    assert (paid["settled_date"] > paid["invoice_date"]).all()
    assert (paid["settled_date"].dt.weekday() <= 5).all()
    assert invoices.select("member", "invoice_id").n_unique() == invoices.height
    assert str(invoices["invoice_date"].max()) <= "2026-10-31"


def test_a_credit_note_falls_due_and_is_settled_with_its_invoice(economy: Economy) -> None:
    notes = economy.invoices.filter(pl.col("credits").is_not_null())
    parents = economy.invoices[notes["credits"]]
    assert notes.height > 50
    assert (notes["amount"] < 0).all()
    assert (-notes["amount"] < parents["amount"]).all()
    for name in ("account", "due_date", "disputed"):
        assert (notes[name] == parents[name]).all()
    assert notes["settled_date"].equals(parents["settled_date"])
    assert (notes["invoice_date"] >= parents["invoice_date"]).all()


def test_nothing_is_paid_or_sold_after_a_default(economy: Economy) -> None:
    failed = pl.DataFrame(
        {"debtor": np.arange(economy.debtors.height, dtype=np.int32), "failed": economy.default_dates}
    ).drop_nulls()
    joined = economy.invoices.join(failed, on="debtor")
    assert joined.height > 100
    assert joined.filter(pl.col("settled_date") >= pl.col("failed")).is_empty()
    assert joined.filter(
        pl.col("invoice_date").dt.truncate("1mo") >= pl.col("failed").dt.truncate("1mo"), pl.col("amount") > 0
    ).is_empty()


def test_defaults_come_after_three_to_nine_months_of_worsening_payment(economy: Economy) -> None:
    ending = economy.behaviour.descents.filter(
        ~pl.col("recovers"), pl.col("onset") >= 6, pl.col("default_month") < 24
    )
    assert ending.height > 10
    assert ending["length"].is_between(3, 9).all()
    warmup = economy.calendar.warmup
    late = economy.behaviour.days_late
    rise = [
        late[row["debtor"], row["default_month"] - 1 + warmup]
        - late[row["debtor"], row["onset"] - 1 + warmup]
        for row in ending.iter_rows(named=True)
    ]
    assert np.median(rise) > 40
    assert np.mean(np.array(rise) > 15) > 0.9


def test_some_descents_end_well(economy: Economy) -> None:
    share = economy.behaviour.descents["recovers"].mean()
    assert share == pytest.approx(economy.parameters.recovering_share, abs=0.1)


def test_defaults_are_as_frequent_as_asked() -> None:
    economy = make_economy(8, Parameters(members=12, debtors=6000))
    fell = ((economy.behaviour.default_month >= 0) & (economy.behaviour.default_month < 24)).mean()
    assert 0.02 < fell < 0.07  # 2 % a year over two years


def test_the_window_ends_with_defaults_unfolding_even_in_a_small_economy() -> None:
    for seed in range(5):
        economy = make_economy(seed, Parameters(members=20, debtors=200, months=8))
        unfolding = economy.unfolding(suppliers=1)
        assert unfolding.size >= 2
        assert (economy.default_dates[unfolding] > economy.calendar.last_day).all()
        assert (economy.behaviour.default_month[unfolding] < NEVER).all()


def test_stress_passes_from_payers_to_their_creditors() -> None:
    still = Parameters(members=12, debtors=3000, contagion=0.0, default_jump=0.0)
    joined = Parameters(members=12, debtors=3000, contagion=0.6, default_jump=0.0)

    def link(parameters: Parameters) -> float:
        behaviour = make_economy(9, parameters).behaviour
        chain = behaviour.chain.filter(pl.col("weight") > 0.5)
        payer = behaviour.stress[chain["payer"].to_numpy(), 6:24]
        creditor = behaviour.stress[chain["creditor"].to_numpy(), 9:27]
        return float(np.corrcoef(payer.ravel(), creditor.ravel())[0, 1])

    assert link(joined) > link(still) + 0.05


def test_a_shock_raises_the_stress_of_its_sector() -> None:
    economy = make_economy(10, Parameters(members=12, debtors=3000, shock_rate=0.05))
    shocks = economy.behaviour.shocks.filter(pl.col("strength") > 0.4, pl.col("month").is_between(2, 20))
    assert shocks.height > 3
    sector = economy.debtors["sector"].to_numpy()
    for row in shocks.iter_rows(named=True):
        column = row["month"] + economy.calendar.warmup
        hit = economy.behaviour.stress[sector == row["sector"]]
        assert hit[:, column].mean() > hit[:, column - 1].mean() + 0.1


def test_uploads_are_mostly_there_and_some_are_late_or_missing(economy: Economy) -> None:
    arrives = economy.uploads
    months = np.arange(len(economy.months))
    assert ((arrives >= months) | (arrives == MISSING)).all()
    assert (arrives == months).mean() > 0.9
    assert (arrives == MISSING).any()


def test_a_late_statement_is_carried_then_dropped(economy: Economy) -> None:
    stale = np.flatnonzero(economy.uploads[:, -1] == MISSING)
    assert stale.size
    last = len(economy.months) - 1
    known, fresh = economy.sent_positions(last), economy.true_positions(last)
    assert not np.isin(fresh.age, [1, 2]).any()
    for member in stale:
        age = known.age[known.member == member]
        assert ((age >= 1) & (age <= 2)).all()
    assert not np.isin(economy.sent_positions(last, carried=0).member, stale).any()


def test_true_positions_are_in_euros(economy: Economy) -> None:
    foreign = economy.members.filter(pl.col("currency") == "NOK")["member"].to_list()
    assert foreign
    arrays = economy.true_positions(12)
    rows = arrays.member == foreign[0]
    pairs = np.flatnonzero(economy.relations.member == foreign[0])
    local = economy.positions[pairs, 12, :7].sum()
    assert local / arrays.amounts[rows].sum() == pytest.approx(11.6, rel=0.15)


def test_affiliates_share_a_group(economy: Economy) -> None:
    assert economy.members["group"].n_unique() < economy.members.height
