"""Work that is asked for is done by somebody."""

from collections.abc import Iterator

import pytest

from network import tasks
from network.embedded import engines
from network.extensions import celery
from network.settings import Settings

OURS = "network."


@pytest.fixture
def configured(settings: Settings) -> Iterator[None]:
    before = dict(celery.conf.changes)
    tasks.configure(settings)
    yield
    celery.conf.changes.clear()
    celery.conf.changes.update(before)


def test_every_task_goes_to_a_queue_that_the_worker_serves(configured: None) -> None:
    names = [name for name in celery.tasks if name.startswith(OURS)]
    assert names
    assert {tasks.ROUTES[name]["queue"] for name in names} == set(tasks.QUEUES)
    assert set(celery.amqp.queues) == set(tasks.QUEUES)


def test_every_entry_of_the_clock_names_a_task(configured: None) -> None:
    assert {entry["task"] for entry in tasks.SCHEDULE.values()} <= set(celery.tasks)


def test_a_killed_worker_loses_no_task(configured: None) -> None:
    assert celery.conf.task_acks_late
    assert celery.conf.task_reject_on_worker_lost
    assert celery.conf.worker_prefetch_multiplier == 1
    assert celery.conf.accept_content == ["json"]


def test_a_task_that_is_sent_arrives_on_the_queue_of_its_worker(settings: Settings) -> None:
    with engines.held(settings.home, with_postgres=False, with_redis=True) as running:
        from dataclasses import replace

        tasks.configure(replace(settings, redis_url=running.redis_url))
        tasks.close_due.delay()
        with celery.connection_for_read() as connection, connection.channel() as channel:
            assert channel.client.llen(tasks.QUEUE_RELEASE) == 1
        celery.close()
