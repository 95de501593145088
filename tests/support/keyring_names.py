"""Under which name tests store passwords."""

from pathlib import Path

SERVICE = str(Path(__file__).parents[1] / "secret_service" / "with-secret-service")
