"""network.services."""
