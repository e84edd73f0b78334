"""network.ingest."""
