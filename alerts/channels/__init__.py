"""alerts.channels."""
