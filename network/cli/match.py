"""`vigie match`: one list of companies against another; no network is needed."""

import csv
import gzip
import io
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, TextIO, cast

import click

from network.cli.console import Progress, example, json_option, note, print_json, print_table, progress, say
from network.errors import ConflictError, NotFoundError, UnreadableError
from network.i18n import mark

if TYPE_CHECKING:
    from network.ingest.company_list import CompanyList
    from network.resolution.matcher import Match, Reference
    from network.resolution.outcome import MatchBand

COLUMNS = ("query", "id", "name", "score", "band", "reasons")
"""`query` is the name as it was asked; `id` and `name` are those of the reference list."""

TOLD_EVERY = 1_000
_READABLE = 0o666


@click.command(
    help=say(
        mark(
            "Match a list of companies to another one, whatever the spelling. Both are CSV or XLSX with a column name, and perhaps "
            "siren, siret, vat, lei, postcode, city, country; the reference also has an id. The result has one row a query, in "
            "their order: query, id, name, score (the chance that it is the company meant), band (link, review, new) and reasons."
        )
    ),
    epilog=example(
        "vigie match --reference customers.csv --queries crm.xlsx --out matched.csv",
        "vigie match --reference sirene.csv.gz --queries names.csv --out matched.csv.gz --country FR --json",
    ),
)
@click.option(
    "--reference",
    required=True,
    type=click.Path(path_type=Path),
    help=say(mark("The list to match against.")),
)
@click.option(
    "--queries",
    required=True,
    type=click.Path(path_type=Path),
    help=say(mark("The list whose companies are looked up.")),
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=say(mark("The CSV to write (.gz: packed); it appears when it is complete.")),
)
@click.option(
    "--country",
    metavar="CC",
    help=say(mark("Two letters: the country of companies of either list that name none.")),
)
@click.option(
    "--review-from",
    type=click.FloatRange(0, 1),
    help=say(mark("Chance from which the best candidate is shown for review; lower ones are new.")),
)
@json_option
def match(
    reference: Path,
    queries: Path,
    out: Path,
    country: str | None,
    review_from: float | None,
    *,
    as_json: bool,
) -> None:
    """Write the matches and print how many fell into each band."""
    from network.ingest.company_list import open_companies
    from network.ingest.mapping import Mapping
    from network.resolution.matcher import REVIEW_FROM, Reference, refuse_unclear_ids

    _refuse_overwriting(out, reference, queries)
    declared = Mapping.from_values({"country": country.upper()}, name="--country") if country else Mapping()
    with _naming(queries):
        asked = open_companies(queries, mapping=declared)
    with _naming(reference), progress(say(mark("Reading the reference list")), quiet=as_json):
        theirs = open_companies(reference, mapping=declared)
        if "id" not in theirs.columns:
            raise UnreadableError(
                mark("It has no column “id”: each company of the reference list needs one to be named by."),
                code="heading_missing",
            )
        companies = theirs.frame()
        refuse_unclear_ids(companies)
        known = Reference(companies)
    began = time.monotonic()
    with (
        progress(say(mark("Matching")), quiet=as_json) as advance,
        _draft_of(out) as file,
        _naming(queries),
    ):
        found = matches(
            known, asked, advance, review_from=REVIEW_FROM if review_from is None else review_from
        )
        counts = write(found, file)
    _tell(out, known, counts, seconds=time.monotonic() - began, as_json=as_json)


def matches(
    known: "Reference", asked: "CompanyList", advance: Progress, *, review_from: float
) -> Iterator["Match"]:
    """Yield the matches of a list while it is read, in flat memory; `advance` is told of bytes."""
    done = 0
    for batch in asked.batches():
        for number, found in enumerate(known.match(batch.frame, review_from=review_from), start=1):
            yield found
            if number % TOLD_EVERY == 0:
                advance(done + batch.bytes_read * number // batch.frame.height, asked.size_bytes)
        done += batch.bytes_read
        advance(done, asked.size_bytes)


def write(found: Iterable["Match"], file: TextIO) -> Counter["MatchBand"]:
    """Write one row a match under the headings :data:`COLUMNS`; return how many are in each band."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    counts: Counter[MatchBand] = Counter()
    for match in found:
        counts[match.band] += 1
        why = " ".join(say(reason.message, **reason.values) for reason in match.reasons)
        rows.writerow((match.query, match.id, match.name, f"{match.score:.4f}", match.band.value, why))
    return counts


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Say of which of the two files a refusal speaks."""
    try:
        yield
    except UnreadableError as error:
        if error.error_code == "not_found":
            raise
        raise UnreadableError(
            mark("%(file)s: %(why)s"),
            code=error.error_code,
            file=path.name,
            why=say(error.message, **error.values),
        ) from error


def _refuse_overwriting(out: Path, *sources: Path) -> None:
    """Refuse to write over what is read, or where nothing can be written, before an hour's work."""
    if any(out.resolve() == source.resolve() for source in sources):
        raise ConflictError(mark("--out names one of the lists themselves; give it another name."))
    if out.is_dir() or not out.resolve().parent.is_dir() or not os.access(out.resolve().parent, os.W_OK):
        raise NotFoundError(
            mark("%(path)s cannot be written: give a file in a folder that is there."), path=out
        )


@contextmanager
def _draft_of(out: Path) -> Iterator[TextIO]:
    """Yield a file that takes the name `out` when the block is done; nothing is left of it otherwise."""
    descriptor, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".part", dir=out.resolve().parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw, _packed(raw, out) as packed:
            text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
            yield text
            text.flush()
            text.detach()
        draft.chmod(_READABLE & ~_umask())
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _packed(raw: BinaryIO, out: Path) -> Iterator[IO[bytes]]:
    if out.suffix != ".gz":
        yield raw
        return
    with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
        yield cast("IO[bytes]", packed)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _tell(
    out: Path, known: "Reference", counts: Counter["MatchBand"], *, seconds: float, as_json: bool
) -> None:
    from network.resolution.outcome import MatchBand

    asked = counts.total()
    bands = {band.value: counts[band] for band in (MatchBand.LINK, MatchBand.REVIEW, MatchBand.NEW)}
    speed = round(asked / seconds) if seconds else None
    if as_json:
        print_json(
            {
                "out": str(out),
                "queries": asked,
                "reference": {"names": known.names, "companies": known.companies},
                "bands": bands,
                "seconds": round(seconds, 3),
                "names_per_second": speed,
            }
        )
        return
    headings = (say(mark("Asked")), say(mark("Linked")), say(mark("For review")), say(mark("New")))
    print_table((*headings, say(mark("Names a second"))), [(asked, *bands.values(), speed)])
    note(say(mark("Written: %(path)s"), path=out))
