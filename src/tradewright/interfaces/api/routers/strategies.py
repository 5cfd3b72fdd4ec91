"""Routes of strategies: those that come with Tradewright and those of the shelf; upload, check, versions, source."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from tradewright.application.shelf.messages import (
    ChangeStrategy,
    DeleteStrategy,
    RegisterStrategy,
    ShelvedStrategies,
    ShelvedStrategyShown,
    StrategySource,
    UploadStrategy,
    ValidateStrategy,
)
from tradewright.application.shelf.views import BUILT_IN, UPLOADED, SourceView, StrategyEntry, StrategySheet
from tradewright.interfaces.api.asks import Ask, Example, Reply
from tradewright.interfaces.api.routers.kinds import CURSOR, STRATEGY
from tradewright.interfaces.api.schemas.values import choice_kind, list_kind, text_kind, whole_kind
from tradewright.ports.paging import Page
from tradewright.ports.shelf import ShelfLife

GROUP: Final = "strategy"
SOURCE: Final[Any] = Annotated[str, Field(min_length=1, max_length=1 << 20)]
"""The text of a file, letter by letter as it came: nothing of it is put into another form."""
NAME: Final[Any] = text_kind(64, pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._-]{0,63})?$")
NAMED: Final[Any] = text_kind(64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$", shortest=1)
CLASS: Final[Any] = text_kind(100, pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")
TAG: Final[Any] = text_kind(32, pattern=r"^[a-z0-9][a-z0-9_-]*$", shortest=1)
MAYBE_TAG: Final[Any] = text_kind(32, pattern=r"^([a-z0-9][a-z0-9_-]*)?$")
_ID: Final = {"id": "strategy"}
_THERE: Final = {"strategy": STRATEGY}
_EXAMPLE: Final = Example(path={"id": "up_abcdefgh23"})
CROSSING: Final = """import tradewright as tw
from tradewright import indicators as ti


class Crossing(tw.Strategy):
    \"\"\"Long while the close is above its average.\"\"\"

    window: int = tw.parameter(20, low=2, high=200)

    def generate_signals(self, bars):
        return (bars.close > ti.sma(bars.close, self.window)).astype(float)
"""


def shown_source(view: SourceView, _wishes: Mapping[str, Any]) -> Reply:
    """As a file with a name of ours: the one that it came with is for people alone."""
    name = f"{view.strategy}-{view.version}.py"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Reply(view.source.encode(), "text/x-python", headers=headers)


ASKS: Final = (
    Ask(
        method="GET", path="/strategies", message=ShelvedStrategies, answer=Page[StrategyEntry], group=GROUP,
        summary="List strategies: those that come with Tradewright, then those of the shelf",
        kinds={
            "name": NAME, "tag": MAYBE_TAG, "kind": choice_kind(("", BUILT_IN, UPLOADED)), "cursor": CURSOR,
            "life": choice_kind(("", *(one.value for one in ShelfLife))),
        },
        example=Example(query={"kind": "built_in", "limit": "10"}),
    ),
    Ask(
        method="POST", path="/strategies", message=RegisterStrategy, answer=StrategySheet, group=GROUP, status=201,
        summary="Put a strategy on the shelf, its source as text",
        kinds={"source": SOURCE, "name": NAMED, "class_name": CLASS, "tags": list_kind(TAG, most=20)},
        example=Example(body={"name": "Crossing", "source": CROSSING, "tags": ["trend"]}),
    ),
    Ask(
        method="POST", path="/strategies/upload", message=UploadStrategy, answer=StrategySheet, group=GROUP, status=201,
        upload=("file_name", "content"), summary="Put a strategy on the shelf, from its file",
        kinds={"name": NAME, "class_name": CLASS, "tags": list_kind(TAG, is_text=True, most=20)},
    ),
    Ask(  # an id alone: a path would run what lies there
        method="GET", path="/strategies/{id}", names=_ID, message=ShelvedStrategyShown, answer=StrategySheet,
        group=GROUP, summary="Show a strategy: what it takes, its versions, what the check found", kinds=_THERE,
        example=Example(path={"id": "moving_average"}),
    ),
    Ask(
        method="PATCH", path="/strategies/{id}", names=_ID, message=ChangeStrategy, answer=StrategySheet, group=GROUP,
        summary="Give a strategy of the shelf a new version, or other words",
        kinds={**_THERE, "source": SOURCE, "name": NAMED, "class_name": CLASS, "tags": list_kind(TAG, most=20)},
        example=Example(path=_EXAMPLE.path, body={"description": "Above its average."}),
    ),
    Ask(
        method="DELETE", path="/strategies/{id}", names=_ID, message=DeleteStrategy, answer=StrategySheet, group=GROUP,
        summary="Take a strategy off the shelf; its history stays", kinds=_THERE, example=_EXAMPLE,
    ),
    Ask(
        method="POST", path="/strategies/{id}/validate", names=_ID, message=ValidateStrategy, answer=StrategySheet,
        group=GROUP, summary="Check a strategy of the shelf in the sandbox", kinds={**_THERE, "class_name": CLASS},
        example=_EXAMPLE,
    ),
    Ask(
        method="GET", path="/strategies/{id}/source", names=_ID, message=StrategySource, answer=None, group=GROUP,
        summary="Fetch the source of a version", kinds={**_THERE, "version": whole_kind(0, 999_999, is_text=True)},
        shows=shown_source, media=("text/x-python",), example=_EXAMPLE,
    ),
)  # fmt: skip
