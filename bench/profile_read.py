"""Reading a debtor's profile in a network of 4,000 debtors and in one of a million: the cost must not grow."""

import random
import statistics
import time
import uuid
from pathlib import Path

from sqlalchemy import text

from bench.report import Figure, duration, publish, scaled
from bench.stage import fresh_network
from network.embedded import postgres
from network.embedded.places import Places
from network.extensions import database
from network.logins import DatabaseRole
from network.permissions import operator_at_console
from network.services.profiles import read_profile
from network.transaction import Reader, read_as, unit_of_work

SMALL, LARGE = 4_000, 1_000_000
SAMPLE = 500
MONTHS = 24
BAND = '{"high":"10","low":"5"}'
BODY = (
    '{"aging":{"current":B,"late_1_30":B,"late_31_60":B,"late_61_90":B,"late_91":B},"contributors":B,'
    '"currency":"EUR","days_beyond_terms":B,"debtor":"D","epoch":"E","exposure":B,'
    '"paid":{"from_30_to_90":B,"over_90":B,"under_30":B},"past_due_share":B,'
    '"payment_index":{"high":80,"low":70,"value":75}}'
).replace("B", BAND)


def _fill(debtors: int) -> list[uuid.UUID]:
    """Make debtors with one release each, and a sample of them with 24; return the sample."""
    with unit_of_work() as session:
        session.execute(text("TRUNCATE release, release_epoch, debtor CASCADE"))
        session.execute(
            text(
                "INSERT INTO debtor (id, name, is_listed, version) "
                "SELECT gen_random_uuid(), 'Debtor ' || i, true, 1 FROM generate_series(1, :n) AS i"
            ),
            {"n": debtors},
        )
        sample = list(session.scalars(text("SELECT id FROM debtor ORDER BY id LIMIT :n"), {"n": SAMPLE}))
        months = [f"{2024 + (10 + i) // 12}-{(10 + i) % 12 + 1:02d}" for i in range(MONTHS)]
        session.execute(
            text(
                "INSERT INTO release_epoch (epoch, profile, debtors, published, withheld, log_size, log_root, log_frontier) "
                "SELECT m, 'default', :n, :n, 0, 0, '', '' FROM unnest(CAST(:months AS text[])) AS m"
            ),
            {"n": debtors, "months": months},
        )
        insert = (
            "INSERT INTO release (debtor_id, epoch, leaf, payment_index, body) SELECT d.id, m, 0, 75, "
            "replace(replace(:body, '\"D\"', '\"' || d.id || '\"'), '\"E\"', '\"' || m || '\"') "
            "FROM debtor AS d, unnest(CAST(:months AS text[])) AS m WHERE (d.id = ANY(:sample)) = :sampled"
        )
        for sampled, some in ((True, months), (False, months[-1:])):
            session.execute(
                text(insert), {"body": BODY, "months": some, "sample": sample, "sampled": sampled}
            )
    with unit_of_work() as session:
        session.execute(text("ANALYZE"))
    return [uuid.UUID(str(held)) for held in sample]


def _read(home: Path, sample: list[uuid.UUID]) -> list[float]:
    """Return the milliseconds of reads under the login of the pages, for a reader, in ascending order."""
    owner_url = database.engine.url.render_as_string(hide_password=False)
    database.connect(postgres.url(Places(home), login=DatabaseRole.WEB.value))
    read_as(Reader(user_id=uuid.uuid4(), owner_tag=bytes(16)))
    try:
        return _timed(sample)
    finally:
        read_as(None)
        database.connect(owner_url)


def _timed(sample: list[uuid.UUID]) -> list[float]:
    actor = operator_at_console()
    order = sample * 4
    random.Random(1).shuffle(order)
    for debtor_id in order[:50]:
        read_profile(actor, debtor_id=debtor_id)
    took = []
    for debtor_id in order:
        begin = time.perf_counter()
        read_profile(actor, debtor_id=debtor_id)
        took.append(1000 * (time.perf_counter() - begin))
    return sorted(took)


def run() -> None:
    """Time reads in both networks and publish their median and 95th percentile."""
    small, large = scaled(SMALL), scaled(LARGE)
    with fresh_network() as home:
        before, after = _read(home, _fill(small)), _read(home, _fill(large))
    figures: list[Figure] = [
        duration(
            f"profile of 24 months, {large:,} debtors against {small:,}: median",
            ours=statistics.median(after),
            baseline=statistics.median(before),
            unit="ms",
        ),
        duration(
            "95th percentile",
            ours=after[int(0.95 * len(after))],
            baseline=before[int(0.95 * len(before))],
            unit="ms",
        ),
    ]
    publish("profile_read", figures)
