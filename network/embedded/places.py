"""Where the engines keep what they hold, and where their sockets are."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from network.errors import SettingsError
from network.i18n import mark

# A socket's path may have 107 bytes on Linux and 103 on macOS; PostgreSQL adds ".s.PGSQL.5432.lock" to the folder.
_LONGEST_FOLDER = 80


@dataclass(frozen=True, slots=True)
class Places:
    """Files and folders of the engines of one home."""

    home: Path

    @property
    def postgres(self) -> Path:
        """Data folder of PostgreSQL."""
        return self.home / "postgres"

    @property
    def postgres_socket(self) -> Path:
        """Folder of PostgreSQL's socket: its data folder, or a short one where that path is too long."""
        return self.postgres if _fits(self.postgres) else _short(self.home) / "postgres"

    @property
    def postgres_lock(self) -> Path:
        """Held for as long as PostgreSQL lives."""
        return self.run / "postgres.lock"

    @property
    def postgres_log(self) -> Path:
        """What PostgreSQL has to say."""
        return self.logs / "postgres.log"

    @property
    def redis(self) -> Path:
        """Data folder of Redis."""
        return self.home / "redis"

    @property
    def redis_socket(self) -> Path:
        """Socket of Redis."""
        return (self.redis if _fits(self.redis) else _short(self.home) / "redis") / "redis.sock"

    @property
    def redis_lock(self) -> Path:
        """Held for as long as Redis lives."""
        return self.run / "redis.lock"

    @property
    def redis_log(self) -> Path:
        """What Redis has to say."""
        return self.logs / "redis.log"

    @property
    def run(self) -> Path:
        """Folder of the locks."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.home / "log"

    def make(self) -> None:
        """Make the folders that we own; data folders are made by their engines."""
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.logs, self.redis):
            folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.postgres_socket, self.redis_socket.parent):
            if folder not in {self.postgres, self.redis}:
                _claim(folder.parent)
                folder.mkdir(mode=0o700, exist_ok=True)

    def forget_sockets(self) -> None:
        """Remove the short folder of the sockets, if there is one; for when the engines are stopped."""
        if not _fits(self.postgres) or not _fits(self.redis):
            shutil.rmtree(_short(self.home), ignore_errors=True)


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) <= _LONGEST_FOLDER


def _short(home: Path) -> Path:
    """Return a short folder for the sockets of a deep home; the same for all who name the same home."""
    key = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"vigie-{os.geteuid()}-{key}"


def _claim(folder: Path) -> None:
    """Make a folder in a place where others may write, and refuse one that another user laid there first."""
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.lstat().st_uid != os.geteuid():
        raise SettingsError(
            mark("%(folder)s belongs to another user; remove it or set TMPDIR."), folder=folder
        )
