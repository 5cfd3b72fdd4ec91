"""The page about all routes, made of the OpenAPI document: plain HTML with its own style, no script, no network."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final

from tradewright.interfaces.api.problems import STATUSES, TITLES, code_of

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
METHODS: Final = ("get", "post", "put", "patch", "delete")
STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1d2330}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #ccd2dc}code{font:13px ui-monospace,monospace}"
    "details{border:1px solid #dde2ea;border-radius:4px;margin:.4rem 0;padding:.4rem .7rem}"
    "summary{cursor:pointer}.old{opacity:.55}table{border-collapse:collapse;width:100%;margin:.5rem 0}"
    "td,th{text-align:left;vertical-align:top;border-top:1px solid #edf0f4;padding:.25rem .5rem;font-size:14px}"
    "pre{background:#f4f6f9;padding:.6rem;overflow:auto}"
    "@media(prefers-color-scheme:dark){body{background:#14171d;color:#dfe4ec}pre{background:#1d222b}"
    "details,td,th,h2{border-color:#303744}}"
)


def docs_page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    schemas = document["components"]["schemas"]
    groups: dict[str, list[str]] = {}
    for path, of in document["paths"].items():
        for method in METHODS:
            if method in of:
                operation = of[method]
                told = "".join(_operation(method, path, operation, schemas=schemas))
                groups.setdefault((operation.get("tags") or ["open"])[0], []).append(told)
    parts = [f"<h2 id='{escape(group)}'>{escape(group)}</h2>{''.join(told)}" for group, told in groups.items()]
    links = " · ".join(f"<a href='#{escape(group)}'>{escape(group)}</a>" for group in groups)
    info = document["info"]
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        "<p>The same for programs: <code>/openapi.json</code>, with a key.</p>"
        f"<p>{links} · <a href='#codes'>codes</a></p>{''.join(parts)}{_codes()}</body></html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any], *, schemas: Mapping[str, Any]) -> Iterator[str]:
    old = " class='old'" if operation.get("deprecated") else ""
    yield f"<details{old}><summary><code><b>{method.upper()}</b> {escape(path)}</code> {escape(operation['summary'])}"
    yield f"{' (old path)' if old else ''}</summary><p>{escape(operation.get('description', ''))}</p>"
    yield from _table("Parameter", (_parameter(one) for one in operation.get("parameters", ())))
    body = operation.get("requestBody")
    for media, content in (body or {}).get("content", {}).items():
        yield f"<p>Body: <code>{escape(media)}</code></p>"
        yield from _table("Field", _fields(_resolved(content["schema"], schemas)))
        for example in content.get("examples", {}).values():
            yield f"<pre>{escape(_json(example['value']))}</pre>"
    yield "<table><tr><th>Status</th><th></th></tr>"
    for status, told in operation["responses"].items():
        kinds = ", ".join(_called(one.get("schema", {})) or media for media, one in told.get("content", {}).items())
        yield f"<tr><td>{status}</td><td>{escape(told['description'])} <code>{escape(kinds)}</code></td></tr>"
    yield "</table>"
    answer = next(iter(operation["responses"].values())).get("content", {}).get("application/json", {})
    yield from _table("Of the answer", _fields(_resolved(answer.get("schema", {}), schemas)))
    yield "</details>"


def _table(title: str, rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield f"<table><tr><th>{title}</th><th>Kind</th><th></th></tr>"
        for name, kind, told in found:
            yield f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(told)}</td></tr>"
        yield "</table>"


def _parameter(one: Mapping[str, Any]) -> tuple[str, str, str]:
    need = "needed" if one.get("required") else "may be left out"
    told = one.get("description") or one["schema"].get("description") or ""
    return one["name"], f"{_kind(one['schema'])}, in the {one['in']}, {need}", told


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    needed = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield name, f"{_kind(one)}{', needed' if name in needed else ''}", one.get("description", "")


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    inner = [one for one in schema.get("anyOf", ()) if "$ref" in one]
    return _resolved(inner[0], schemas) if inner else schema


def _called(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _called(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(str(one) for one in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    pattern = schema.get("pattern", "")
    return "time" if "T(" in pattern or "T[" in pattern else "decimal text" if r"(\.[0-9]" in pattern else kind


def _codes() -> str:
    statuses = {code_of(kind): status for kind, status in STATUSES.items()}
    rows = "".join(
        f"<tr id='{code}'><td><code>{code}</code></td><td>{statuses.get(code, '')}</td><td>{escape(title)}</td></tr>"
        for code, title in TITLES.items()
    )
    return f"<h2 id='codes'>Codes of problems</h2><table><tr><th>Code</th><th>Status</th><th></th></tr>{rows}</table>"


def _json(value: object, indent: int = 0) -> str:
    """Small JSON, laid out to be read."""
    if isinstance(value, Mapping):
        inner = ",\n".join(f'{" " * (indent + 2)}"{name}": {_json(one, indent + 2)}' for name, one in value.items())
        return f"{{\n{inner}\n{' ' * indent}}}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_json(one, indent) for one in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value)
