"""The pages, for people: one file a noun. docs/web.md tells how a page is made."""

from network.web import (
    auth,
    contributions,
    debtor,
    first_run,
    health,
    home,
    inbox,
    judgements,
    known_customers,
    method,
    preferences,
    release_log,
    reviews,
    search,
)

BLUEPRINTS = (
    home.blueprint,
    first_run.blueprint,
    auth.blueprint,
    preferences.blueprint,
    search.blueprint,
    debtor.blueprint,
    contributions.blueprint,
    known_customers.blueprint,
    inbox.blueprint,
    reviews.blueprint,
    judgements.blueprint,
    release_log.blueprint,
    method.blueprint,
    health.blueprint,
)
