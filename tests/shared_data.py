"""Where tests find market data and oracles that are not part of the project: a folder `shared` beside the checkout."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """A file below the shared folder; the test is skipped only where the whole folder is absent."""
    if not FOLDER.exists():
        pytest.skip("the shared data folder is not beside this checkout")
    found = FOLDER / path
    assert found.exists(), f"{found} is expected in the shared data folder"
    return found
