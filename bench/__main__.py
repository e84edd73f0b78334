"""Run the benchmarks named on the command line, or all."""

import sys

from bench import epoch_close, intake, matching, profile_read, registers

ALL = {
    "intake": intake.run,
    "epoch_close": epoch_close.run,
    "profile_read": profile_read.run,
    "registers": registers.run,
    "matching": matching.run,
}


def main(names: list[str]) -> None:
    """Run each; an unknown name is an error."""
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        raise SystemExit(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}")
    for name in names or ALL:
        ALL[name]()


main(sys.argv[1:])
