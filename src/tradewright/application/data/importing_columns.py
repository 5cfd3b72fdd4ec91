"""Which column of a file is which: names as data vendors write them, told to roles, or what a person says.

A role is a column of the store's tables, or one of the helpers `date`, `clock` (time of day), `symbol`, `buyer_maker`,
`is_snapshot`, `dividend`, `split`, `split_from`, `split_to`, `paid` (the pay date). A mapping that is given wins over a
guess; what cannot be guessed is an InputError that lists both sides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tradewright.domain.errors import InputError
from tradewright.ports.stores import Table

Mapped = str | int | None

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "time": (
        *("timestamp", "datetime", "time", "ts", "opentime", "closetime", "timestamputc", "timeutc", "dateutc"),
        *("timestampms", "unixtimestamp", "unixtime", "unix", "epoch", "gmttime", "localtime", "eventtime", "t"),
        *("index", "fundingtime", "transacttime", "barstart", "barend", "timeperiod", "date", "day"),
        *("session", "tradedate"),
    ),
    "date": ("date", "day", "tradedate", "dtyyyymmdd", "tradingday"),
    "clock": ("time", "timeofday", "clock", "hour", "tradetime"),
    "symbol": ("symbol", "ticker", "instrument", "instrumentid", "sym", "code", "name", "act", "s", "tic", "figi"),
    "open": ("open", "o", "openprice", "px_open", "pxopen", "first", "opening", "openingprice"),
    "high": ("high", "h", "highprice", "pxhigh", "max", "highest"),
    "low": ("low", "l", "lowprice", "pxlow", "min", "lowest"),
    "close": ("close", "c", "closeprice", "pxlast", "last", "closelast", "price", "closing", "closingprice"),
    "volume": ("volume", "vol", "v", "totalvolume", "basevolume", "volumebase", "tradedvolume", "amount", "quantity"),
    "price": ("price", "p", "tradeprice", "px", "lastprice", "rate"),
    "quantity": ("quantity", "qty", "q", "size", "amount", "volume", "vol", "lastsize", "tradequantity", "lastqty"),
    "trade_id": ("tradeid", "id", "tid", "aggtradeid", "trdmatchid"),
    "side": ("side", "takerside", "direction", "aggressor", "aggressorside", "type", "buysell"),
    "buyer_maker": ("buyermaker", "isbuyermaker", "buyerismaker", "m"),
    "bid": ("bid", "bidprice", "bestbid", "bestbidprice", "bidpx", "pricebid"),
    "ask": ("ask", "askprice", "bestask", "bestaskprice", "offer", "askpx", "priceask"),
    "bid_quantity": ("bidquantity", "bidsize", "bidqty", "bidamount", "bidvolume", "bestbidqty", "bestbidsize"),
    "ask_quantity": ("askquantity", "asksize", "askqty", "askamount", "askvolume", "bestaskqty", "bestasksize"),
    "level": ("level", "depth", "position"),
    "is_snapshot": ("issnapshot", "updatetype", "snapshot"),
    "rate": ("rate", "fundingrate", "lastfundingrate", "funding"),
    "mark_price": ("markprice", "mark"),
    "kind": ("kind", "action", "actiontype", "event", "eventtype", "corporateaction", "type"),
    "value": ("value", "amount", "ratio", "factor"),
    "dividend": (
        *("dividend", "dividends", "div", "dividendamount", "cashdividend", "cashdividends", "exdividend", "divcash"),
        *("cashamount", "dividendpershare", "dps"),
    ),
    "paid": ("paydate", "paymentdate", "payabledate", "payday", "datepaid", "paidon"),
    "split": ("split", "splits", "stocksplit", "stocksplits", "splitratio", "splitfactor", "splitcoefficient"),
    "split_from": ("splitfrom",),
    "split_to": ("splitto",),
}  # fmt: skip

TIME_ROLES = ("time", "date", "clock")
ROLES: Mapping[Table, tuple[str, ...]] = {
    Table.BARS: ("open", "high", "low", "close", "volume"),
    Table.TRADES: ("price", "quantity", "side", "trade_id", "buyer_maker"),
    Table.QUOTES: ("bid", "bid_quantity", "ask", "ask_quantity"),
    Table.BOOK: ("side", "level", "price", "quantity", "is_snapshot"),
    Table.FUNDING: ("rate", "mark_price"),
    Table.ACTIONS: ("kind", "value", "dividend", "split", "split_from", "split_to", "paid"),
}
NEEDED: Mapping[Table, tuple[str, ...]] = {
    Table.BARS: ("open", "high", "low", "close"),
    Table.TRADES: ("price", "quantity"),
    Table.QUOTES: ("bid", "ask"),
    Table.BOOK: ("side", "price", "quantity"),
    Table.FUNDING: ("rate",),
    Table.ACTIONS: ("kind", "value"),
}
"""Of corporate actions, a column of dividends or of splits does as well as a kind and a value."""
_GUESSED = (Table.BARS, Table.QUOTES, Table.BOOK, Table.TRADES, Table.FUNDING)
ACTION_COLUMNS = ("dividend", "split", "split_from", "split_to")
EX_DATES = ("exdate", "exdividenddate", "exoreffdate", "effectivedate", "executiondate", "exday", "exsession")
"""Of the dates that an action has, the one on which it takes effect."""
_EXPECTED_OF_ACTIONS = "a date and either dividend, split or both, or kind and value"
_LEVEL = re.compile(r"(bid|ask)s?\[?_?(\d+)\]?[._](price|amount|qty|quantity|size)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One set of rows a line holds: a wide file has a part per instrument, a book snapshot one per side and level."""

    columns: Mapping[str, str]
    """Role to column of the file."""
    constants: Mapping[str, str | int] = field(default_factory=dict)
    """Role to the value all rows of the part have."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Where everything is found."""

    table: Table
    parts: tuple[Part, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the file that are read, in their first use."""
        return tuple(dict.fromkeys(column for part in self.parts for column in part.columns.values()))

    def described(self) -> dict[str, str]:
        """Role to column, for the report; a wide file shows its first part."""
        told = dict(self.parts[0].columns)
        if self.table is Table.ACTIONS and self.parts[0].constants:
            del told["value"]
            told |= {str(part.constants["kind"]): part.columns["value"] for part in self.parts}
        return told


def plan_columns(
    columns: Sequence[str],
    *,
    table: Table | None,
    mapping: Mapping[str, Mapped],
    wide: Mapping[str, Mapping[str, Mapped]],
    has_header: bool,
    path: str,
) -> ColumnPlan:
    """Tell the columns to roles; an InputError shows what is there, what is needed and how to say it."""
    given = {role: _column(value, columns, role) for role, value in mapping.items()}
    _check_roles(given)
    if wide:
        return _plan_wide(columns, given, wide, table or Table.BARS, has_header=has_header)
    levels = _book_levels(columns) if table in {None, Table.BOOK} and not set(given) - {*TIME_ROLES, "symbol"} else ()
    guesses = _guess(columns, given) if has_header else {}
    found = {role: column for role, column in (guesses | given).items() if column is not None}
    if levels:
        shared = {role: found[role] for role in (*TIME_ROLES, "symbol") if role in found}
        parts = tuple(Part({**shared, **part.columns}, part.constants) for part in levels)
        return _finish(Table.BOOK, parts, columns, path)
    chosen = table or _guess_table(found, given)
    if chosen is Table.ACTIONS and (parts := _action_parts(_by_ex_date(found, given, columns), given)):
        return _finish(chosen, parts, columns, path)
    if chosen is None or any(role not in found for role in NEEDED[chosen]):
        raise _unknown(columns, found, chosen, path=path, has_header=has_header)
    return _finish(chosen, (Part(_relevant(found, given, chosen)),), columns, path)


def _relevant(found: Mapping[str, str], given: Mapping[str, str | None], table: Table) -> dict[str, str]:
    """The roles this table uses; one column serves one role unless a person says otherwise."""
    roles = ("symbol", *ROLES[table])
    kept = {role: found[role] for role in roles if role in found}
    for role in tuple(kept):
        taken = [other for other in kept if other != role and kept[other] == kept[role]]
        if role not in given and taken and (set(taken) & set(NEEDED[table]) or set(taken) & set(given)):
            del kept[role]
    return _time_roles(found, given) | kept


def _time_roles(found: Mapping[str, str], given: Mapping[str, str | None]) -> dict[str, str]:
    """Either one column for the whole stamp, or a date and a clock."""
    roles = {role: found[role] for role in TIME_ROLES if role in found}
    if "time" in given or not ("date" in roles and "clock" in roles) or roles["date"] == roles["clock"]:
        roles.pop("clock", None) if "clock" not in given else None
    if (
        "clock" in roles
        and "date" in roles
        and ("time" not in roles or roles["time"] in {roles["clock"], roles["date"]})
    ):
        roles.pop("time", None)
    elif "time" in roles:
        roles.pop("date", None)
        roles.pop("clock", None)
    elif "date" in roles:
        roles["time"] = roles.pop("date")
    return roles


def _finish(table: Table, parts: tuple[Part, ...], columns: Sequence[str], path: str) -> ColumnPlan:
    if not any(role in parts[0].columns for role in TIME_ROLES):
        raise InputError(
            f"{path}: no column tells the time",
            expected="a column of dates or times",
            found=", ".join(columns),
            remedy='name it: mapping={"time": "..."}',
        )
    used = {column for part in parts for column in part.columns.values()}
    return ColumnPlan(table, parts, tuple(column for column in columns if column not in used))


def _plan_wide(
    columns: Sequence[str],
    given: Mapping[str, str | None],
    wide: Mapping[str, Mapping[str, Mapped]],
    table: Table,
    *,
    has_header: bool,
) -> ColumnPlan:
    """A part per instrument; a bar that is only a close has it as open, high and low too."""
    guesses = _guess(columns, given) if has_header else {}
    found = {role: column for role, column in (guesses | dict(given)).items() if column is not None}
    if "time" not in found and "date" not in found and columns and has_header:
        found["time"] = columns[0]
    shared = _time_roles(found, given)
    parts = []
    for symbol, roles in wide.items():
        told = {role: column for role, value in roles.items() if (column := _column(value, columns, role)) is not None}
        _check_roles(told)
        parts.append(Part(shared | _closes_only(told, table), {"symbol": symbol}))
        missing = [role for role in NEEDED[table] if role not in parts[-1].columns]
        if missing:
            raise InputError(
                f"{symbol} lacks {', '.join(missing)} in the wide mapping", expected=", ".join(NEEDED[table])
            )
    return _finish(table, tuple(parts), columns, "the wide file")


def _closes_only(told: Mapping[str, str], table: Table) -> dict[str, str]:
    if table is Table.BARS and "close" in told and not {"open", "high", "low"} & set(told):
        return {**told, **dict.fromkeys(("open", "high", "low"), told["close"])}
    return dict(told)


def _normal(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", name.lower()))


def _guess(columns: Sequence[str], given: Mapping[str, str | None]) -> dict[str, str | None]:
    """Roles whose synonyms name a column; the first synonym wins. A nameless first column is taken as the time."""
    spelled: dict[str, str] = {}
    for column in columns:
        spelled.setdefault(_normal(column), column)
    guesses: dict[str, str | None] = {}
    for role, names in SYNONYMS.items():
        found = next((spelled[name] for name in names if name in spelled), None)
        if role not in given and found is not None:
            guesses[role] = found
    if not {"time", "date"} & (set(guesses) | set(given)) and columns and columns[0] == "1":
        guesses["time"] = "1"
    return guesses


def _guess_table(found: Mapping[str, str], given: Mapping[str, str | None]) -> Table | None:
    """The first kind of rows that the columns make up."""
    for table in _GUESSED:
        has_all = all(role in found for role in NEEDED[table])
        columns = [found[role] for role in NEEDED[table] if role in found]
        if not has_all or (len(set(columns)) < len(columns) and not set(NEEDED[table]) <= set(given)):
            continue
        if table is Table.BOOK and not {"level", "is_snapshot"} & set(found):
            continue
        return table
    if set(NEEDED[Table.BARS]) & set(found):
        return None  # prices without all that makes a bar: better asked for than left out
    return Table.ACTIONS if set(NEEDED[Table.ACTIONS]) <= set(found) or set(ACTION_COLUMNS) & set(found) else None


def action_columns(columns: Sequence[str], mapping: Mapping[str, Mapped]) -> dict[str, str]:
    """Role to column of the splits and dividends that a file of bars holds beside its prices; empty for most."""
    given = {role: _column(value, columns, role) for role, value in mapping.items()}
    found = _guess(columns, given) | given
    kept = {role: column for role in ACTION_COLUMNS if (column := found.get(role)) is not None}
    return {role: column for role, column in kept.items() if role in {"dividend", "split"} or len(kept) > 1}


def names_instruments(columns: Sequence[str]) -> bool:
    """Whether a column of symbols is among these."""
    return "symbol" in _guess(columns, {})


def _by_ex_date(found: Mapping[str, str], given: Mapping[str, str | None], columns: Sequence[str]) -> Mapping[str, str]:
    """The ex-date wins over other dates of an action, unless a person says which date counts."""
    ex_dates = [column for name in EX_DATES for column in columns if _normal(column) == name]
    if not ex_dates or set(TIME_ROLES) & set(given):
        return found
    return {role: column for role, column in found.items() if role not in TIME_ROLES} | {"time": ex_dates[0]}


def _action_parts(found: Mapping[str, str], given: Mapping[str, str | None]) -> tuple[Part, ...]:
    """A part for dividends and one for splits, which may share a line; none where a column tells the kind."""
    shared = _time_roles(found, given) | ({"symbol": found["symbol"]} if "symbol" in found else {})
    paid = {"paid": found["paid"]} if "paid" in found else {}
    if "kind" in found and "value" in found and not set(ACTION_COLUMNS) & set(given):
        return (Part(shared | paid | {"kind": found["kind"], "value": found["value"]}),)
    parts = [
        Part(shared | (paid if kind == "dividend" else {}) | {"value": found[kind]}, {"kind": kind})
        for kind in ("dividend", "split")
        if kind in found
    ]
    if "split" not in found and {"split_from", "split_to"} <= set(found):
        parts.append(Part(shared | {"value": found["split_to"], "split_from": found["split_from"]}, {"kind": "split"}))
    return tuple(parts)


def _book_levels(columns: Sequence[str]) -> tuple[Part, ...]:
    """Columns like `asks[0].price` and `asks[0].amount`: one part per side and level."""
    cells: dict[tuple[str, int], dict[str, str]] = {}
    for column in columns:
        match = _LEVEL.fullmatch(column)
        if match:
            side = "BUY" if match[1].lower() == "bid" else "SELL"
            role = "price" if match[3].lower() == "price" else "quantity"
            cells.setdefault((side, int(match[2])), {})[role] = column
    return tuple(
        Part(roles, {"side": side, "level": level}) for (side, level), roles in cells.items() if len(roles) == 2
    )


def _column(value: Mapped, columns: Sequence[str], role: str) -> str | None:
    """The column a person names, by name (any case) or position counted from 1."""
    if value is None or value == "":
        return None
    if isinstance(value, int):
        if 1 <= value <= len(columns):
            return columns[value - 1]
        raise InputError(f"there is no column {value} for {role}", expected=f"1 to {len(columns)}")
    if value in columns:
        return value
    alike = [column for column in columns if column.lower() == value.lower()]
    if len(alike) == 1:
        return alike[0]
    raise InputError(f"there is no column {value!r} for {role}", found=", ".join(columns))


def _check_roles(given: Mapping[str, object]) -> None:
    wrong = [role for role in given if role not in SYNONYMS]
    if wrong:
        raise InputError(f"{wrong[0]!r} is nothing a column can be", expected=f"one of {', '.join(SYNONYMS)}")


def _unknown(
    columns: Sequence[str], found: Mapping[str, str], table: Table | None, *, path: str, has_header: bool
) -> InputError:
    if not has_header:
        return InputError(
            f"{path} has no header",
            expected="to be told the columns by position",
            found=f"{len(columns)} columns",
            remedy='for daily bars: mapping={"time": 1, "open": 2, "high": 3, "low": 4, "close": 5, "volume": 6}',
        )
    wanted = table or Table.BARS
    missing = [role for role in NEEDED[wanted] if role not in found]
    if wanted is Table.ACTIONS:
        missing = ["dividend", "split"]
    example = ", ".join(f'"{role}": "..."' for role in missing or NEEDED[wanted])
    return InputError(
        f"{path}: the columns are not understood" + (f" as {table}" if table else ""),
        expected=_EXPECTED_OF_ACTIONS if wanted is Table.ACTIONS else f"{', '.join(NEEDED[wanted])} and a time",
        found=", ".join(columns),
        remedy=f"say which is which: mapping={{{example}}}",
    )
