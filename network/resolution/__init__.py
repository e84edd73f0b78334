"""Which debtor a line is about: for a whole file at once (resolve.py); and the text analysis that search shares (normalise.py)."""
