"""Under which name tests store passwords."""

from pathlib import Path

SERVICE = str(Path(__file__).parent / "with-secret-service")
