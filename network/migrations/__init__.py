"""network.migrations."""
