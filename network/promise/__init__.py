"""The promise, measured: runs the attacks on simulated networks and on the product itself, and keeps what came of it."""
