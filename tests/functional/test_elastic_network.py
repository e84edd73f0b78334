"""A network over a cluster: wiped, gone, and named by the settings of an installation."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from network.errors import UnavailableError
from network.models import Debtor
from network.permissions import operator_at_console
from network.search.connection import search_connection
from network.search.elastic import Cluster, ElasticIndex
from network.search.indexer import sweep_outbox
from network.services.profiles import read_profile
from network.services.search import find_debtors, search_debtors
from tests.functional.conftest import Told

pytestmark = pytest.mark.elasticsearch


# --- The network over it ---------------------------------------------------------------------------------------------


@pytest.fixture
def in_use(elastic: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> ElasticIndex:
    monkeypatch.setattr(search_connection, "_index", elastic)
    return elastic


def add(session: Session, *found: str) -> list[Debtor]:
    debtors = [Debtor(name=name, is_listed=True) for name in found]
    session.add_all(debtors)
    session.flush()
    return debtors


def test_a_wiped_index_is_built_again_by_the_sweeper(session: Session, in_use: ElasticIndex) -> None:
    add(session, "Dupont", "Martin")
    assert sweep_outbox() == 2
    in_use._drop(sorted(in_use._indexes().all))
    assert not in_use.is_ready()
    assert sweep_outbox() == 2
    assert [hit.name for hit in search_debtors(operator_at_console(), words="martin")] == ["Martin"]


def test_a_wiped_index_of_a_small_network_is_built_by_the_next_search(
    session: Session, in_use: ElasticIndex
) -> None:
    add(session, "Dupont")
    assert [hit.name for hit in find_debtors(operator_at_console(), words="dupont").hits] == ["Dupont"]


def test_without_the_cluster_search_says_so_and_profiles_go_on(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ElasticIndex(Cluster(urls=("http://127.0.0.1:1",)))
    monkeypatch.setattr(search_connection, "_index", gone)
    (dupont,) = add(session, "Dupont")
    for ask in (search_debtors, find_debtors):
        with pytest.raises(UnavailableError, match="Search does not answer at the moment") as refusal:
            ask(operator_at_console(), words="dupont")
        assert refusal.value.status == 503
    with pytest.raises(UnavailableError):
        sweep_outbox()
    assert read_profile(operator_at_console(), debtor_id=dupont.id).debtor.name == "Dupont"


# --- The program -----------------------------------------------------------------------------------------------------


@pytest.fixture
def told_by_cluster(
    elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Told]:
    """Commands of an installation whose index is in the cluster."""
    prefix = f"vigie-test-{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("VIGIE_SEARCH_URL", elasticsearch_url)
    monkeypatch.setenv("VIGIE_SEARCH_PREFIX", prefix)
    found: Told = request.getfixturevalue("told")
    yield found
    index = ElasticIndex(Cluster(urls=(elasticsearch_url,), prefix=prefix))
    index._drop(sorted(index._indexes().all))


def test_an_installation_uses_the_cluster_that_its_settings_name(
    network: Engine, told_by_cluster: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_by_cluster
    assert told("reindex") == {"debtors": 0}
    with network.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO debtor (id, name, city, is_listed, version) "
            "VALUES (gen_random_uuid(), 'Boulangerie Dupont', 'Lyon', true, 1)"
        )
    seen = _index_of(told("doctor"))
    assert seen["is_fine"]
    assert "Elasticsearch at 127.0.0.1:" in seen["seen"]
    assert "1 of them not up to date" in seen["seen"]
    assert "vigie reindex" in seen["mend"]
    assert told("reindex") == {"debtors": 1}
    assert "1 debtors" in _index_of(told("doctor"))["seen"]
    found = told("search", "boulangeri", "city:lyon")
    assert [hit["name"] for hit in found["hits"]] == ["Boulangerie Dupont"]
    assert not Path(os.environ["VIGIE_HOME"], "index").exists()
    monkeypatch.setenv("VIGIE_SEARCH_URL", "http://someone:secret@127.0.0.1:1")
    seen = _index_of(told("doctor", code=1))
    assert seen["seen"] == "Elasticsearch at 127.0.0.1:1 does not answer"
    assert "VIGIE_SEARCH_URL" in seen["mend"]


def _index_of(told: dict[str, Any]) -> dict[str, Any]:
    (found,) = (one for one in told["findings"] if one["subject"] == "Search index")
    assert isinstance(found, dict)
    return found
