"""An index that an earlier Vigie wrote is never read as if it were today's."""

import hashlib
import json
from dataclasses import fields
from pathlib import Path

from network.search import embedded
from network.search.documents import LAYOUT, DebtorDocument
from network.search.embedded import EmbeddedIndex

KNOWN = {3: "08cdbced4d45dd73"}
"""Layout number -> what its documents looked like. Changing one without the other fails the test below."""


def built(folder: Path) -> EmbeddedIndex:
    index = EmbeddedIndex(folder)
    index.rebuild([])
    return index


def layout_of(folder: Path) -> str:
    (meta,) = folder.glob("*/meta.json")
    schema = json.loads(meta.read_text(encoding="utf-8"))["schema"]
    shape = json.dumps(schema, sort_keys=True) + ",".join(field.name for field in fields(DebtorDocument))
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


def test_a_changed_layout_has_a_new_number(tmp_path: Path) -> None:
    built(tmp_path)
    assert {LAYOUT: layout_of(tmp_path)} == KNOWN, "raise LAYOUT in network/search/documents.py"


def test_an_index_of_another_layout_is_no_index(tmp_path: Path) -> None:
    built(tmp_path)
    (tmp_path / embedded._POINTER).rename(tmp_path / "current-1")
    later = EmbeddedIndex(tmp_path)
    assert not later.is_ready()
    later.rebuild([])
    assert later.is_ready()
    assert not (tmp_path / "current-1").exists()
