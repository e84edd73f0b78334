"""`python -m network.cli`: the `vigie` command without its script."""

from network.cli import main

if __name__ == "__main__":  # a child of `vigie demo` imports this file too
    main()
