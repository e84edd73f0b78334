"""Other matchers, each run as its makers describe it, in an environment of its own (`bench/matching_peers.py`)."""
