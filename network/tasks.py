"""Celery tasks, thin: each takes ids or nothing, and calls a service.

The broker may vanish with all it held. Every task is safe to run twice, and the scheduler asks again for whatever
PostgreSQL says is still to be done; so nothing relies on a message.
"""

from datetime import UTC, datetime
from typing import Any

from celery.signals import worker_process_init

from alerts.channels.in_app import deliver_release
from network.extensions import celery, database
from network.permissions import operator_at_console
from network.search.connection import search_connection
from network.search.drift import repair_drift
from network.search.indexer import sweep_outbox
from network.services.dealing import deal_out
from network.services.due_epochs import close_epochs_due
from network.services.judgements import apply_asked
from network.services.release_log import sign_daily_head
from network.services.review_decisions import follow_decisions, forget_decisions
from network.settings import Settings

QUEUE_INDEX = "index"
QUEUE_RELEASE = "release"
QUEUES = (QUEUE_INDEX, QUEUE_RELEASE)
"""Every queue; `vigie worker` serves them all, and a test holds that no task goes anywhere else."""

SWEEP_SECONDS = 2.0
DEAL_SECONDS = 300.0
"""How long rows that came with one file may lie so that a copy of the database shows it."""
CALENDAR_SECONDS = 3600.0


@celery.task(name="network.index")  # type: ignore[untyped-decorator]  # celery ships no types
def index() -> int:
    """Bring the search index up to what was committed; return how many debtors were written."""
    return sweep_outbox()


@celery.task(name="network.mend_index")  # type: ignore[untyped-decorator]  # as above
def mend_index() -> int:
    """Compare the search index with the database and have what is behind written again; return how many debtors."""
    return repair_drift().behind if search_connection.index.is_ready() else 0


@celery.task(name="network.decide")  # type: ignore[untyped-decorator]  # as above
def decide() -> int:
    """Apply what people decided about open lines, and write the sheets of new ones; return how many were applied."""
    return follow_decisions()


@celery.task(name="network.judge")  # type: ignore[untyped-decorator]  # as above
def judge() -> int:
    """Put in force, or refuse, what moderators asked for in the pages; return how many requests were settled."""
    return apply_asked()


@celery.task(name="network.forget_decisions")  # type: ignore[untyped-decorator]  # as above
def forget() -> int:
    """Delete decisions that are too old to be taken back; return how many."""
    return forget_decisions()


@celery.task(name="network.close_due")  # type: ignore[untyped-decorator]  # as above
def close_due() -> list[str]:
    """Close the months whose time has come (VIGIE_CLOSE_DAY); return them. Running twice closes each once."""
    settings = Settings.from_environment()
    if settings.close_day is None:
        return []
    closed = close_epochs_due(
        operator_at_console(),
        today=datetime.now(tz=UTC).date(),
        close_day=settings.close_day,
        profile=settings.profile,
        on_released=deliver_release,
    )
    deal_out()
    return closed


@celery.task(name="network.deal")  # type: ignore[untyped-decorator]  # as above
def deal() -> bool:
    """Deal out the rows that were written since the last time; return whether there were any."""
    return deal_out()


@celery.task(name="network.sign_head")  # type: ignore[untyped-decorator]  # as above
def sign_head() -> bool:
    """Sign the release log's head of the day unless there is one; return whether it was signed now."""
    return sign_daily_head(operator_at_console(), today=datetime.now(tz=UTC).date())


ROUTES = {
    index.name: {"queue": QUEUE_INDEX},
    mend_index.name: {"queue": QUEUE_INDEX},
    decide.name: {"queue": QUEUE_INDEX},
    judge.name: {"queue": QUEUE_RELEASE},
    forget.name: {"queue": QUEUE_RELEASE},
    close_due.name: {"queue": QUEUE_RELEASE},
    deal.name: {"queue": QUEUE_RELEASE},
    sign_head.name: {"queue": QUEUE_RELEASE},
}
SCHEDULE: dict[str, dict[str, Any]] = {
    "index": {"task": index.name, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS * 5}},
    "mend-index": {
        "task": mend_index.name,
        "schedule": CALENDAR_SECONDS,
        "options": {"expires": CALENDAR_SECONDS},
    },
    "decide": {"task": decide.name, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS * 5}},
    "judge": {"task": judge.name, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS * 5}},
    "forget-decisions": {
        "task": forget.name,
        "schedule": CALENDAR_SECONDS,
        "options": {"expires": CALENDAR_SECONDS},
    },
    "deal": {"task": deal.name, "schedule": DEAL_SECONDS, "options": {"expires": DEAL_SECONDS}},
    "close-due": {
        "task": close_due.name,
        "schedule": CALENDAR_SECONDS,
        "options": {"expires": CALENDAR_SECONDS},
    },
    "sign-head": {
        "task": sign_head.name,
        "schedule": CALENDAR_SECONDS,
        "options": {"expires": CALENDAR_SECONDS},
    },
}


def configure(settings: Settings) -> None:
    """Point Celery at the broker of `settings`.

    Without `task_reject_on_worker_lost` a killed pool child loses its task although acks are late (measured, Celery
    5.7). Results are never read, so none are kept.
    """
    celery.conf.update(
        broker_url=settings.redis_url,
        broker_connection_retry_on_startup=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        task_create_missing_queues=False,
        task_queues={name: {"exchange": name, "routing_key": name} for name in QUEUES},
        task_default_queue=QUEUE_INDEX,
        task_routes=ROUTES,
        timezone="UTC",
        beat_schedule=SCHEDULE,
    )


@worker_process_init.connect  # type: ignore[untyped-decorator]  # as above
def _open_own_connections(**_signal: Any) -> None:
    """Give each child of the worker connections of its own; those of its parent stay open in the parent."""
    database.engine.dispose(close=False)
