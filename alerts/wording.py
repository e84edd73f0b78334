"""News in a reader's words: the templates of a rule filled with the facts that a happening carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alerts.rules import RULE_BY_NAME, Severity
from network.figures import days_range, index_range, money_range, month_name, share_range
from network.i18n import mark, translate
from network.schemas.release import Band

SEVERITY_NAMES = {
    Severity.SERIOUS: mark("Serious"),
    Severity.WARNING: mark("Warning"),
    Severity.NOTICE: mark("Notice"),
    Severity.GOOD: mark("Good news"),
}


@dataclass(frozen=True, slots=True)
class Telling:
    """One item of news as a reader sees it: what, what changed, and why it was told; all in one language."""

    severity: Severity
    severity_name: str
    title: str
    changed: str
    why: str


def tell(rule: str, facts: Mapping[str, Any], language: str) -> Telling:
    """Return the words of one item of news.

    Args:
        rule: name of a rule of `alerts.rules.RULES`.
        facts: {"before": excerpt or None, "after": excerpt or None} as `Happening.facts` gives and a news row keeps.
        language: "en" or "fr".

    Raises:
        KeyError: there is no such rule.
    """
    declared = RULE_BY_NAME[rule]
    fields = {
        **_fields("before", facts["before"], language),
        **_fields("after", facts["after"], language),
        "points": _points(facts),
    }
    return Telling(
        severity=declared.severity,
        severity_name=translate(SEVERITY_NAMES[declared.severity], language),
        title=translate(declared.title, language, **fields),
        changed=translate(declared.changed, language, **fields),
        why=translate(declared.why, language),
    )


def _fields(side: str, excerpt: Mapping[str, Any] | None, language: str) -> dict[str, str]:
    """Return the template fields of one side; those of figures that the excerpt lacks are left out."""
    if excerpt is None:
        return {}
    fields = {f"month_{side}": month_name(excerpt["epoch"], language)}
    if index := excerpt.get("payment_index"):
        fields[f"index_{side}"] = index_range(index["low"], index["high"], language)
    if days := excerpt.get("days_beyond_terms"):
        fields[f"days_{side}"] = days_range(_band(days), language)
    if past_due := excerpt.get("past_due_share"):
        fields[f"past_due_{side}"] = share_range(_band(past_due), language)
    if exposure := excerpt.get("exposure"):
        fields[f"exposure_{side}"] = money_range(_band(exposure), language)
    if over_90 := excerpt.get("paid", {}).get("over_90"):
        fields[f"over_90_{side}"] = share_range(_band(over_90), language)
    return fields


def _band(facts: Mapping[str, str | None]) -> Band:
    low, high = facts["low"], facts["high"]
    return Band(low=Decimal(str(low)), high=None if high is None else Decimal(high))


def _points(facts: Mapping[str, Any]) -> int | None:
    """Return by how many points the middle of the index moved; None where one side says nothing of it."""
    before, after = ((facts[side] or {}).get("payment_index") for side in ("before", "after"))
    if before is None or after is None:
        return None
    return abs(int(after["value"]) - int(before["value"]))
