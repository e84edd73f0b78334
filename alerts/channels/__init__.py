"""Ways to reach a person, a folder each.

A channel delivers or raises: there is no third outcome. The inbox of the product is written with the release itself;
every other channel works from what the inbox holds.
"""
