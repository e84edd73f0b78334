"""network.web."""
