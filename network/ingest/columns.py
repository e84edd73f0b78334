"""Judging a whole batch by the same declaration that judges one row (network/schemas/ledger.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from network.schemas.fields import LedgerField
from network.schemas.ledger import LedgerSchema

MEMORY = 200_000
"""Distinct texts remembered for a field; a column with more (invoice numbers gone wrong) starts again, in flat memory."""

_FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch after judgement.

    `accepted` has "row" and every field of the schema as values; `rejected` has "row", "code", "field" and "text", the text
    of the field at fault.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


class ColumnReader:
    """Reads batches of text columns under one schema; gives each row the verdict that `load` would give it."""

    def __init__(self, schema: LedgerSchema) -> None:
        self._schema = schema
        self._fields = schema.ledger_fields
        self._memory: dict[str, dict[str, tuple[Any, int | None]]] = {name: {} for name in self._fields}
        self._faults: list[tuple[str, str]] = []

    def judge(self, frame: pl.DataFrame) -> Judged:
        """Judge a frame of "row" and text columns named by field; a field without a column is blank in every row."""
        present = {name: field for name, field in self._fields.items() if name in frame.columns}
        shortcuts = self._shortcuts(frame, present)
        values: list[pl.Series] = [frame["row"]]
        faults: list[pl.Series] = []
        for name, field in present.items():
            read, unfit = self._read(name, field, frame[name], shortcuts.get(name))
            values.append(read)
            if unfit is not None:
                faults.append(unfit.alias(f"{_FAULT} {name}"))
        rows = self._filled(pl.DataFrame([*values, *faults]), [series.name for series in faults])
        fit = rows[_FAULT].is_null()
        accepted = rows if fit.all() else rows.filter(fit)
        return Judged(accepted.select("row", *self._fields), self._told(frame, rows, ~fit))

    def _shortcuts(self, frame: pl.DataFrame, present: Mapping[str, LedgerField]) -> dict[str, pl.Series]:
        reading = self._schema.reading
        found = {
            name: field.well_formed(pl.col(name).str.strip_chars(" "), reading)
            for name, field in present.items()
        }
        shortcuts = frame.select(
            **{name: shortcut for name, shortcut in found.items() if shortcut is not None}
        )
        return {series.name: series for series in shortcuts}

    def _read(
        self, name: str, field: LedgerField, texts: pl.Series, shortcut: pl.Series | None
    ) -> tuple[pl.Series, pl.Series | None]:
        """Return the values and, where any text is unfit, the index of the fault of each row."""
        left = texts if shortcut is None else texts.filter(shortcut.is_null())
        known = left.unique().drop_nulls()
        if shortcut is not None and not len(known):
            return shortcut, None
        read = [self._verdict(name, field, text) for text in known.to_list()]
        lookup = pl.DataFrame(
            {"text": known, "value": pl.Series([value for value, _ in read], dtype=field.dtype, strict=True)}
        ).with_columns(unfit=pl.Series([fault for _, fault in read], dtype=pl.UInt16))
        found = pl.DataFrame({"text": texts}).join(lookup, on="text", how="left", maintain_order="left")
        value = (
            found["value"] if shortcut is None else shortcut.zip_with(shortcut.is_not_null(), found["value"])
        )
        return value.alias(name), found["unfit"] if lookup["unfit"].null_count() < len(lookup) else None

    def _verdict(self, name: str, field: LedgerField, text: str) -> tuple[Any, int | None]:
        memory = self._memory[name]
        known = memory.get(text)
        if known is None:
            if len(memory) >= MEMORY:
                memory.clear()
            value, code = field.verdict(text, self._schema.reading)
            known = memory[text] = (value, None if code is None else self._fault(code, name))
        return known

    def _fault(self, code: str, name: str) -> int:
        if (code, name) not in self._faults:
            self._faults.append((code, name))
        return self._faults.index((code, name))

    def _filled(self, rows: pl.DataFrame, unfit: list[str]) -> pl.DataFrame:
        """Fill blanks, then find the first fault of each row: unfit fields, missing fields, rules, in this order."""
        absent = [
            pl.lit(None, dtype=field.dtype).alias(name)
            for name, field in self._fields.items()
            if name not in rows.columns
        ]
        plan = rows.lazy().with_columns(*absent)
        columns = {name: pl.col(name) for name in self._fields}
        reading = self._schema.reading
        for fill in self._schema.FILLS:
            value = fill.value(columns, reading)
            if value is not None:
                filled = pl.coalesce(fill.field, value if isinstance(value, pl.Expr) else pl.lit(value))
                plan = plan.with_columns(filled.cast(self._fields[fill.field].dtype).alias(fill.field))
        found = [pl.col(name) for name in unfit]
        for name, field in self._fields.items():
            if field.missing:
                found.append(self._where(pl.col(name).is_null(), field.missing, name))
        found += [
            self._where(rule.broken(columns, reading), rule.code, rule.field) for rule in self._schema.RULES
        ]
        return plan.with_columns(pl.coalesce(found).alias(_FAULT)).collect()

    def _where(self, broken: pl.Expr, code: str, name: str) -> pl.Expr:
        return pl.when(broken).then(pl.lit(self._fault(code, name), dtype=pl.UInt16))

    def _told(self, frame: pl.DataFrame, rows: pl.DataFrame, unfit: pl.Series) -> pl.DataFrame:
        """Return row, code, field and the text at fault of the rejected rows."""
        faults = rows.filter(unfit).get_column(_FAULT)
        texts = frame.filter(unfit)
        names = pl.Series([name for _, name in self._faults], dtype=pl.String)
        codes = pl.Series([code for code, _ in self._faults], dtype=pl.String)
        told = texts.select("row").with_columns(code=codes.gather(faults), field=names.gather(faults))
        at_fault = [
            pl.when(pl.col("field") == name).then(pl.col(name))
            for name in self._fields
            if name in texts.columns
        ]
        shown = told.with_columns(texts.drop("row")).select(
            text=pl.coalesce([*at_fault, pl.lit("")]).str.head(60)
        )
        return told.with_columns(shown)
