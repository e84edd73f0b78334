"""The turns of one debtor, worked out again from its releases: the events of its page."""

import uuid

from sqlalchemy import exists, select

from alerts.matching import closed_epochs
from alerts.movements import WINDOW
from alerts.rules import Happening, turns
from network.models import Release
from network.permissions import Actor, Permission, require
from network.schemas.release import read_release
from network.transaction import reading

MONTHS = 24


def read_turns(actor: Actor, *, debtor_id: uuid.UUID, months: int = MONTHS) -> tuple[Happening, ...]:
    """Return what turned about a debtor in the last closed epochs, newest first.

    It is what the watchers of the debtor were told in each epoch, whether or not anybody watched. Releases are
    public to all members, so any reader may ask; whether the actor may know of the debtor is `read_profile`'s to say.
    """
    require(actor, Permission.PROFILE_READ)
    with reading() as session:
        epochs = closed_epochs(session, limit=months + WINDOW)
        if not epochs:
            return ()
        bodies = session.scalars(
            select(Release.body).where(Release.debtor_id == debtor_id, Release.epoch >= epochs[0])
        ).all()
        older = exists().where(Release.debtor_id == debtor_id, Release.epoch < epochs[0])
        published_earlier = bool(session.scalar(select(older)))
    return turns(
        [read_release(body) for body in bodies],
        epochs=epochs,
        since=epochs[-months:][0],
        published_earlier=published_earlier,
    )
