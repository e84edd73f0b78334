"""network.resolution."""
