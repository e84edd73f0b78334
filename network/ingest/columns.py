"""Judging a whole batch by the same declaration that judges one row (network/schemas/ledger.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from network.ingest.persons import without_persons
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
    """Reads batches of text columns under one schema; gives each row the verdict that `load` would give it.

    Beyond that, rows whose number a register gives to a natural person are rejected, where the reading has a register.
    """

    def __init__(self, schema: LedgerSchema) -> None:
        self._schema = schema
        self._fields = schema.ledger_fields
        self._known = {name: _lookup(field, [], [], []) for name, field in self._fields.items()}
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
        accepted = (rows if fit.all() else rows.filter(fit)).select("row", *self._fields)
        rejected = self._told(frame, rows, ~fit)
        persons = self._schema.reading.persons
        if persons is not None:
            accepted, told = without_persons(accepted, persons)
            rejected = pl.concat([rejected, told], how="vertical_relaxed") if told.height else rejected
        return Judged(accepted, rejected)

    def _shortcuts(self, frame: pl.DataFrame, present: Mapping[str, LedgerField]) -> dict[str, pl.Series]:
        """Return the values of plain texts in the columns where nearly every text is another."""
        reading = self._schema.reading
        direct = {name: field for name, field in present.items() if not field.repeats}
        ends = {name: pl.col(name).str.starts_with(" ") | pl.col(name).str.ends_with(" ") for name in direct}
        padded = frame.select(
            pl.any_horizontal(pl.lit(value=False), end).any().alias(name) for name, end in ends.items()
        )
        texts = {
            name: pl.col(name).str.strip_chars(" ") if padded[name].any() else pl.col(name) for name in direct
        }
        found = {name: field.well_formed(texts[name], reading) for name, field in direct.items()}
        shortcuts = frame.select(
            **{name: shortcut for name, shortcut in found.items() if shortcut is not None}
        )
        return {series.name: series for series in shortcuts}

    def _read(
        self, name: str, field: LedgerField, texts: pl.Series, shortcut: pl.Series | None
    ) -> tuple[pl.Series, pl.Series | None]:
        """Return the values and, where any text is unfit, the index of the fault of each row."""
        left = texts if shortcut is None else texts.filter(shortcut.is_null())
        if shortcut is not None and left.null_count() == len(left):
            return shortcut, None
        found = self._look_up(name, field, texts, left)
        value = (
            found["value"] if shortcut is None else shortcut.zip_with(shortcut.is_not_null(), found["value"])
        )
        return value.alias(name), found["unfit"] if found["unfit"].null_count() < len(found) else None

    def _look_up(self, name: str, field: LedgerField, texts: pl.Series, asked: pl.Series) -> pl.DataFrame:
        """Return "value" and "unfit" of each text; `asked` are those that need an answer. Each text is read once a file."""
        known = self._known[name]
        new = (
            pl.DataFrame({"text": asked}).join(known, on="text", how="anti").to_series().unique().drop_nulls()
        )
        if len(new):
            fresh = self._read_once(name, field, new)
            if len(known) + len(new) > MEMORY:
                asked_again = pl.DataFrame({"text": asked.unique()}).join(known, on="text", how="semi")
                known = known.join(asked_again, on="text", how="semi")
            known = self._known[name] = pl.concat([known, fresh])
        return pl.DataFrame({"text": texts}).join(known, on="text", how="left", maintain_order="left")

    def _read_once(self, name: str, field: LedgerField, texts: pl.Series) -> pl.DataFrame:
        """Return the lookup of texts that were not met before: at once where they are plain, else one by one."""
        reading = self._schema.reading
        plain = field.well_formed(pl.col("text"), reading) if field.repeats else None
        known = pl.DataFrame({"text": texts})
        sure = known.select(
            "text",
            value=pl.lit(None, dtype=field.dtype) if plain is None else plain,
            unfit=pl.lit(None, dtype=pl.UInt16),
        ).filter(pl.col("value").is_not_null())
        rest = known.join(sure, on="text", how="anti").to_series().to_list()
        read = [field.verdict(text, reading) for text in rest]
        unfit = [None if code is None else self._fault(code, name) for _, code in read]
        return pl.concat([sure, _lookup(field, rest, [value for value, _ in read], unfit)])

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


def _lookup(field: LedgerField, texts: list[str], values: list[Any], unfit: list[int | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "text": pl.Series(texts, dtype=pl.String),
            "value": pl.Series(values, dtype=field.dtype, strict=True),
            "unfit": pl.Series(unfit, dtype=pl.UInt16),
        }
    )
