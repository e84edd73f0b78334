"""Since when the rules in force are in force, from the book of closed months."""

from dataclasses import dataclass

from sqlalchemy import select

from network.models import ReleaseEpoch, ReleaseManifest
from network.services.log_proofs import read_manifest
from network.transaction import reading


@dataclass(frozen=True, slots=True)
class RulesInUse:
    """The rules of the newest closed month, and the first month of the unbroken row of months closed by them.

    `parameters` is the digest of all numbers; None for months that were closed before rules were logged.
    """

    profile: str
    parameters: str | None
    first: str
    last: str


def rules_in_use() -> RulesInUse | None:
    """Return by which rules the months up to the newest were closed; None before the first close. Public: it names nobody."""
    statement = (
        select(ReleaseEpoch.epoch, ReleaseEpoch.profile, ReleaseManifest.body)
        .outerjoin(ReleaseManifest, ReleaseManifest.epoch == ReleaseEpoch.epoch)
        .order_by(ReleaseEpoch.epoch.desc())
    )
    found: RulesInUse | None = None
    with reading() as session:
        for epoch, profile, manifest in session.execute(statement):
            digest = None if manifest is None else read_manifest(manifest)["parameters"]
            if found is None:
                found = RulesInUse(profile, digest, epoch, epoch)
            elif (profile, digest) == (found.profile, found.parameters):
                found = RulesInUse(profile, digest, epoch, found.last)
            else:
                break
    return found
