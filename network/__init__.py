"""Vigie: the debtor is named, the contributor never is.

Start reading here: :func:`create_app` is the table of contents of the pages; docs/architecture.md has the flow.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from network.settings import Settings


def create_app(settings: "Settings") -> "Flask":
    """Return the web application. The database must be connected before the first request."""
    # Imported here: `import network.errors` must not pull Flask into every `vigie` command.
    from flask import Flask  # noqa: PLC0415

    from network.extensions import bootstrap, csrf, limiter, login  # noqa: PLC0415
    from network.web import (  # noqa: PLC0415
        BLUEPRINTS,
        language,
        presentation,
        refusals,
        request_log,
        security,
        session,
        shell,
    )
    from network.web.configuration import flask_configuration  # noqa: PLC0415

    app = Flask(
        "network", static_folder="web/static", static_url_path="/static", template_folder="web/templates"
    )
    app.config.from_mapping(flask_configuration(settings))

    # What every request passes through
    session.install(app)
    request_log.install(app)
    security.install(app)
    csrf.init_app(app)
    login.init_app(app, add_context_processor=False)
    limiter.init_app(app)

    # How pages look and speak
    bootstrap.init_app(app)
    language.install(app)
    presentation.install(app)
    shell.install(app)
    refusals.install(app)

    # The pages: one file a noun
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
