"""Benchmarks: ours against a baseline in the same run, on the same engine, printed as ratios.

`python -m bench [NAME ...]` runs all or the named ones; BENCH_SCALE (0 to 1) cuts their sizes.
"""
