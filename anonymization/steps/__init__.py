"""The steps of the release pipeline, one a file, each a pure function over arrays. The order is in `release.py`."""
