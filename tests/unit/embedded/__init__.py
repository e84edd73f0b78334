"""tests.unit.embedded."""
