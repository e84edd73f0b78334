"""The wall between what members say and what everybody reads. Pure: no database, no web, no files.

`release.close` turns the contributions of one epoch into releases; `parameters` holds every number with its reason;
`pseudonyms` the keyed tags; `ledger_log`, `log_tiles` and `log_heads` the Merkle log of what was released, stored and
signed. docs/privacy.md is the map.
"""
