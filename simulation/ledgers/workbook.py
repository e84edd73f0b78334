"""Excel workbooks with the same bytes on every run."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

_MADE = datetime(2026, 11, 1, tzinfo=UTC)
"""Creation date in the workbook's properties; fixed, so that the same rows give the same bytes."""


def write_workbook(path: Path, rows: pl.DataFrame, *, sheet: str, title: str | None) -> None:
    """Write the rows under their headings, under a title line and a blank one where there is a title."""
    with xlsxwriter.Workbook(
        path, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    ) as workbook:
        workbook.set_properties({"created": _MADE.replace(tzinfo=None)})
        page = workbook.add_worksheet(sheet)
        top = 0
        if title is not None:
            page.write_string(0, 0, title)
            top = 2
        for column, heading in enumerate(rows.columns):
            page.write_string(top, column, heading)
        for line, values in enumerate(rows.iter_rows(), start=top + 1):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    page.write_string(line, column, value)
                elif value is not None:
                    page.write(line, column, value)
