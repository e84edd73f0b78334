"""The engines of a single machine: PostgreSQL and Redis from wheels, and the processes of `vigie up`.

Everything stands on locks that the kernel drops when their owner dies, however it dies:

- an engine holds `run/ENGINE.lock` for as long as it lives, because it inherits the open file;
- whoever uses the engines holds `run/holders.lock` shared; the last one out stops them;
- `run/door.lock` is held for the moment in which someone enters or leaves.

No process list is kept, so none can be stale.
"""
