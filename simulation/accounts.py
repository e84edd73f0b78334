"""Customer accounts: under which number, name and identifiers each member keeps each of its debtors."""

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.formats import LedgerFormat
from simulation.naming import Picker
from simulation.parameters import Parameters
from simulation.randomness import stream
from simulation.relations import Relations
from simulation.sectors import MEMBER_SECTORS
from simulation.spellings import HouseStyle, draw_house_style, spell

FAULTS = ("none", "invalid", "foreign")
"""Of the identifier an account carries: none, fails its check digit, belongs to another company."""


def make_accounts(
    seed: int, parameters: Parameters, members: pl.DataFrame, debtors: pl.DataFrame, relations: Relations
) -> pl.DataFrame:
    """Return the accounts, one row each, sorted by member and debtor; `members` has its column format.

    Columns: account (its number), pair, member, debtor, customer_id, customer_name, siren, siret, vat, lei,
    registration, street, postcode, city, country, email_domain (null where the member does not know), fault (of
    `FAULTS`), terms_days, end_of_month (terms count from the end of the month).
    """
    random = stream(seed, "accounts")
    pairs = relations.member.size
    twice = random.random(pairs) < parameters.second_account_share
    pair = np.repeat(np.arange(pairs), 1 + twice)
    member, debtor = relations.member[pair], relations.debtor[pair]
    known = debtors.select(*_IDENTITY)[debtor.astype(np.int64)]
    faults = np.searchsorted(
        np.cumsum([parameters.invalid_identifier_share, parameters.foreign_identifier_share]),
        random.random(pair.size),
    )
    faults = np.array([1, 2, 0])[faults]
    donors = _donors(random, debtors, debtor)
    terms, end_of_month = _terms(random, members, member)
    frame = known.with_columns(
        pl.Series("account", np.arange(pair.size, dtype=np.int32)),
        pl.Series("pair", pair.astype(np.int32)),
        pl.Series("member", member),
        pl.Series("debtor", debtor),
        pl.Series("customer_id", _customer_ids(random, members, member)),
        pl.Series("customer_name", _spelled(seed, members, known, member)),
        pl.Series("fault", [FAULTS[fault] for fault in faults]),
        pl.Series("terms_days", terms),
        pl.Series("end_of_month", end_of_month),
        debtors["siren"][donors].alias("donor_siren"),
        debtors["vat"][donors].alias("donor_vat"),
    )
    return _as_known(seed, frame, members, member)


_IDENTITY = ("name", "proper", "legal_form", "siren", "siret", "vat", "lei", "registration", "street", "postcode", "city", "country",
             "email_domain")  # fmt: skip


def _donors(
    random: np.random.Generator, debtors: pl.DataFrame, debtor: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    """Return for each account another debtor of the same country, whose identifier a slip of the hand could give it."""
    countries = debtors["country"].to_numpy()
    donors = np.zeros(debtor.size, dtype=np.int64)
    for country in sorted(set(countries)):
        compatriots = np.flatnonzero(countries == country)
        here = np.flatnonzero(countries[debtor] == country)
        places = np.searchsorted(compatriots, debtor[here])
        steps = (
            random.integers(1, compatriots.size, here.size)
            if compatriots.size > 1
            else np.zeros(here.size, np.int64)
        )
        donors[here] = compatriots[(places + steps) % compatriots.size]
    return donors


def _terms(
    random: np.random.Generator, members: pl.DataFrame, member: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Return terms in days and whether they run from the end of the month.

    A FEC has no due dates, so its reader applies one number of days: such members keep one term for all customers.
    The law caps terms at 60 days from the invoice or 45 days end of month.
    """
    usual = [MEMBER_SECTORS[index].terms for index in members["sector_index"]]
    one_term = members["format"].is_in([LedgerFormat.FEC]).to_numpy()
    draw = random.random(member.size)
    table = np.array(
        [
            [terms[min(int(share * len(terms)), len(terms) - 1)] for share in np.arange(0, 1, 0.05)]
            for terms in usual
        ]
    )
    drawn = table[member, (draw * 20).astype(int)]
    single = np.array([terms[len(terms) // 2] for terms in usual])[member]
    fixed = one_term[member]
    end_of_month = (random.random(member.size) < 0.35) & ~fixed & (drawn <= 45)
    return np.where(fixed, single, drawn).astype(np.int32), end_of_month


def _customer_ids(
    random: np.random.Generator, members: pl.DataFrame, member: npt.NDArray[np.int32]
) -> list[str]:
    """Return account numbers as ledgers have them: C00017, 411DUP0017 would tell nothing more, so numbers alone."""
    prefixes = [("C", "CL", "411", "", "9")[int(draw)] for draw in random.integers(0, 5, members.height)]
    starts = np.searchsorted(member, np.arange(members.height))
    rank = np.arange(member.size) - starts[member]
    scattered = np.empty(member.size, dtype=np.int64)
    for owner in range(members.height):
        mine = np.flatnonzero(member == owner)
        scattered[mine] = 1000 + random.permutation(3 * mine.size)[rank[mine]]
    return [
        f"{prefixes[owner]}{number:06d}"
        for owner, number in zip(member.tolist(), scattered.tolist(), strict=True)
    ]


def _spelled(
    seed: int, members: pl.DataFrame, known: pl.DataFrame, member: npt.NDArray[np.int32]
) -> list[str]:
    """Return the name of each account in its member's house style, with that account's slips."""
    pick = Picker(stream(seed, "accounts", "names"))
    styles: list[HouseStyle] = [draw_house_style(pick) for _ in range(members.height)]
    rows = zip(member.tolist(), known["proper"], known["legal_form"], known["city"], strict=True)
    return [
        spell(pick, styles[owner], proper=proper, form=form, city=city) for owner, proper, form, city in rows
    ]


def _as_known(
    seed: int, frame: pl.DataFrame, members: pl.DataFrame, member: npt.NDArray[np.int32]
) -> pl.DataFrame:
    """Blank what the member does not know, and put wrong identifiers where the slips are.

    Two members in three keep SIREN or VAT numbers of most customers; the others have them for part. One identifier an
    account: SIREN or SIRET at home by the member's habit, the VAT number abroad.
    """
    random = stream(seed, "accounts", "knowledge")
    thorough = np.where(random.random(members.height) < 0.7, 0.92, 0.55)[member]
    uses_siret = (random.random(members.height) < 0.25)[member]
    knows = random.random(member.size) < thorough
    places = random.random(member.size) < 0.93
    masks = frame.with_columns(
        pl.Series("knows", knows),
        pl.Series("uses_siret", uses_siret),
        pl.Series("places", places),
        pl.Series("has_vat", random.random(member.size) < 0.5),
        pl.Series("has_lei", random.random(member.size) < 0.15),
        pl.Series("has_mail", random.random(member.size) < 0.4),
        pl.Series("has_registration", random.random(member.size) < 0.3),
    )
    french, faulty = pl.col("country") == "FR", pl.col("fault") != "none"
    siren = (
        pl.when(pl.col("fault") == "foreign").then("donor_siren").when(pl.col("fault") == "invalid").then(_broken("siren"))
        .otherwise("siren")
    )  # fmt: skip
    vat = (
        pl.when(pl.col("fault") == "foreign").then("donor_vat").when(pl.col("fault") == "invalid").then(_broken("vat"))
        .otherwise("vat")
    )  # fmt: skip
    stated = pl.col("knows") | faulty
    return masks.with_columns(
        siren=pl.when(french & stated & (~pl.col("uses_siret") | faulty)).then(siren),
        siret=pl.when(french & stated & pl.col("uses_siret") & ~faulty).then("siret"),
        vat=pl.when(~french & stated).then(vat).when(french & stated & pl.col("has_vat") & ~faulty).then("vat"),
        lei=pl.when(stated & pl.col("has_lei") & ~faulty).then("lei"),
        registration=pl.when(pl.col("has_registration") & ~faulty).then("registration"),
        email_domain=pl.when("has_mail").then("email_domain"),
        postcode=pl.when("places").then("postcode"),
        city=pl.when("places").then("city"),
        street=pl.when("places").then("street"),
    ).select(
        "account", "pair", "member", "debtor", "customer_id", "customer_name", "siren", "siret", "vat", "lei", "registration", "street",
        "postcode", "city", "country", "email_domain", "fault", "terms_days", "end_of_month",
    )  # fmt: skip


def _broken(column: str) -> pl.Expr:
    """Return the identifier with its check digit raised by one, which none here survives (NL numbers end in B01)."""
    pattern = r"^(.*?)(\d)(B\d\d|\D*)$"
    raised = (pl.col(column).str.extract(pattern, 2).cast(pl.Int64) + 1) % 10
    return pl.concat_str(
        pl.col(column).str.extract(pattern, 1), raised.cast(pl.String), pl.col(column).str.extract(pattern, 3)
    )
