"""The release log for members: its heads day by day, what it was told by which rules, and everything to check it by."""

import json
import uuid
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from network.permissions import Actor, Permission
from network.services.log_proofs import (
    HEADS_A_PAGE,
    HeadId,
    LoggedMonth,
    SignedHead,
    consistency_proof,
    logged_months,
    manifest_proof,
    newest_head,
    read_head,
    read_heads,
    release_proof,
)
from network.web.downloads import VERIFIER
from network.web.pages import page

blueprint = Blueprint("release_log", __name__, url_prefix="/log")


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A head as a row of the table: how many entries it has more than the one before, and which month brought them."""

    head: SignedHead
    added: int
    month: str | None


@blueprint.get("")
@page(Permission.PROFILE_READ)
def show(actor: Actor) -> ResponseReturnValue:
    """Show the newest head, how to check the log, its heads newest first, and its months."""
    asked = request.args.get("before")
    before = HeadId.read(asked) if asked else None
    found = read_heads(
        actor, before=before, limit=HEADS_A_PAGE + 1
    )  # one more, to tell what the last one added
    months = logged_months(actor)
    return render_template(
        "release_log/show.html",
        newest=newest_head(actor),
        rows=_rows(found.heads, months)[:HEADS_A_PAGE],
        has_more=len(found.heads) > HEADS_A_PAGE,
        is_first_page=before is None,
        months=months,
        tool=VERIFIER.name,
    )


@blueprint.get("/heads/<head>.txt")
@page(Permission.PROFILE_READ)
def head(actor: Actor, head: str) -> ResponseReturnValue:
    """Give a signed head, as one keeps it."""
    found = read_head(actor, head=HeadId.read(head))
    return _download(found.note, name=f"vigie-head-{found.id}.txt")


@blueprint.get("/consistency.json")
@page(Permission.PROFILE_READ)
def consistency(actor: Actor) -> ResponseReturnValue:
    """Give the proof that the newer of two heads continues the older."""
    old, new = (HeadId.read(request.args.get(name, "")) for name in ("old", "new"))
    found = consistency_proof(actor, old=old, new=new)
    return _proof(found.as_object(), name=f"vigie-heads-{found.old.id}-{found.new.id}.json")


@blueprint.get("/releases/<uuid:debtor_id>/<epoch>.json")
@page(Permission.PROFILE_READ)
def release(actor: Actor, debtor_id: uuid.UUID, epoch: str) -> ResponseReturnValue:
    """Give the proof that a release is in the log; `?head=` asks for another head than the newest."""
    found = release_proof(actor, debtor_id=debtor_id, epoch=epoch, head=_asked_head())
    return _proof(found.as_object(), name=f"vigie-release-{debtor_id}-{epoch}.json")


@blueprint.get("/months/<epoch>.json")
@page(Permission.PROFILE_READ)
def manifest(actor: Actor, epoch: str) -> ResponseReturnValue:
    """Give the proof that a month was closed under the rules that its manifest names."""
    found = manifest_proof(actor, epoch=epoch, head=_asked_head())
    return _proof(found.as_object(), name=f"vigie-month-{epoch}.json")


@blueprint.get("/key.txt")
@page(Permission.PROFILE_READ)
def key(actor: Actor) -> ResponseReturnValue:
    """Give the public key; nothing before the first head."""
    newest = newest_head(actor)
    return _download("" if newest is None else f"{newest.key}\n", name="vigie-log-key.txt")


@blueprint.get(f"/{VERIFIER.name}")
@page(Permission.PROFILE_READ)
def tool(_actor: Actor) -> ResponseReturnValue:
    """Give the tool that checks all of these without us."""
    return _download(VERIFIER.read_text(encoding="utf-8"), name=VERIFIER.name)


def _rows(heads: tuple[SignedHead, ...], months: tuple[LoggedMonth, ...]) -> list[HeadRow]:
    closed = {month.end: month.epoch for month in months}
    older_sizes = [*(head.size for head in heads[1:]), 0]
    return [
        HeadRow(head, head.size - older, closed.get(head.size) if head.size > older else None)
        for head, older in zip(heads, older_sizes, strict=False)
    ]


def _asked_head() -> HeadId | None:
    asked = request.args.get("head")
    return HeadId.read(asked) if asked else None


def _proof(found: dict[str, object], *, name: str) -> Response:
    return _download(
        json.dumps(found, ensure_ascii=False, indent=1) + "\n", name=name, kind="application/json"
    )


def _download(body: str, *, name: str, kind: str = "text/plain; charset=utf-8") -> Response:
    return Response(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
