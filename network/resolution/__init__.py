"""Which debtor a line is about: for a whole file at once; and the text analysis that search shares."""

from network.resolution.outcome import MatchBand, Resolution, ReviewCase
from network.resolution.resolve import resolve_customers

__all__ = ["MatchBand", "Resolution", "ReviewCase", "resolve_customers"]
