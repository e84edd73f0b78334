"""The outcome of rows while a file is read: counts of all, and the first of each kind by name."""

from collections import Counter
from collections.abc import Mapping

import polars as pl

from network.ingest.ledger import RowProblem

KEPT = 10_000
"""Problems told one by one; the counts are of all."""


class Tally:
    """Counts accepted, rejected and unprocessed rows; their sum is what was read."""

    def __init__(self) -> None:
        self.accepted = 0
        self.rejected_by_code: Counter[str] = Counter()
        self.unprocessed_by_code: Counter[str] = Counter()
        self.rejections: list[RowProblem] = []
        self.unprocessed_rows: list[RowProblem] = []
        self.notices: list[RowProblem] = []

    @property
    def rows_read(self) -> int:
        """All rows so far, whatever became of them."""
        return self.accepted + self.rejected_by_code.total() + self.unprocessed_by_code.total()

    def reject(self, told: pl.DataFrame, headings: Mapping[str, str]) -> None:
        """Count rejected rows: "row", "code", "field", "text", and "first" where another row came first."""
        self._count(told, self.rejected_by_code)
        for row in told.head(KEPT - len(self.rejections)).iter_rows(named=True):
            values: dict[str, object] = {
                "field": headings.get(row["field"], row["field"]),
                "value": row["text"] or "",
            }
            if "first" in row:
                values["first"] = row["first"]
            self.rejections.append(RowProblem(row["row"], row["code"], values))

    def pass_over(self, rows: pl.Series, code: str) -> None:
        """Count rows that are not about a customer's debt, and name the first of them."""
        if not len(rows):
            return
        self.unprocessed_by_code[code] += len(rows)
        room = KEPT - len(self.unprocessed_rows)
        self.unprocessed_rows += [RowProblem(row, code) for row in rows.head(room).to_list()]

    def pass_over_unnamed(self, number: int, code: str) -> None:
        """Count rows that are not worth naming one by one: the other accounts of a company's books."""
        if number:
            self.unprocessed_by_code[code] += number

    def notice(self, code: str, **values: object) -> None:
        """Say something about the whole file, once."""
        told = RowProblem(0, code, values)
        if told not in self.notices:
            self.notices.append(told)

    @staticmethod
    def _count(told: pl.DataFrame, counts: Counter[str]) -> None:
        for code, number in told.group_by("code").len().iter_rows():
            counts[code] += number
