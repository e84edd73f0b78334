from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.schemas.readings import UnfitError, declared_format, read_amount, read_date

NO_BREAK, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("text", "decimal", "cents"),
    [
        ("1234,56", None, 123456),
        ("1234.56", None, 123456),
        ("1.234,56", None, 123456),
        ("1,234.56", None, 123456),
        ("1 234,56", None, 123456),
        (f"1{NO_BREAK}234,56", None, 123456),
        (f"1{NARROW}234{NARROW}567,8", None, 123456780),
        ("1.234.567", None, 123456700),
        ("1.234", ",", 123400),
        ("1.234", ".", 123),
        ("1,234", ".", 123400),
        ("1'234.50", None, 123450),
        ("-12,5", None, -1250),
        ("\u221212,5", None, -1250),
        ("12,50-", None, -1250),
        ("(12,50)", None, -1250),
        ("+7", None, 700),
        ("0000000074,70", ",", 7470),
        ("2309.7899999999995", None, 230979),
        ("64982.589", ".", 6498259),
        ("0.123", None, 12),
        ("1 234.567", None, 123457),
    ],
)
def test_an_amount_with_one_meaning_is_read(text: str, decimal: str | None, cents: int) -> None:
    assert read_amount(text, decimal) == cents


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "-999,999", "(1,234)"])
def test_an_amount_with_two_meanings_is_not_guessed(text: str) -> None:
    with pytest.raises(UnfitError, match="amount_ambiguous"):
        read_amount(text, None)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("12a", None),
        ("12 €", None),
        ("1E+05", None),
        ("1,2,3", None),
        ("12 34", None),
        ("1234.56", ","),
        ("1,234.56", ","),
        ("--5", None),
        ("1234,", None),
        (",5", None),
        ("9" * 16, None),
        ("١٢٣", None),
    ],
)
def test_what_is_no_amount_is_refused(text: str, decimal: str | None) -> None:
    with pytest.raises(UnfitError, match="amount_invalid"):
        read_amount(text, decimal)


@given(cents=st.integers(-(10**13), 10**13), decimal=st.sampled_from([",", "."]))
def test_an_amount_written_with_its_declared_sign_comes_back(cents: int, decimal: str) -> None:
    shown = f"{Decimal(cents) / 100:,.2f}"
    written = shown.translate(str.maketrans({",": "\u202f", ".": decimal}))
    assert read_amount(written, decimal) == cents


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("2026-03-04", None, date(2026, 3, 4)),
        ("2026-03-04", "%d/%m/%Y", date(2026, 3, 4)),
        ("20260304", None, date(2026, 3, 4)),
        ("2026/03/04", None, date(2026, 3, 4)),
        ("2026-03-04 00:00:00", None, date(2026, 3, 4)),
        ("2026-03-04T10:20:30Z", None, date(2026, 3, 4)),
        ("31/12/2026", None, date(2026, 12, 31)),
        ("12/31/2026", None, date(2026, 12, 31)),
        ("04.04.2026", None, date(2026, 4, 4)),
        ("03/04/2026", "%d/%m/%Y", date(2026, 4, 3)),
        ("03/04/2026", "%m/%d/%Y", date(2026, 3, 4)),
        ("3/4/2026", "%d/%m/%Y", date(2026, 4, 3)),
        ("03/04/26", "%d/%m/%y", date(2026, 4, 3)),
        ("03042026", "%d%m%Y", date(2026, 4, 3)),
    ],
)
def test_a_date_with_one_meaning_is_read(text: str, date_format: str | None, day: date) -> None:
    assert read_date(text, date_format) == day


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026", "31/12/26", "01 02 2026"])
def test_a_date_with_two_meanings_is_not_guessed(text: str) -> None:
    with pytest.raises(UnfitError, match="date_ambiguous"):
        read_date(text, None)


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("31/02/2026", None),
        ("45000", None),
        ("2026-13-01", None),
        ("1899-12-31", None),
        ("2026-3", None),
        ("32/32/2026", None),
        ("31.12.2026", "%d/%m/%Y"),
        ("12/31/2026", "%d/%m/%Y"),
        ("3042026", "%d%m%Y"),
    ],
)
def test_what_is_no_date_is_refused(text: str, date_format: str | None) -> None:
    with pytest.raises(UnfitError, match="date_invalid"):
        read_date(text, date_format)


@pytest.mark.parametrize("text", ["%d/%m/%Y", "DD/MM/YYYY", "jj/mm/aaaa", "dd/mm/yyyy"])
def test_people_write_the_same_format_in_several_ways(text: str) -> None:
    assert declared_format(text) == "%d/%m/%Y"


@pytest.mark.parametrize("text", ["", "%d/%m", "%d %B %Y", "french", "%d/%d/%Y", "2026"])
def test_a_format_that_does_not_order_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any wording
        declared_format(text)
