"""Attacks from within Python: on our code in the same process, on the interpreter, on what is left in memory."""

from typing import Final

from proofs.sandboxing.attack import Attack, attacks

_DIED: Final = frozenset({"died"})
_ENDED: Final = frozenset({"died", "raised", "too_slow", "garbled"})

INSIDE: Final[tuple[Attack, ...]] = (
    *attacks(
        ("find a secret in its environment", "return [one for one in os.environ.values() if is_secret(one)]"),
        (
            "find a secret in the environment of the C library",
            "LIBC.getenv.restype = ctypes.c_char_p; return LIBC.getenv(b'BROKER_SECRET')",
        ),
        (
            "find secrets among all objects",
            """
            found = []
            for one in gc.get_objects():
                if type(one) is dict:
                    found += [value for value in list(one.values()) if is_secret(value)]
                elif type(one) in (list, tuple):
                    found += [value for value in one if is_secret(value)]
            return found
            """,
        ),
        (
            "climb through frames to what the host knows",
            """
            step, found = sys._getframe(), []
            while step is not None:
                found += [name for name, one in (*step.f_locals.items(), *step.f_globals.items()) if is_secret(one)]
                step = step.f_back
            return found
            """,
        ),
        (
            "climb from a tuple to every class",
            """
            found = [one for one in ().__class__.__base__.__subclasses__() if one.__name__ == "Popen"]
            return [one(["true"]) for one in found]
            """,
        ),
        (
            "find the opener of files in the classes",
            """
            made = next(one for one in object.__subclasses__() if one.__name__ == "_wrap_close")
            return made.__init__.__globals__["popen"]("id").read() or None
            """,
        ),
        (
            "leave compiled code for others to run",
            """
            import numba
            folder = os.path.dirname(PLACES["kernel"])
            numba.config.CACHE_DIR = folder
            open(os.path.join(folder, "left.nbi"), "wb").write(b"x")
            return "left"
            """,
        ),
        ("pass a pickle to the engine", "import pickle; context.target(pickle.dumps(os.system)); return False"),
        (
            "order what is not its own",
            """
            context.buy(1, instrument="ZZZ.XNYS")
            return False
            """,
        ),
        (
            "ask for a number that is none",
            """
            context.buy(float("nan"))
            return False
            """,
        ),
        (
            "fork in another thread",
            """
            done = []
            one = threading.Thread(target=lambda: done.append(call(PLACES["calls"]["clone"], 17)))
            threading.excepthook = lambda told: None
            one.start()
            one.join()
            return done
            """,
        ),
        (
            "read ahead in what it is shown",
            """
            found = []
            for one in gc.get_objects():
                times = getattr(one, "time", None)
                later = [bar.time + number * 60_000_000_000 for number in (1, 2, 3)]
                if isinstance(times, np.ndarray) and np.isin(times, later).any():
                    found.append(one)
            return found
            """,
        ),
        (
            "run code when the interpreter ends",
            "import atexit; atexit.register(lambda: open(PLACES['victim'], 'w').write('x')); return False",
        ),
    ),
    Attack(
        name="bend the wishes before they are sent",
        ends=_ENDED,
        may_go_on=True,
        body="""
        from tradewright.adapters.hosts import serving
        from tradewright.ports.hosts import TargetWish
        serving.worded = lambda wish: serving.frame_of.__globals__["Target"](TargetWish("ZZZ.XNYS", 99.0))
        context.buy(1)
        return False
        """,
    ),
    Attack(
        name="lie about the time it took",
        ends=_ENDED,
        may_go_on=True,
        body="time.perf_counter_ns = lambda: 1 << 70; return False",
    ),
    Attack(
        name="bend the clock of its process",
        ends=_ENDED,
        may_go_on=True,
        body="time.time = lambda: 0; return False",
    ),
    Attack(
        name="leave a hook for imports",
        ends=_ENDED,
        may_go_on=True,
        body="sys.meta_path.insert(0, object()); return False",
    ),
    Attack(name="crash", ends=_DIED, body="ctypes.string_at(0)"),
    Attack(name="abort", ends=_DIED, body="os.abort()"),
    Attack(name="leave without a word", ends=_DIED, body="os._exit(0)"),
    Attack(name="leave politely", ends=frozenset({"raised"}), body="sys.exit(0)"),
    Attack(name="raise what nobody expects", ends=_ENDED, body="raise KeyboardInterrupt"),
    Attack(
        name="craft compiled code by hand",
        ends=_DIED,
        may_go_on=True,
        body="""
        code = (lambda: 0).__code__
        made = code.replace(co_code=bytes([124, 200, 83, 0] * 4), co_nlocals=0, co_varnames=())
        type(lambda: 0)(made, {})()
        return False
        """,
    ),
    Attack(name="go round in circles", ends=_ENDED, may_go_on=True, body="def again():\n    again()\nagain()"),
    Attack(
        name="exhaust the stack of C",
        ends=frozenset({"died", "too_slow"}),
        may_go_on=True,
        body="sys.setrecursionlimit(1 << 30)\nfound = []\nfor _ in range(1 << 22):\n    found = [found]\nrepr(found)",
    ),
    Attack(
        name="trace its own host",
        ends=_ENDED,
        may_go_on=True,
        body="""
        def traced(frame, event, argument):
            for name, one in frame.f_locals.items():
                if is_secret(one):
                    print("ESCAPED", name)
        sys.settrace(traced)
        return False
        """,
    ),
    Attack(
        name="stop itself",
        ends=frozenset({"too_slow"}),
        limits={"answer_s": 1.0},
        body="os.kill(os.getpid(), signal.SIGSTOP); return False",
    ),
)  # fmt: skip
