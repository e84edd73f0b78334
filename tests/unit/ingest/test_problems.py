"""Every code has a sentence, a place in the documentation, and a source in the code."""

import re
from pathlib import Path

import pytest

from network.ingest import RowProblem, explain
from network.ingest.problems import NOTICES, REJECTED, SENTENCES, UNPROCESSED
from network.schemas.fields import LedgerField
from network.schemas.ledger import EntrySchema, InvoiceSchema, TradeLineSchema

ROOT = Path(__file__).parents[3]
VALUES = dict.fromkeys(
    ("field", "value", "first", "encoding", "days", "number", "day", "months", "named", "last"), "x"
)


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_can_be_said(code: str) -> None:
    told = explain(RowProblem(1, code, VALUES), "en")
    assert "%" not in told.replace("%d/%m/%Y", "")
    assert told.endswith(".")


@pytest.mark.parametrize("code", [*REJECTED, *UNPROCESSED])
def test_every_code_is_documented_and_used(code: str) -> None:
    assert f"`{code}`" in (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
    sources = [*(ROOT / "network" / "ingest").rglob("*.py"), *(ROOT / "network" / "schemas").glob("*.py")]
    said = [
        path
        for path in sources
        if path.name != "problems.py" and f'"{code}"' in path.read_text(encoding="utf-8")
    ]
    assert said


def test_every_code_of_the_declaration_has_a_sentence() -> None:
    declared = {
        rule.code for schema in (InvoiceSchema, TradeLineSchema, EntrySchema) for rule in schema.RULES
    }
    fields = [
        field
        for schema in (InvoiceSchema, TradeLineSchema, EntrySchema)
        for field in schema._declared_fields.values()
        if isinstance(field, LedgerField)
    ]
    declared |= {field.missing for field in fields if field.missing}
    texts = (ROOT / "network" / "schemas").glob("*.py")
    declared |= {
        code
        for path in texts
        for code in re.findall(r'UnfitError\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert declared <= REJECTED.keys()


@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_is_used(code: str) -> None:
    sources = (ROOT / "network" / "ingest").rglob("*.py")
    assert any(f'notice("{code}"' in re.sub(r"\s+", "", path.read_text(encoding="utf-8")) for path in sources)
