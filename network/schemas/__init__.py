"""network.schemas."""
