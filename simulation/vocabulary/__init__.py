"""Words from which companies, places and streets are composed. All companies are invented."""


def words(text: str, separator: str | None = None) -> tuple[str, ...]:
    """Return the words of a text as a tuple, split at blanks or at the separator."""
    return tuple(part.strip() for part in text.split(separator))
