"""Objects that live as long as the process. Imports nothing of ours."""

from celery import Celery
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session


class Database:
    """The connection pool of this process, set once at start."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def connect(self, url: str, *, pool_size: int = 5) -> Engine:
        """Point the process at a PostgreSQL server; an earlier pool is closed. `url` is SQLAlchemy's form.

        Errors tell the statement without its values: these are names and amounts, and errors are logged.
        """
        if self._engine is not None:
            self._engine.dispose()
        self._engine = create_engine(url, pool_pre_ping=True, pool_size=pool_size, hide_parameters=True)
        return self._engine

    def disconnect(self) -> None:
        """Close the pool; the process may connect again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @property
    def engine(self) -> Engine:
        """The engine.

        Raises:
            RuntimeError: `connect` was never called; a fault of ours.
        """
        if self._engine is None:
            raise RuntimeError("database.connect() has not been called")
        return self._engine

    def new_session(self) -> Session:
        """Return a new session; only :mod:`network.transaction` calls this."""
        return Session(self.engine, expire_on_commit=False)


database = Database()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
bootstrap = Bootstrap5()
limiter = Limiter(get_remote_address, storage_uri=None)
celery = Celery("vigie")
