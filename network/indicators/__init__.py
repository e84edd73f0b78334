"""Formulas of credit management: pure, over arrays, one noun a file.

Every formula names its source and works on single numbers and on arrays alike. What has no answer (a division by
nothing) is NaN, never zero. docs/indicators.md explains them in words, with worked figures.
"""
