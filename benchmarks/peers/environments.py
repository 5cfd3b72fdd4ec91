"""A virtual environment for each peer, made when it is first needed and again when its packages change."""

import subprocess
import sys
import venv
from pathlib import Path

PACKAGES = {
    "vectorbt": ("vectorbt==1.2.0", "vectorbt-rust==1.2.0", "pyarrow"),
    "hftbacktest": ("hftbacktest==2.4.4",),
    "nautilus": ("nautilus_trader==1.221.0",),
    "backtesting": ("backtesting==0.6.6", "pyarrow"),
    "backtrader": ("backtrader==1.9.78.123", "numpy", "pandas", "pyarrow"),
}
"""What is installed for each, besides what these need themselves."""
LIMIT = "limit"
"""Not a peer: hand-written kernels without a framework, run by this interpreter; so far could the machine go."""
READY = ".ready"


class EnvironmentMissingError(Exception):
    """An environment could not be made; the text says why."""


def interpreter(peer: str, base: Path) -> Path:
    """The peer's Python, with its packages installed; made now if need be, which needs a package index and minutes."""
    if peer == LIMIT:
        return Path(sys.executable)
    folder = base / peer
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted = "\n".join(PACKAGES[peer])
    mark = folder / READY
    if python.exists() and mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return python
    print(f"installing {', '.join(PACKAGES[peer])} ...", file=sys.stderr)
    venv.create(folder, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[peer]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentMissingError(f"{peer} cannot be installed: {done.stderr.strip()[-500:]}")
    mark.write_text(wanted, encoding="utf-8")
    return python
