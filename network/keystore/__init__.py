"""The secrets of an installation: where they are kept, how they are written, and the ring that a process holds.

`stores` keeps the ring's bytes (a file, or the environment), `wrapping` hides them under a key that never comes here
(a key service), `ring_format` writes a ring down, `passphrase` seals a recovery copy, `holder` is this process's ring.
Which ring fits a database is known to :mod:`network.services.sealing_keys`.
"""

from network.keystore.holder import keys, open_sealed
from network.keystore.ring_format import KeysError
from network.keystore.stores import KeyStore, choose_store

__all__ = ["KeyStore", "KeysError", "choose_store", "keys", "open_sealed"]
