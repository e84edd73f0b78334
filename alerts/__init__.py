"""News for those who watch: what changed in the releases, matched with who watches it, told through channels.

Reads releases, watches and people, and nothing that lies above the epoch line (docs/alerts.md).
"""
