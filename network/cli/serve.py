"""`vigie web`, `vigie worker`, `vigie scheduler`: the three processes of `vigie up`, each on its own."""

import threading
from typing import Any

import click

from network.cli.console import example, network_running, say
from network.i18n import mark

WEB_WORKERS = 2
WEB_THREADS = 4
WORKER_CHILDREN = 1


def _prepare_charts(_worker: object) -> None:
    """Compile the pictures of the debtor page while the worker waits for its first reader."""
    from network.web import charts

    threading.Thread(target=charts.prepare, daemon=True).start()


@click.command(
    help=say(mark("Serve the pages; `vigie up` runs this for you.")),
    epilog=example("VIGIE_PORT=8400 vigie web"),
)
def web() -> None:
    """Serve until told to stop."""
    from gunicorn.app.base import BaseApplication

    from network import create_app
    from network.extensions import database

    with network_running(redis=True, web=True) as runtime:
        settings = runtime.settings
        app = create_app(settings)
        database.engine.dispose()  # each worker opens connections of its own after it was forked

        class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
            """gunicorn on our application, configured here and not in a file."""

            def load_config(self) -> None:
                """Hand over our settings."""
                options: dict[str, Any] = {
                    "bind": f"{settings.host}:{settings.port}",
                    "workers": WEB_WORKERS,
                    "worker_class": "gthread",
                    "threads": WEB_THREADS,
                    "preload_app": True,
                    "timeout": 120,
                    "graceful_timeout": 10,
                    "keepalive": 5,
                    "control_socket_disable": True,
                    "loglevel": settings.log_level,
                    "proc_name": "vigie-web",
                    "post_worker_init": _prepare_charts,
                }
                for name, value in options.items():
                    if name in self.cfg.settings:
                        self.cfg.set(name, value)

            def load(self) -> Any:
                """Return the application, made before the workers were forked."""
                return app

        Server().run()


@click.command(
    help=say(mark("Do the work that follows commits; `vigie up` runs this for you.")),
    epilog=example("vigie worker"),
)
def worker() -> None:
    """Work until told to stop."""
    from network import tasks
    from network.extensions import celery

    with network_running(redis=True) as runtime:
        tasks.configure(runtime.settings)
        celery.worker_main(
            [
                "worker",
                f"--concurrency={WORKER_CHILDREN}",
                f"--queues={','.join(tasks.QUEUES)}",
                f"--loglevel={_quieter(runtime.settings.log_level)}",
                "--without-gossip",
                "--without-mingle",
            ]
        )


@click.command(
    help=say(mark("Ask for what is due, by the clock; `vigie up` runs this for you.")),
    epilog=example("vigie scheduler"),
)
def scheduler() -> None:
    """Ask until told to stop."""
    from network import tasks
    from network.extensions import celery

    with network_running(redis=True) as runtime:
        tasks.configure(runtime.settings)
        celery.Beat(
            schedule=str(runtime.settings.home / "run" / "schedule"),
            loglevel=_quieter(runtime.settings.log_level),
        ).run()


def _quieter(level: str) -> str:
    """Return Celery's level: at "info" it writes three lines for each look at the outbox, every two seconds."""
    return "warning" if level == "info" else level
