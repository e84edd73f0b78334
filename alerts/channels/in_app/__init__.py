"""alerts.channels.in_app."""
