"""What a picture is drawn of: so that it is drawn once for each file of figures, profile and language."""

from dataclasses import dataclass

from network.promise.measured import Measured


@dataclass(frozen=True, slots=True)
class Asked:
    """The figures of a file under a profile, beside those of the default.

    The file is told from another by being the same object, which `measured.read` keeps while it does not change: its rows
    are many, and comparing them would take longer than what is saved.
    """

    measured: Measured
    profile: str
    default: str

    def __hash__(self) -> int:
        return hash((id(self.measured), self.profile, self.default))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Asked):
            return NotImplemented
        return self.measured is other.measured and (self.profile, self.default) == (
            other.profile,
            other.default,
        )
