"""A sign of life, for load balancers and container engines: 200 where the pages can answer, 503 where they cannot."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from network.services.accounts import is_first_run
from network.web.pages import public_page

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("")
@public_page
def show() -> ResponseReturnValue:
    """Ask the database one question, for without it there is no page; queue and search may be away for a while."""
    is_first_run()
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
