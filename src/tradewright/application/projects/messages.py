"""What can be asked of the project folder: set it up, examine it, say what it holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InitializeProject:
    """Write a `tradewright.toml` with remarks and a `.gitignore`. Answer: `Initialized`."""

    cash: float | None = None
    """Money at the start of a backtest; None leaves the default."""
    commission_bps: float | None = None


@dataclass(frozen=True, slots=True)
class ProjectDiagnosis:
    """Every check and every setting with its origin. Answer: `Diagnosis`."""

    is_production: bool = False
    """Go through the list for production too."""


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """What the folder holds. Answer: `StatusView`."""
