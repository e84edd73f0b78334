"""`python -m network.migrations "what changes"`: a draft of the next migration, to be checked by hand."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from network import migrations
from network.embedded import engines


def draft(message: str) -> None:
    """Write the file of the next revision: what the models have that the migrations before it do not."""
    number = f"{len(list(ScriptDirectory.from_config(migrations.configuration()).walk_revisions())) + 1:04d}"
    with tempfile.TemporaryDirectory() as scratch, engines.held(Path(scratch), is_durable=False) as running:
        engine = create_engine(running.database_url or "")
        migrations.upgrade(engine)
        with engine.begin() as connection:
            command.revision(
                migrations.configuration(connection), message=message, autogenerate=True, rev_id=number
            )
        engine.dispose()


draft(sys.argv[1])
