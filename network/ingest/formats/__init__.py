"""network.ingest.formats."""
