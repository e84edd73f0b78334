"""The pages for a WSGI server of one's own; one machine needs no more than `vigie up`, which does the same.

    gunicorn --config=python:network.web.server --bind=0.0.0.0:8400 network.wsgi

Importing this connects the database, opens the keys and makes `application`, by the settings of the environment. A server
that cannot start ends with one line that says why.
"""

import atexit
import sys
from contextlib import ExitStack

from flask import Flask

from network import create_app
from network.cli.console import complain, network_running, say
from network.errors import NetworkError
from network.extensions import database

_UNFIT = 2


def _make() -> Flask:
    stack = ExitStack()
    atexit.register(stack.close)
    try:
        runtime = stack.enter_context(network_running(redis=True, web=True))
    except NetworkError as error:
        complain(say(error.message, **error.values))
        sys.exit(_UNFIT)
    made = create_app(runtime.settings)
    database.engine.dispose()  # each process opens connections of its own after it was forked
    return made


application = _make()
