"""Asks a running product what a reader can ask, and hands the answers to `anonymization.attacks.oracle`."""

import io
import random
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import text
from stdnum import luhn
from werkzeug.test import TestResponse

from alerts.rules import turns
from anonymization.attacks import oracle
from anonymization.attacks.judgement import Distances, Trials
from anonymization.attacks.oracle import Answer, counted, differing
from network.promise.stage import DEBTORS, MONTHS, PASSWORD, Known, Stage, product
from network.runtime import started
from network.schemas.release import ReleasedValues, read_release
from network.transaction import reading

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_DIFFERS = re.compile(
    r"""name="csrf_token" value="[^"]*"|'?nonce-[\w-]{16,}|nonce="[^"]*"|\b[0-9a-f]{12}\b|content="[\w.-]{60,}"|Expires=[^;]*"""
)
_TAGS = re.compile(r"<(script|style|svg|table).*?</\1>|<[^>]+>", re.DOTALL)
_FRAGMENT = {"X-Vigie-Fragment": "1"}
ASKED = 25
_TIMES = 300
_AMOUNT = "48151.62"
_UPLOAD = (
    "customer_id,customer_name,siren,invoice_id,invoice_date,due_date,amount,currency,settled_date,disputed\n"
    "C1,{name},732829320,F1,2026-08-01,2026-08-31," + _AMOUNT + ",EUR,,false\n"
    "C2,{name},not-a-number,F2,2026-08-01,31/02/2026," + _AMOUNT + ",EUR,,maybe\n"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who has signed in."""

    client: FlaskClient
    token: str


def attack_product(
    profile: str,
    *,
    with_times: bool,
    seed: int = 1,
    debtors: int = DEBTORS,
    months: int = MONTHS,
    most: int = ASKED,
) -> Mapping[str, Trials]:
    """Return the trials of every claim of `anonymization.attacks.oracle`; times only where the machine is quiet enough.

    At most `most` debtors of each kind are asked about.
    """
    said = io.StringIO()
    with product(profile, seed=seed, debtors=debtors, months=months) as stage:
        with redirect_stdout(said), redirect_stderr(said):
            one, other = (_reader(stage, email) for email in stage.readers)
            hidden, nobody = _identities(stage.known, most)
            trials = dict(differing(_asked(one, hidden, stage.known), _asked(one, nobody, stage.known)))
            trials[oracle.WITHHELD] = counted(
                _unlike(_why(one, each) for each in stage.known.withheld[:most])
            )
            trials[oracle.READERS] = counted(_differ_by_reader(one, other, stage.known, most))
            _send_a_file(one, stage.known.names[0])
            if with_times:
                trials[oracle.TIMES] = _timed(one, hidden, nobody)
        logs = said.getvalue() + "".join(
            path.read_text("utf-8", errors="replace") for path in stage.settings.home.rglob("*.log")
        )
        needles = _needles(stage, hidden)
        trials[oracle.LOGS] = counted([each in logs for each in needles])
        with started(stage.settings):
            trials[oracle.ALERTS] = counted(_underivable())
    return trials


def _reader(stage: Stage, email: str) -> Reader:
    client = stage.app.test_client()
    client.post(
        "/sign-in", data={"csrf_token": _token(client.get("/sign-in")), "email": email, "password": PASSWORD}
    )
    return Reader(client, _token(client.get("/")))


def _token(page: TestResponse) -> str:
    found = _TOKEN.search(page.text)
    if found is None:
        raise RuntimeError(f"a page without a form answered {page.status}")
    return found[1]


Identity = tuple[uuid.UUID, str]
"""A debtor's id, or one that is nobody's, and a SIREN."""


def _identities(known: Known, most: int) -> tuple[list[Identity], list[Identity]]:
    """Return hidden debtors with a number, and as many identities that nobody has."""
    hidden = [(debtor, siren) for debtor, _, siren in known.hidden if siren is not None][:most]
    return hidden, [(uuid.uuid4(), _made_up_siren()) for _ in hidden]


def _made_up_siren() -> str:
    digits = str(secrets.randbelow(10**7) + 10**7)
    return digits + luhn.calc_check_digit(digits)


def _asked(reader: Reader, identities: Sequence[Identity], known: Known) -> list[Answer]:
    """Return the answers to all questions about each identity."""
    return [
        _answer(question, ask(reader, debtor, siren, known), (str(debtor), siren))
        for debtor, siren in identities
        for question, ask in _QUESTIONS.items()
    ]


def _get(path: str, **headers: str) -> Callable[[Reader, uuid.UUID, str, Known], TestResponse]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reader, debtor, siren, known: reader.client.get(
        path.format(debtor=debtor, siren=siren, epoch=known.epoch), headers=sent
    )


def _post(path: str, **headers: str) -> Callable[[Reader, uuid.UUID, str, Known], TestResponse]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reader, debtor, _siren, _known: reader.client.post(
        path.format(debtor=debtor), data={"csrf_token": reader.token}, headers=sent
    )


_QUESTIONS: Mapping[str, Callable[[Reader, uuid.UUID, str, Known], TestResponse]] = {
    "page": _get("/debtors/{debtor}"),
    "page as a program": _get("/debtors/{debtor}", Accept="application/json"),
    "page again": _get(
        "/debtors/{debtor}", If_None_Match="*", If_Modified_Since="Sat, 01 Jan 2028 00:00:00 GMT"
    ),
    "methods": lambda reader, debtor, _siren, _known: reader.client.options(f"/debtors/{debtor}"),
    "head": lambda reader, debtor, _siren, _known: reader.client.head(f"/debtors/{debtor}"),
    "put": lambda reader, debtor, _siren, _known: reader.client.put(f"/debtors/{debtor}"),
    "watch": _post("/debtors/{debtor}/watch"),
    "watch by script": _post("/debtors/{debtor}/watch", **_FRAGMENT),
    "unwatch": _post("/debtors/{debtor}/unwatch"),
    "unwatch by script": _post("/debtors/{debtor}/unwatch", **_FRAGMENT),
    "page after watching": _get("/debtors/{debtor}"),
    "proof": _get("/log/releases/{debtor}/{epoch}.json"),
    "search by id": _get("/search?q={debtor}"),
    "search by number": _get("/search?q={siren}"),
    "search by field": _get("/search?q=siren:{siren}"),
    "results by number": _get("/search?q={siren}", **_FRAGMENT),
    "suggestions": _get("/search/suggestions?q={siren}"),
}


def _answer(question: str, response: TestResponse, asked: Iterable[str]) -> Answer:
    body = response.text
    for word in asked:
        body = body.replace(word, "…")
    headers = sorted((name, _header(name, value)) for name, value in response.headers.items())
    return Answer(
        question,
        response.status_code,
        tuple(headers),
        _DIFFERS.sub("…", body),
        len(response.data),
    )


def _header(name: str, value: str) -> str:
    """Return a header without what is new in every answer; of a cookie, its name and attributes."""
    if name == "Set-Cookie":
        value = re.sub(r"=[^;]*;", "=…;", value, count=1)
    masked = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", value)
    return "…" if name in {"Date", "Content-Length"} else _DIFFERS.sub("…", masked)


def _why(reader: Reader, debtor: uuid.UUID) -> str:
    """Return what a withheld debtor's page says of its being withheld, without numbers and months."""
    page = reader.client.get(f"/debtors/{debtor}").text
    words = re.sub(r"\s+", " ", _TAGS.sub(" ", page))
    start = words.index("Last published in")
    return re.sub(r"[A-Z][a-z]+ \d{4}", "…", words[start : words.index("members contribute.", start)])


def _unlike(words: Iterable[str]) -> list[bool]:
    """Return for each text whether it is another than the first."""
    found = list(words)
    return [each != found[0] for each in found]


def _differ_by_reader(one: Reader, other: Reader, known: Known, most: int) -> list[bool]:
    """Return for each published debtor whether two readers see another page, or get another proof."""
    differs = []
    for debtor in known.published[:most]:
        for path in (f"/debtors/{debtor}", f"/log/releases/{debtor}/{known.epoch}.json"):
            seen = [
                _DIFFERS.sub("…", _released_part(reader.client.get(path).text)) for reader in (one, other)
            ]
            differs.append(seen[0] != seen[1] or not seen[0])
    return differs


def _released_part(page: str) -> str:
    """Return the page of a debtor without the frame, which greets its reader by name."""
    start, end = page.find("<main"), page.find("</main>")
    return page[start:end] if start >= 0 else page


def _send_a_file(reader: Reader, name: str) -> None:
    """Send a ledger with a good and a bad line, so that intake has something to complain of."""
    file = (io.BytesIO(_UPLOAD.format(name=name).encode()), "ledger.csv")
    reader.client.post("/contributions", data={"csrf_token": reader.token, "file": file})
    reader.client.get("/contributions")


def _needles(stage: Stage, hidden: Sequence[Identity]) -> list[str]:
    """Return what was said in the session and must be in no log."""
    return [*stage.known.names, *(siren for _, siren in hidden), *stage.readers, _AMOUNT, PASSWORD]


def _timed(reader: Reader, hidden: Sequence[Identity], nobody: Sequence[Identity]) -> Distances:
    """Return the milliseconds of answers about hidden debtors and about nobody, asked in random order."""
    order = [(place % 2, identity) for place in range(2) for identity in (hidden, nobody)[place]]
    order = (order * (1 + 2 * _TIMES // len(order)))[: 2 * _TIMES]
    random.Random(1).shuffle(order)  # noqa: S311  # an order, no secret
    took: tuple[list[float], list[float]] = ([], [])
    for side, (debtor, _siren) in order:
        begin = time.perf_counter()
        reader.client.get(f"/debtors/{debtor}")
        took[side].append(1000 * (time.perf_counter() - begin))
    return Distances(np.array(took[0]), np.array(took[1]))


def _underivable() -> list[bool]:
    """Return for each piece of news whether releases do not give it, and for each that they give whether it is missing."""
    with reading() as session:
        epochs = list(session.scalars(text("SELECT epoch FROM release_epoch ORDER BY epoch")))
        bodies = session.execute(text("SELECT debtor_id, body FROM release ORDER BY epoch")).all()
        news = session.execute(text("SELECT DISTINCT debtor_id, epoch, rule FROM news")).all()
        watches = set(session.scalars(text("SELECT DISTINCT debtor_id FROM watch")))
    releases: dict[uuid.UUID, list[ReleasedValues]] = {}
    for row in bodies:
        releases.setdefault(row.debtor_id, []).append(read_release(row.body))
    told = {(row.debtor_id, row.epoch, row.rule) for row in news}
    derived = {
        (debtor, turn.epoch, turn.rule.name)
        for debtor in watches
        for turn in turns(releases.get(debtor, []), epochs=epochs, since=epochs[1])
    }
    return [*(each not in derived for each in told), *(each not in told for each in derived)]
