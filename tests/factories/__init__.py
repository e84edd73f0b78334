"""tests.factories."""
