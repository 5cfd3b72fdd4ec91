"""A process that trades looks for garbage seldom, never at what it began with, and still finds what comes later."""

import subprocess
import sys

PROGRAM = """
import gc
from tradewright.adapters.system.garbage import AFTER_OBJECTS, keep_what_is_there

class Ring:
    def __init__(self):
        self.own = self
    def __del__(self):
        found.append(self)

found = []
gc.disable()
before = [Ring()]
keep_what_is_there()
assert gc.get_freeze_count() > 1000, gc.get_freeze_count()
assert gc.get_threshold()[0] == AFTER_OBJECTS, gc.get_threshold()
assert len(gc.get_objects()) < 1000, len(gc.get_objects())
gc.enable()
Ring()
kept = [[] for _ in range(AFTER_OBJECTS // 2)]
assert not found, "half as many objects do not start a look"
kept += [[] for _ in range(2 * AFTER_OBJECTS)]
assert len(found) == 1, found
print("seen")
"""


def test_a_trader_keeps_what_is_there_and_looks_for_the_rest_seldom() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "seen\n"), done.stderr
