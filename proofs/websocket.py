"""Frames that no sane client sends, to a real server: it must not fail, not grow, and go on telling the sane ones."""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import websockets

from proofs.asking.frames import TEXT, coded, frame, message
from proofs.report import Report, quantile
from proofs.soaking.vitals import resident_bytes

EACH: Final = 20
"""Frames of one connection."""
MOST_GROWTH: Final = 64 << 20
WITHIN_S: Final = 30.0
AT_ONCE: Final = 8
SOUND: Final = 0.6
"""The part of connections that keep to the protocol and are wrong in what they say: they live longer."""
WARM: Final = 0.1
"""The part after which memory is looked at first."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--frames", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)


def prove(asked: argparse.Namespace) -> int:
    """Fuzz, and watch."""
    report = asyncio.run(fuzzed(asked.frames, asked.seed))
    return report.finish(is_kept=not asked.no_record)


async def fuzzed(many: int, seed: int) -> Report:
    """What became of a server that got so many frames."""
    report = Report("websocket", "G30, S13")
    with tempfile.TemporaryDirectory(prefix="proofs-websocket-") as folder:
        log = Path(folder) / "log"
        with (
            log.open("wb") as told,
            subprocess.Popen(
                [sys.executable, "-m", "proofs.asking.stream_server", str(Path(folder) / "project")],
                stdout=subprocess.PIPE,
                stderr=told,
            ) as server,
        ):
            try:
                assert server.stdout is not None
                place = json.loads(server.stdout.readline())
                await _attack(report, Fuzz(place["port"], place["key"], server.pid), many=many, seed=seed)
                report.say("the server lives", server.poll() is None, goal="True", is_met=server.poll() is None)
            finally:
                server.terminate()
                with suppress(subprocess.TimeoutExpired):
                    server.wait(WITHIN_S)
                server.kill()
        lines = log.read_text("utf-8", "replace").splitlines()
        wrong = [line for line in lines if "Traceback" in line or "defect" in line or line.startswith("ERROR")]
        report.findings += [f"the server's log: {line}" for line in wrong[:10]]
        report.say("errors in its log", len(wrong), goal="0", is_met=not wrong)
    return report


class Fuzz:
    """One server, and who asks it."""

    def __init__(self, port: int, key: str, process: int) -> None:
        self.port, self.key, self.process = port, key, process
        self.sent = 0
        self.waits: list[float] = []
        self.resident = [resident_bytes(process)]

    async def connection(self, seed: int) -> None:
        """Say who we are, send nonsense until the server has enough, and go without a word."""
        chance = random.Random(seed)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._handshake())
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
            if chance.random() < 0.9:
                writer.write(coded(TEXT, json.dumps({"op": "auth", "key": self.key}).encode(), chance))
                await asyncio.wait_for(reader.read(65_536), WITHIN_S)
            is_sound = chance.random() < SOUND
            for _ in range(EACH):
                writer.write(message(chance) if is_sound else frame(chance))
                await writer.drain()
                await asyncio.sleep(0)
                if reader.at_eof():
                    break
                self.sent += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1 << 20), 0.05)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def sane(self, until: asyncio.Event) -> int:
        """Somebody who only listens, all the time; how many pieces of news they got."""
        found, last = 0, 0
        async with websockets.connect(f"ws://127.0.0.1:{self.port}/ws", proxy=None) as one:
            await one.send(json.dumps({"op": "auth", "key": self.key}))
            await one.send(json.dumps({"op": "subscribe", "topic": "risk"}))
            while not until.is_set():
                began = time.monotonic()
                async with asyncio.timeout(WITHIN_S):
                    told = json.loads(await one.recv())
                self.waits.append(time.monotonic() - began)
                for event in told.get("events", []):
                    assert event["seq"] > last, "numbers only grow"
                    last, found = event["seq"], found + 1
        return found

    def _handshake(self) -> bytes:
        lines = (
            "GET /ws HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        )  # fmt: skip
        return "\r\n".join(lines).encode()


async def _attack(report: Report, fuzz: Fuzz, *, many: int, seed: int) -> None:
    over = asyncio.Event()
    listening = asyncio.create_task(fuzz.sane(over))
    done = 0
    while fuzz.sent < many:
        portion = range(done, done + AT_ONCE)
        await asyncio.gather(*(fuzz.connection(seed * 1_000_003 + number) for number in portion))
        done += len(portion)
        fuzz.resident.append(resident_bytes(fuzz.process))
        if fuzz.sent <= many * WARM:
            fuzz.resident = fuzz.resident[-1:]
    over.set()
    heard = await listening
    grown = max(fuzz.resident) - fuzz.resident[0]
    report.say("frames", fuzz.sent, goal=f"{many:,}", is_met=fuzz.sent >= many)
    report.say("connections", done)
    report.say("memory grew, MiB", f"{grown / 2**20:.1f}", goal=f"< {MOST_GROWTH >> 20}", is_met=grown < MOST_GROWTH)
    report.say("news that somebody sane got meanwhile", heard, goal="> 0", is_met=heard > 0)
    report.say("longest wait between them, s", f"{max(fuzz.waits):.2f}")
    report.numbers |= {
        "frames": fuzz.sent, "seed": seed, "heard": heard, "grown_bytes": grown,
        "wait_p99_s": quantile(fuzz.waits, 0.99), "longest_wait_s": max(fuzz.waits),
    }  # fmt: skip
