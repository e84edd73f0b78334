"""network.indicators."""
