"""Names the program of the release pipeline, as `Parameters.digest()` names its numbers."""

from functools import cache

from network.promise.sources import digest_of

PIPELINE = "pipeline"
"""Under this name the digest stands among those of the profiles in a file of figures."""


@cache
def pipeline_digest() -> str:
    """Return the SHA-256 of the sources of the pipeline, hexadecimal; read once by a process."""
    return digest_of(["anonymization.release"])
