"""Independent streams of randomness, one for each purpose.

A stream depends on the seed and on its purpose alone, so a part of the economy can change, or be made on its own, and
no other part moves. Nothing depends on threads, processes, hash seeds or the clock.
"""

from hashlib import blake2b

import numpy as np


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return the generator of one purpose, e.g. ``stream(7, "names", "FR")``."""
    path = "/".join(str(part) for part in (seed, *purpose))
    return np.random.Generator(
        np.random.PCG64DXSM(int.from_bytes(blake2b(path.encode(), digest_size=16).digest()))
    )
