"""How gunicorn serves the pages, for `vigie web` and for a gunicorn of one's own.

    gunicorn --config=python:network.web.server --bind=0.0.0.0:8400 --workers=4 network.wsgi

gunicorn reads the names below as its own settings; words on its command line come before them.
"""

import threading

workers = 2
worker_class = "gthread"
threads = 4
preload_app = True
"""The application is made once, before its processes are forked: they share its memory, and one that cannot start says so once."""
timeout = 120
"""Seconds without a sign of life after which a process is killed; a ledger of 256 MB takes half of that."""
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
proc_name = "vigie-web"


def post_worker_init(_worker: object) -> None:
    """Compile the pictures of the debtor page while the process waits for its first reader."""
    from network.web import charts  # noqa: PLC0415  # Altair takes a second to load; here nobody waits for it

    threading.Thread(target=charts.prepare, daemon=True).start()
