"""The process of one strategy: it finds and makes the strategy, and then answers what the trading session shows it.

Started by a strategy host alone (`python -m tradewright.bootstrap.strategy_worker`); it holds one strategy, no keys and
no account.
"""

import sys
from functools import partial

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.adapters.hosts.serving import serve
from tradewright.application.strategies.programs import load_program

if __name__ == "__main__":
    sys.exit(serve(partial(load_program, code=PythonFiles()), sys.argv[1:]))
