"""The months under a chart: twenty-four, up to the last closed epoch, whether or not something was published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from network.schemas.release import ReleasedValues

MONTHS = 24


@dataclass(frozen=True, slots=True)
class Timeline:
    """Months in order, each with the release of that month or None. Month number i spans i to i + 1."""

    epochs: tuple[str, ...]
    releases: tuple[ReleasedValues | None, ...]

    def published(self) -> Iterator[tuple[int, ReleasedValues]]:
        """Yield (number of the month, release) of the months that have one."""
        for place, release in enumerate(self.releases):
            if release is not None:
                yield place, release

    def runs(self) -> tuple[tuple[int, ...], ...]:
        """Return the unbroken runs of published months, as their numbers."""
        found: list[list[int]] = []
        for place, _ in self.published():
            if found and found[-1][-1] == place - 1:
                found[-1].append(place)
            else:
                found.append([place])
        return tuple(tuple(run) for run in found)

    def silences(self) -> tuple[tuple[int, int], ...]:
        """Return the spans (from, to) of months in which nothing was published, between or after published ones."""
        runs = self.runs()
        between = [(run[-1] + 1, following[0]) for run, following in pairwise(runs)]
        if runs and runs[-1][-1] + 1 < len(self.epochs):
            between.append((runs[-1][-1] + 1, len(self.epochs)))
        return tuple(between)


def month_before(epoch: str, count: int) -> str:
    """Return the month `count` months before `epoch` ("2026-02" and 3 give "2025-11")."""
    place = int(epoch[:4]) * 12 + int(epoch[5:]) - 1 - count
    return f"{place // 12}-{place % 12 + 1:02d}"


def timeline(releases: Sequence[ReleasedValues], *, until: str, months: int = MONTHS) -> Timeline:
    """Return the timeline of `months` months that ends with `until`."""
    by_epoch = {release.epoch: release for release in releases}
    epochs = tuple(month_before(until, back) for back in range(months - 1, -1, -1))
    return Timeline(epochs=epochs, releases=tuple(by_epoch.get(epoch) for epoch in epochs))
