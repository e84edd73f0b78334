"""`python -m network.cli`: the `vigie` command without its script."""

from network.cli import main

main()
