"""network.search."""
