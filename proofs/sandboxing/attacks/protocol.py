"""Attacks on what passes between the strategy's process and the engine: garbage, forgery, floods, silence."""

from typing import Final

from proofs.sandboxing.attack import Attack

_GARBLED: Final = frozenset({"garbled"})
_ALL: Final = """
for number in range(3, 30):
    try:
        os.write(number, {sent})
    except OSError:
        pass
time.sleep(0.5)
return False
"""


def _sends(name: str, sent: str, *, before: str = "", ends: frozenset[str] = _GARBLED) -> Attack:
    return Attack(name=name, body=before + _ALL.format(sent=sent), ends=ends)


_FRAMES: Final = (
    "from tradewright.adapters.hosts.frames import Answer, Answers, Cancel, Failure, Order, Ready, Target, frame_of\n"
    "from tradewright.ports.hosts import CancelWish, OrderWish, TargetWish\n"
    "import msgspec\n"
)
PROTOCOL: Final[tuple[Attack, ...]] = (
    _sends("send garbage", "b'\\xff' * 64"),
    _sends("send an empty frame", "b'\\0\\0\\0\\0'"),
    _sends("send a frame longer than any", "b'\\x7f\\xff\\xff\\xff' + b'x' * 1000"),
    _sends("send junk of the right length", "b'\\0\\0\\0\\4junk'"),
    _sends(
        "send a value nested without end",
        "(len(DEEP)).to_bytes(4, 'big') + DEEP",
        before="DEEP = b'\\x91' * 500_000 + b'\\xc0'\n",
    ),
    _sends(
        "send a list that claims to be huge",
        "(len(HUGE)).to_bytes(4, 'big') + HUGE",
        before="HUGE = b'\\x82\\xa4type\\xa7answers\\xa7answers\\xdd\\xff\\xff\\xff\\xff'\n",
    ),
    _sends(
        "send a pickle that would run code",
        "(len(EVIL)).to_bytes(4, 'big') + EVIL",
        before=(
            "import pickle\n\nclass Evil:\n    def __reduce__(self):\n"
            "        return os.system, (f\"touch {PLACES['folder']}/ran\",)\n\nEVIL = pickle.dumps(Evil())\n"
        ),
    ),
    _sends(
        "forge an answer about what it may not trade",
        "FORGED",
        before=_FRAMES + "FORGED = frame_of(Answers([Answer(2, [Target(TargetWish('ZZZ.XNYS', 1.0))], 1)]))\n",
    ),
    _sends(
        "forge an answer to a slice that is to come",
        "FORGED",
        before=_FRAMES + "FORGED = frame_of(Answers([Answer(3, [], 1)]))\n",
    ),
    _sends(
        "forge numbers that are none",
        "FORGED",
        before=_FRAMES
        + "WISH = Order(OrderWish(number=1, instrument='AAA.XNYS', side='BUY', quantity=float('inf')))\n"
        + "FORGED = frame_of(Answers([Answer(2, [WISH], 1)]))\n",
    ),
    _sends("say twice that it is ready", "FORGED", before=_FRAMES + "FORGED = frame_of(Ready('x', 1, True))\n"),
    _sends(
        "forge more wishes than may be",
        "FORGED",
        before=_FRAMES + "FORGED = frame_of(Answers([Answer(2, [Cancel(CancelWish(1))] * 60_000, 1)]))\n",
    ),
    _sends(
        "forge a story that paints on a terminal",
        "FORGED",
        before=_FRAMES + "FORGED = frame_of(Failure('raised', 2, '\\x1b[2J' + 'A' * 500_000))\n",
        ends=frozenset({"raised"}),
    ),
    Attack(
        name="send half a frame, and no more",
        ends=frozenset({"too_slow", "garbled"}),
        limits={"answer_s": 1.0},
        body="""
        for number in range(3, 30):
            try:
                os.write(number, b"\\0\\0\\1\\0half")
            except OSError:
                pass
        time.sleep(60)
        """,
    ),
    Attack(
        name="close its pipes",
        ends=frozenset({"died", "garbled", "too_slow"}),
        limits={"answer_s": 2.0},
        body="os.closerange(0, 30); return False",
    ),
    Attack(
        name="put something else in the place of its pipes",
        ends=frozenset({"died", "garbled", "too_slow"}),
        limits={"answer_s": 2.0},
        body="for number in range(3, 30):\n    os.dup2(2, number)\nreturn False",
    ),
    Attack(
        name="flood the pipe",
        ends=_GARBLED,
        body="while True:\n    for number in range(3, 12):\n        try:\n            os.write(number, b'x' * 65536)\n"
        "        except OSError:\n            pass",
    ),
    Attack(
        name="flood what it prints",
        is_mute=True,
        limits={"answer_s": 20.0},
        body="for _ in range(100_000):\n    print('x' * 1000)\nreturn False",
    ),
    Attack(
        name="flood its log by force",
        ends=frozenset({"too_large", "died"}),
        limits={"answer_s": 20.0},
        body="while True:\n    os.write(2, b'x' * 100_000)",
    ),
    Attack(
        name="wish a million times",
        ends=frozenset({"raised", "too_large", "too_slow"}),
        limits={"answer_s": 20.0},
        body="for _ in range(1_000_000):\n    context.buy(1)\nreturn False",
    ),
    Attack(
        name="write into the pipe that it reads from",
        ends=frozenset({"too_slow", "garbled", "died"}),
        may_go_on=True,
        limits={"answer_s": 2.0},
        body="""
        for number in range(0, 12):
            try:
                os.write(number, b"")
                if os.fstat(number).st_mode & 0o170000 == 0o140000:
                    os.write(number, b"x" * 1000)
            except OSError:
                pass
        return False
        """,
    ),
)
