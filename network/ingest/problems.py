"""Every outcome that intake can name, as one sentence that says what to mend. Codes are stable: members write rules on them."""

from collections.abc import Mapping

from network.i18n import mark, translate
from network.ingest.ledger import RowProblem

REJECTED: Mapping[str, str] = {
    "customer_missing": mark("The row names no customer: give an account number or a name."),
    "natural_person": mark(
        "“%(value)s” reads as a sole trader; natural persons are left out. If it is a company, write its legal form in the name."
    ),
    "natural_person_registered": mark(
        "“%(value)s” in “%(field)s” is a sole trader’s number in the register of companies; natural persons are left out."
    ),
    "identifier_invalid": mark(
        "“%(value)s” in “%(field)s” is not a valid number: its check digits do not agree. Correct it or leave it blank."
    ),
    "invoice_id_missing": mark("The row has no invoice number."),
    "invoice_date_missing": mark("The row has no invoice date."),
    "entry_date_missing": mark("The line has no date."),
    "due_date_missing": mark("The row has no due date: give one, or declare terms_days in the mapping."),
    "report_date_missing": mark(
        "The row has no report date: give one, or declare report_date in the mapping."
    ),
    "amount_missing": mark("The row has no amount."),
    "currency_missing": mark("The row has no currency: give one, or declare currency in the mapping."),
    "date_ambiguous": mark(
        '“%(value)s” in “%(field)s” can be two days: declare the order in the mapping, for example date_format = "%%d/%%m/%%Y".'
    ),
    "date_invalid": mark(
        "“%(value)s” in “%(field)s” is not a date in the declared order; write YYYY-MM-DD if in doubt."
    ),
    "date_in_future": mark("“%(value)s” in “%(field)s” lies in the future; only what has happened is taken."),
    "due_before_invoice": mark("The due date “%(value)s” lies before the invoice date."),
    "amount_ambiguous": mark(
        '“%(value)s” in “%(field)s” can be two amounts: declare the decimal sign in the mapping, for example decimal = ",".'
    ),
    "amount_invalid": mark(
        "“%(value)s” in “%(field)s” is not an amount: write figures only, with the declared decimal sign."
    ),
    "currency_invalid": mark("“%(value)s” is not a currency: write its three letters, for example EUR."),
    "flag_invalid": mark("“%(value)s” in “%(field)s” is neither yes nor no."),
    "formula": mark("“%(value)s” in “%(field)s” is a formula: paste the values and send the file again."),
    "text_too_long": mark("The text in “%(field)s” is longer than 200 characters."),
    "bucket_negative": mark(
        "“%(value)s” in “%(field)s” is negative: set credits against the invoices that they belong to."
    ),
    "buckets_unbalanced": mark(
        "The buckets do not add up to the balance “%(value)s”: check the columns, or mend the row."
    ),
    "duplicate": mark("The row says the same as row %(first)s; it was counted once."),
    "duplicate_conflict": mark(
        "“%(value)s” was given in row %(first)s with other values; the first was kept. Remove the wrong one."
    ),
    "line_malformed": mark(
        "The row has more fields than there are headings: a separator inside a text needs quotation marks."
    ),
    "line_cut": mark("The file ends in the middle of this row: export it again and send it whole."),
    "json_invalid": mark("The line is not a JSON object of texts and numbers."),
    "account_unknown": mark("The row names the customer “%(value)s”, which the file does not describe."),
}
"""Codes of rejected rows."""

UNPROCESSED: Mapping[str, str] = {
    "not_asked": mark("The row is not among those that the mapping asks for."),
    "no_field": mark("The row has nothing in any column that we read."),
    "total_line": mark("The row is a total."),
    "other_account": mark("The row is not on a customer account."),
    "no_amount": mark("The row moves no amount."),
    "cancelled": mark("The document was cancelled."),
    "final_consumer": mark("The row is about unnamed consumers."),
    "cash_sale": mark("The document was paid on the spot: no credit was given."),
    "told_twice": mark("The entry books a document that the file also lists; the document was read."),
}
"""Codes of rows that are not about a customer's debt."""

NOTICES: Mapping[str, str] = {
    "encoding_assumed": mark(
        "The file is not UTF-8 and was read as %(encoding)s; if names look wrong, declare encoding in the mapping."
    ),
    "terms_assumed": mark(
        "No due date: it was counted %(days)s days from the document, the legal default. Declare terms_days if you agreed otherwise."
    ),
    "opening_undated": mark(
        "%(number)s opening balances have no date of their own; their terms were counted from %(day)s, so they may be older than shown."
    ),
    "identifiers_dropped": mark("%(number)s tax numbers did not hold their check digits and were left out."),
    "periods_cut": mark("The file reaches back to %(first)s; only its last %(months)s months are kept."),
    "closing_differs": mark(
        "The name of the file says %(named)s, its entries run from %(first)s to %(last)s."
    ),
}
"""Codes of notices about a whole file."""

SENTENCES: Mapping[str, str] = {**REJECTED, **UNPROCESSED, **NOTICES}


def explain(problem: RowProblem, language: str) -> str:
    """Return the sentence of a row problem or notice in "en" or "fr", with what to mend."""
    values = {name: " ".join(str(value).split()) for name, value in problem.values.items()}
    return translate(SENTENCES[problem.code], language, **values or {"field": ""})
