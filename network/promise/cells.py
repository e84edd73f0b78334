"""One cell of the suite: one attack on one simulated network under one set of rules, and its trials on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from anonymization.attacks import judgement
from anonymization.attacks.judgement import Trials
from anonymization.attacks.laboratory import Laboratory
from anonymization.attacks.naive import publish_exactly
from anonymization.attacks.network import Network, Publisher, shipped
from anonymization.parameters import DEFAULT, Parameters
from network.promise.jobs import written_at_once
from network.promise.networks import simulated_network
from network.promise.registry import ATTACKS, BEHIND
from network.promise.sources import digest_of
from simulation import Churn

NAIVE = "naive"
"""The profile that publishes everything: what the attackers must break."""
KINDS = {
    kind.__name__: kind
    for kind in vars(judgement).values()
    if isinstance(kind, type) and issubclass(kind, Trials) and kind is not Trials
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What is run at once. `parameters` are None for the naive pipeline, which has none."""

    attack: str
    churn: Churn
    seed: int
    parameters: Parameters | None
    debtors: int
    epochs: int

    @property
    def profile(self) -> str:
        """Return the name of the rules."""
        return NAIVE if self.parameters is None else self.parameters.profile

    def path(self, folder: Path) -> Path:
        """Return where the trials are kept; another path once a rule, an attack or the pipeline has changed."""
        rules = NAIVE if self.parameters is None else self.parameters.digest()
        size = f"{self.debtors}x{self.epochs}"
        digest = f"{_code(self.attack)[:12]}-{rules[:12]}-{size}"
        return folder / self.attack / f"{self.profile}-{self.churn}-{self.seed}-{digest}.npz"


@cache
def _code(attack: str) -> str:
    return digest_of([f"anonymization.attacks.{attack}", __name__, *BEHIND.get(attack, ())])


def run_cell(cell: Cell, path: Path) -> None:
    """Run an attack and keep its trials in `path`."""
    keep(ATTACKS[cell.attack].attack(laboratory_of(cell)), path)


def laboratory_of(cell: Cell) -> Laboratory:
    """Return two networks of the cell's kind that no other seed has, and the publisher of its rules."""
    known, victim = (
        _network(2 * cell.seed + place, cell.churn, cell.debtors, cell.epochs) for place in (0, 1)
    )
    return Laboratory(
        known=known,
        victim=victim,
        publish=publisher(cell.parameters),
        seed=cell.seed,
        parameters=cell.parameters or DEFAULT,
    )


def publisher(parameters: Parameters | None) -> Publisher:
    """Return what publishes under these rules; the naive pipeline where there are none."""
    return publish_exactly if parameters is None else shipped(parameters)


@lru_cache(maxsize=4)
def _network(seed: int, churn: Churn, debtors: int, epochs: int) -> Network:
    return simulated_network(seed, churn, debtors=debtors, epochs=epochs)


def keep(trials: Mapping[str, Trials], path: Path) -> None:
    """Write trials at once or not at all, so that a run that is cut leaves no half file."""
    names = [(name, type(each).__name__) for name, each in trials.items()]
    arrays = {
        f"{place}.{each.name}": getattr(one, each.name)
        for place, one in enumerate(trials.values())
        for each in fields(one)
    }

    def write(draft: Path) -> None:
        with draft.open("wb") as file:
            np.savez_compressed(file, names=np.array(json.dumps(names)), **arrays)

    written_at_once(path, write)


def kept(path: Path) -> dict[str, Trials]:
    """Return the trials of a finished cell."""
    with np.load(path, allow_pickle=False) as stored:
        names: list[tuple[str, str]] = json.loads(str(stored["names"]))
        return {
            name: KINDS[kind](*(stored[f"{place}.{each.name}"] for each in fields(KINDS[kind])))
            for place, (name, kind) in enumerate(names)
        }
