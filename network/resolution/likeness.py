"""What may differ between two names of one company, and what is said of the rest: place and legal form."""

from collections import Counter
from collections.abc import Mapping

from rapidfuzz.distance import OSA

from network.i18n import mark
from network.resolution.legal_forms import forms_conflict
from network.resolution.outcome import MatchReason

TELLS_OF_WORDS = 2_000
"""Names from which a list or a network tells itself which words are common; for fewer the model says it."""

_WORD_OF_SLIP = 5
"""Letters of a word that may hold a slip: in shorter ones another letter is another name (Roux, Doux)."""

_LONE_WORD = 9
"""The same where the name has no other word beside it: Meyer and Mayer are two families."""


def differs_by_a_slip(ours: str, theirs: str) -> bool:
    """Tell whether two spellings are the same but for blanks, the order of words, or one slip in one word.

    A slip is one letter too many, too few, another, or changed about with its neighbour; not the first one. Words with
    figures must be the same ones: two residences differ by their number. It does not matter which of the two is which.
    """
    left, right = ours.split(), theirs.split()
    if _figures(left) != _figures(right):
        return False
    if Counter(left) == Counter(right) or "".join(left) == "".join(right):
        return bool(left)
    only_left, only_right = Counter(left) - Counter(right), Counter(right) - Counter(left)
    if only_left.total() != 1 or only_right.total() != 1:
        return False
    (one,), (other,) = only_left, only_right
    shortest = _WORD_OF_SLIP if len(left) > 1 else _LONE_WORD
    return one[0] == other[0] and min(len(one), len(other)) >= shortest and OSA.distance(one, other) == 1


def _figures(words: list[str]) -> Counter[str]:
    return Counter(word for word in words if any(sign.isdigit() for sign in word))


SAME_PLACE = MatchReason(mark("The place is the same."))
OTHER_PLACE = MatchReason(mark("The places differ."))
UNKNOWN_PLACE = MatchReason(mark("The place of one of them is not known."))


def beside_the_name(
    line: Mapping[str, object], candidate: Mapping[str, object], *, is_same: bool, is_other: bool
) -> tuple[MatchReason, ...]:
    """Return what place and legal form say, for a line and a candidate with `legal_form`.

    Args:
        line: what was asked.
        candidate: what it may mean.
        is_same: both are known to be in one place.
        is_other: both places are known, and differ.
    """
    place = SAME_PLACE if is_same else OTHER_PLACE if is_other else UNKNOWN_PLACE
    ours, theirs = line["legal_form"], candidate["legal_form"]
    if not (isinstance(ours, str) and isinstance(theirs, str) and forms_conflict(ours, theirs)):
        return (place,)
    message = mark("The legal forms contradict each other: %(ours)s and %(theirs)s.")
    return place, MatchReason(message, {"ours": ours, "theirs": theirs})
