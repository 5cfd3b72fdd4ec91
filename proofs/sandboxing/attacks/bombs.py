"""Bombs: time, memory, threads, files, disk, more than there is; the host ends them, and says what they did."""

from typing import Final

from proofs.sandboxing.attack import Attack

_SLOW: Final = frozenset({"too_slow"})
_LARGE: Final = frozenset({"too_large"})
_QUICK: Final = {"answer_s": 1.0}

BOMBS: Final[tuple[Attack, ...]] = (
    Attack(name="loop for ever", ends=_SLOW, limits=_QUICK, body="while True:\n    pass"),
    Attack(name="sleep for ever", ends=_SLOW, limits=_QUICK, body="time.sleep(1e6)"),
    Attack(name="count in C for ever", ends=_SLOW, limits=_QUICK, body="return 3 ** (3 ** 25) == 0"),
    Attack(
        name="search with an expression that explodes",
        ends=_SLOW,
        limits=_QUICK,
        body="import re; return bool(re.match(r'(a+)+$', 'a' * 60 + 'b'))",
    ),
    Attack(
        name="ignore every signal",
        ends=_SLOW,
        limits=_QUICK,
        body="for one in range(1, 32):\n    try:\n        signal.signal(one, signal.SIG_IGN)\n    except OSError:\n"
        "        pass\nwhile True:\n    time.sleep(1)",
    ),
    Attack(name="take memory at once", body="kept = bytearray(10 << 30); return len(kept)"),
    Attack(
        name="take memory bit by bit",
        ends=_LARGE,
        limits={"memory_bytes": 400 << 20, "answer_s": 30.0},
        body="kept = []\nwhile True:\n    kept.append(bytearray(1 << 22))\n    time.sleep(0.002)",
    ),
    Attack(
        name="take memory with numpy",
        ends=_LARGE,
        limits={"memory_bytes": 400 << 20, "answer_s": 30.0},
        body="kept = []\nwhile True:\n    kept.append(np.ones(1 << 19))\n    time.sleep(0.002)",
    ),
    Attack(
        name="map memory without end",
        body="import mmap\nkept = []\nwhile len(kept) < 1000:\n    kept.append(mmap.mmap(-1, 1 << 28))\n"
        "return len(kept) << 28",
    ),
    Attack(
        name="fork without end",
        body="""
        for _ in range(1000):
            if os.fork() == 0:
                while True:
                    os.fork()
        return "forked"
        """,
    ),
    Attack(
        name="start threads without end",
        ends=frozenset({"raised", "too_large", "died"}),
        limits={"answer_s": 20.0},
        may_go_on=True,
        body="threading.stack_size(32768)\nkept = []\nstop = threading.Event()\n"
        "for _ in range(20_000):\n    one = threading.Thread(target=stop.wait, daemon=True)\n    one.start()\n"
        "    kept.append(one)\nreturn len(kept) > 10_000",
    ),
    Attack(
        name="burn time in many threads",
        ends=_SLOW,
        limits=_QUICK,
        body="def burn():\n    while True:\n        pass\nfor _ in range(30):\n"
        "    threading.Thread(target=burn, daemon=True).start()\nwhile True:\n    pass",
    ),
    Attack(
        name="open files without end",
        body="kept = []\nfor _ in range(5000):\n    kept.append(open(tw.__file__))\nreturn len(kept) > 1000",
    ),
    Attack(
        name="fill the disk with one file",
        ends=_LARGE,
        may_go_on=True,
        limits={"answer_s": 30.0},
        body="""
        with open(os.path.join(os.environ["HOME"], "big"), "wb") as file:
            for _ in range(2000):
                file.write(b"x" * (1 << 20))
                file.flush()
        return "2 GiB"
        """,
    ),
    Attack(
        name="fill the disk with many files",
        ends=_LARGE,
        may_go_on=True,
        limits={"answer_s": 30.0},
        body="""
        for number in range(1000):
            with open(os.path.join(os.environ["HOME"], f"big{number}"), "wb") as file:
                file.write(b"x" * (20 << 20))
        return "20 GiB"
        """,
    ),
    Attack(
        name="make files without end",
        ends=_LARGE,
        may_go_on=True,
        limits={"answer_s": 30.0},
        body="for number in range(200_000):\n    open(os.path.join(os.environ['HOME'], str(number)), 'wb').close()\n"
        "return '200,000 files'",
    ),
    Attack(
        name="make folders in folders without end",
        ends=_LARGE,
        may_go_on=True,
        limits={"answer_s": 30.0},
        body="""
        here = os.open(os.environ["HOME"], os.O_RDONLY)
        for number in range(100_000):
            os.mkdir("d", dir_fd=here)
            inner = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        return "100,000 folders"
        """,
    ),
    Attack(
        name="write a file with a hole as large as a disk",
        body="""
        number = os.open(os.path.join(os.environ["HOME"], "hole"), os.O_RDWR | os.O_CREAT)
        os.pwrite(number, b"x", 1 << 40)
        return "1 TiB"
        """,
    ),
    Attack(
        name="let the compiler work without end",
        ends=frozenset({"too_slow", "too_large", "raised", "died"}),
        limits={"answer_s": 3.0},
        may_go_on=True,
        body="""
        import numba
        lines = "\\n".join(f"    a{n} = a{n - 1} * 1.1 + {n}" for n in range(1, 4000))
        spoken = {}
        exec(f"def f(a0):\\n{lines}\\n    return a3999", spoken)
        numba.njit(spoken["f"])(1.0)
        return False
        """,
    ),
)
