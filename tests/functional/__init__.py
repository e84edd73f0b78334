"""tests.functional."""
