"""network.embedded."""
