"""What members take away and run without us: single files that import nothing of ours."""

from pathlib import Path

VERIFIER = Path(__file__).parent / "verify_release.py"
