"""`vigie web`, `vigie worker`, `vigie scheduler`: the three processes of `vigie up`, each on its own."""

from typing import Any

import click

from network.cli.console import example, network_running, say
from network.i18n import mark

WORKER_CHILDREN = 1


@click.command(
    help=say(mark("Serve the pages; `vigie up` runs this for you.")),
    epilog=example("VIGIE_PORT=8400 vigie web"),
)
def web() -> None:
    """Serve until told to stop."""
    from gunicorn.app.base import BaseApplication

    from network import create_app
    from network.extensions import database
    from network.web import server

    with network_running(redis=True, web=True) as runtime:
        settings = runtime.settings
        app = create_app(settings)
        database.engine.dispose()  # each worker opens connections of its own after it was forked

        class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
            """gunicorn on our application."""

            def load_config(self) -> None:
                """Hand over our settings; a gunicorn that is too old for one of them goes without."""
                for name in self.cfg.settings:
                    if hasattr(server, name):
                        self.cfg.set(name, getattr(server, name))
                self.cfg.set("bind", f"{settings.host}:{settings.port}")
                self.cfg.set("loglevel", settings.log_level)

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
    from network.embedded.places import Places
    from network.extensions import celery

    with network_running(redis=True) as runtime:
        tasks.configure(runtime.settings)
        places = Places(runtime.settings.home)
        places.run.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody made it where no engine is ours
        celery.Beat(
            schedule=str(places.run / "schedule"),
            loglevel=_quieter(runtime.settings.log_level),
        ).run()


def _quieter(level: str) -> str:
    """Return Celery's level: at "info" it writes three lines for each look at the outbox, every two seconds."""
    return "warning" if level == "info" else level
