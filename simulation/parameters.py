"""Every number of the simulated economy that someone may want to move, with its reason."""

from dataclasses import dataclass
from enum import StrEnum


class Churn(StrEnum):
    """How often suppliers of a debtor come and go."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


TURNOVER = {Churn.LOW: 0.004, Churn.NORMAL: 0.015, Churn.HIGH: 0.05}
"""Share of a debtor's suppliers that leaves in a month; as many join. A year: 5 %, 17 % and 46 %. The first is a quiet
network, in which a lone joiner is easy to see; the last is spot trading."""


STEADY_ORDERS = 2.5
"""A value of `Parameters.open_invoices` at which a relation shows a position at every month end, so that contributor sets
change by turnover alone: 8 % of the debtors see any change in a month at low turnover, against 61 % with the default, where
a customer may order nothing for a while. It doubles the invoices. For attacks that watch joiners and leavers."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Size and temper of an economy. Shares are fractions of 1; rates are per month where not said otherwise."""

    members: int = 60
    debtors: int = 4000
    months: int = 24
    last_month: str = "2026-10"
    """Last full month of the window, YYYY-MM."""
    churn: Churn = Churn.NORMAL

    warmup_months: int = 2
    """Months traded before the window, so that its first month already shows old invoices."""

    median_suppliers: float = 6.6
    """Median number of members that supply a debtor at one time, so that about half of the debtors have 7 or more, which
    passes even the strictest gate of the default profile."""
    supplier_spread: float = 0.5
    """Sigma of the log of that number: the best-known debtors have 40 suppliers of 60, one in twenty fewer than 3."""
    open_invoices: float = 1.12
    """Mean invoices of one relation that count at a month end. One is enough for most relations to show a position every
    month; more would only make the files longer (60 members x 4,000 debtors x 24 months stay below 300,000 invoices)."""

    default_rate_a_year: float = 0.02
    """French business failures run at about 1 to 3 % a year where companies are of some size and in trades that buy on
    credit."""
    recovering_share: float = 0.3
    """Share of descents that end well: without false alarms any rule would look perfect in a back-test."""
    shock_rate: float = 0.03
    """Chance a month that a sector is hit: about one hit per sector in three years."""
    contagion: float = 0.25
    """Share of the payers' stress that reaches a creditor in the next month."""
    default_jump: float = 1.6
    """Stress added to a creditor whose payers all default at once; in standard deviations, spread over their weights."""

    disputed_share: float = 0.012
    """Share of invoices that the debtor disputes; about 1 % of lines is what credit teams see."""
    credit_note_share: float = 0.015
    """Share of undisputed invoices followed by a partial credit note; of disputed ones it is half."""
    second_account_share: float = 0.015
    """Share of relations kept under two customer accounts by the same member."""
    invalid_identifier_share: float = 0.002
    """Share of accounts whose typed identifier fails its check digit; intake rejects their lines."""
    foreign_identifier_share: float = 0.002
    """Share of accounts that carry the valid identifier of another company: the trap of resolution."""
    sole_trader_share: float = 0.005
    """Share of French debtors that are natural persons (EI); intake rejects their lines."""
    missing_upload_share: float = 0.04
    """Share of monthly files that never come, for members that send one file a month."""
    late_upload_share: float = 0.05
    """Share of monthly files that come one month late."""
    stale_member_share: float = 0.06
    """Share of the members with one file for all months whose file stops one or two months early."""
    affiliate_share: float = 0.07
    """Share of members that belong to a group with another member."""
    french_share: float = 0.74
    """Share of French debtors; the others are European."""
