"""Catalogues of sentences; `python -m network.translations` gathers what the code says and updates them."""
