"""Which figures are shown: those of the operator's own run, or those that were shipped."""

from dataclasses import dataclass
from pathlib import Path

from network.i18n import mark, translate
from network.promise import measured as files
from network.promise.measured import DamagedFiguresError, Measured
from network.promise.pipeline import PIPELINE, pipeline_digest
from network.web.method.attack_words import titled

_NOT_CHOSEN = "left out of this run by its name"
_REASONS = {
    _NOT_CHOSEN: mark("left out of this run"),
    "no discussions yet": mark("there are no discussions yet"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The figures that are shown, and what the page has to say about them.

    `is_own`: they are of the operator's own run. `is_current`: measured under exactly the numbers and the
    program in force.
    `is_damaged`: the operator's own file is there and cannot be read.
    """

    measured: Measured | None
    is_own: bool
    is_current: bool
    is_damaged: bool

    def not_run(self, language: str) -> list[tuple[str, str]]:
        """Return what was not run, by its title, and why."""
        if self.measured is None:
            return []
        return [
            (titled(name.replace("_", " "), language)[0], translate(_REASONS.get(reason, reason), language))
            for name, reason in sorted(self.measured.not_run.items())
        ]


def choose(own: Path, profile: str, digest: str, *, shipped: Path | None = None) -> Choice:
    """Return the figures to show: measured under the numbers in force before others, then the newer, then the operator's own.

    Figures of other numbers are still shown, if there are no better ones, and the page says so.
    """
    found: list[tuple[Measured, bool]] = []
    is_damaged = False
    for path, is_own in ((own, True), (shipped or files.SHIPPED, False)):
        try:
            measured = files.read(path)
        except DamagedFiguresError:
            is_damaged = is_damaged or is_own
            continue
        if measured is not None:
            found.append((measured, is_own))
    if not found:
        return Choice(None, is_own=False, is_current=False, is_damaged=is_damaged)

    def is_current(measured: Measured) -> bool:
        return measured.is_of(profile, digest) and measured.is_of(PIPELINE, pipeline_digest())

    best, is_own = max(found, key=lambda each: (is_current(each[0]), each[0].made_on, each[1]))
    return Choice(best, is_own=is_own, is_current=is_current(best), is_damaged=is_damaged)
