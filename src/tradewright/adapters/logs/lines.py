r"""A line of the log as it is written and read again: for people as text, for machines as one JSON object.

Text is `time LEVEL service[process] logger (correlation) message  name=value`; lines of a stack follow, each behind a
bar, so that none of them can be taken for a line of its own.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tradewright.ports.logs import LogLine

_ORDER: Final = ("time", "level", "service", "process", "logger", "correlation_id", "message")
_BAR: Final = "    | "
_TEXT: Final = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?P<level>[A-Z]+) +(?P<service>[\w-]+)\[(?P<process>\d+)\] (?P<logger>[\w.-]+)"
    r" \((?P<correlation_id>[^ ()]*)\) (?P<message>.*)"
)
_UNSAFE: Final = re.compile(r"[\s()]")
_SPACES: Final = re.compile(r" {2,}")
_FIELD: Final = re.compile(r'  (?P<name>\w+)=(?P<value>"(?:[^"\\]|\\.)*"|[^\s"]*)(?=  \w+=|\Z)')


def as_json(told: Mapping[str, str]) -> str:
    """One JSON object; `told` holds cleaned texts."""
    first = {name: told[name] for name in _ORDER if told.get(name)}
    rest = {name: value for name, value in told.items() if name not in first and value}
    return json.dumps(first | rest, ensure_ascii=False)


def as_text(told: Mapping[str, str]) -> str:
    """One line, and those of a stack."""
    fields = "".join(
        f"  {name}={_quoted(value)}" for name, value in told.items() if name not in _ORDER and name != "exception"
    )
    correlation_id = _UNSAFE.sub("_", told.get("correlation_id", ""))
    message = _SPACES.sub(" ", told["message"])  # two of them begin a field
    head = (
        f"{told['time']} {told['level'].upper():<8} {told['service']}[{told['process']}] {told['logger']}"
        f" ({correlation_id}) {message}{fields}"
    )
    stack = told.get("exception", "")
    return "\n".join([head, *(f"{_BAR}{line}" for line in stack.split("\n") if stack)])


def read(lines: Iterable[str]) -> Iterator[LogLine]:
    """Lines of either kind, also mixed; what is neither is left out, as a line that was cut by a full disk."""
    waiting: dict[str, object] | None = None
    for line in lines:
        if line.startswith(_BAR) and waiting is not None:
            waiting["exception"] = f"{waiting.get('exception', '')}{line[len(_BAR) :]}\n"
            continue
        if waiting is not None:
            yield _line(waiting)
        waiting = _json(line) if line.startswith("{") else _text(line)
    if waiting is not None:
        yield _line(waiting)


def _json(line: str) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"time", "level", "service", "message"} <= set(found) else None


def _text(line: str) -> dict[str, object] | None:
    found = _TEXT.fullmatch(line)
    if found is None:
        return None
    told: dict[str, object] = {**found.groupdict(), "level": found["level"].lower()}
    message = found["message"]
    fields = [one for one in _FIELD.finditer(message) if one["name"] not in _ORDER]
    if fields:
        told["message"] = message[: fields[0].start()]
        told |= {one["name"]: _unquoted(one["value"]) for one in fields}
    return told


def _line(told: Mapping[str, object]) -> LogLine:
    text = {name: str(value) for name, value in told.items()}
    rest = ((name, value) for name, value in text.items() if name not in _ORDER and name != "exception")
    process = text.get("process", "0")
    return LogLine(
        time=text["time"],
        level=text["level"],
        service=text["service"],
        process=int(process) if process.isdecimal() else 0,
        logger=text.get("logger", ""),
        correlation_id=text.get("correlation_id", ""),
        message=text["message"],
        fields=tuple(rest),
        exception=text.get("exception", "").rstrip("\n"),
    )


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[^\s\"=]+", value) else json.dumps(value, ensure_ascii=False)


def _unquoted(value: str) -> str:
    return str(json.loads(value)) if value.startswith('"') else value
