"""Routes of deployments: a strategy is to trade, to pause, to go on, to stop; what is deployed."""

from typing import Any, Final

from tradewright.application.deployments.messages import (
    ChangeParameters,
    DeploymentList,
    DeploymentShown,
    PauseDeployment,
    ResumeDeployment,
    StartDeployment,
    StopDeployment,
)
from tradewright.application.deployments.views import DeploymentView
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.kinds import ACCOUNT, INTERVAL, SYMBOLS
from tradewright.interfaces.api.schemas.values import choice_kind, text_kind
from tradewright.ports.deployments import Wanted
from tradewright.ports.sessions import FEEDS

GROUP: Final = "trader"
DEPLOYED: Final[Any] = text_kind(80, pattern=r"^[a-z][a-z0-9_]*(@[1-9][0-9]{0,5})?$", shortest=1)
MAYBE_STRATEGY: Final[Any] = text_kind(64, pattern=r"^([a-z][a-z0-9_]*)?$")
DEPLOYMENT: Final[Any] = text_kind(64, pattern=r"^dp_[a-z2-7]+$", shortest=1)
MAYBE_DEPLOYMENT: Final[Any] = text_kind(64, pattern=r"^(dp_[a-z2-7]+)?$")
SPEED: Final[Any] = text_kind(20, pattern=r"^(max|[0-9]+(\.[0-9]+)?x?)$")
MAYBE_DATE: Final[Any] = text_kind(10, pattern=r"^([12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$")
_ID: Final = {"id": "strategy"}
_WHICH: Final = {"strategy": DEPLOYED, "deployment": MAYBE_DEPLOYMENT, "account": ACCOUNT}
_START: Final = {
    **_WHICH, "symbols": SYMBOLS, "feed": choice_kind(FEEDS), "first": MAYBE_DATE, "last": MAYBE_DATE, "speed": SPEED,
    "interval": INTERVAL,
}  # fmt: skip
_EXAMPLE: Final = Example(path={"id": "breakout"}, body={"account": "deployed"})
_DEPLOY: Final = {"symbols": ["AAPL"], "first": "2016-01-04", "speed": "0.05", "account": "deployed"}

ASKS: Final = (
    Ask(
        method="POST", path="/strategies/{id}/start", names=_ID, message=StartDeployment, answer=DeploymentView,
        group=GROUP, status=202, is_urgent=True, kinds=_START,
        summary="Let a strategy trade until it is stopped, or start its stopped deployment again",
        example=Example(path=_EXAMPLE.path, body=_DEPLOY),
    ),
    Ask(
        method="POST", path="/strategies/{id}/pause", names=_ID, message=PauseDeployment, answer=DeploymentView,
        group=GROUP, status=202, is_urgent=True, summary="Let a deployed strategy make no more orders", kinds=_WHICH,
        example=_EXAMPLE,
    ),
    Ask(
        method="POST", path="/strategies/{id}/resume", names=_ID, message=ResumeDeployment, answer=DeploymentView,
        group=GROUP, status=202, is_urgent=True, summary="Let a paused deployment trade again", kinds=_WHICH,
        example=_EXAMPLE,
    ),
    Ask(
        method="POST", path="/strategies/{id}/stop", names=_ID, message=StopDeployment, answer=DeploymentView,
        group=GROUP, status=202, is_urgent=True, summary="End the session of a deployed strategy in good order",
        kinds=_WHICH, example=_EXAMPLE,
    ),
    Ask(
        method="GET", path="/live", message=DeploymentList, answer=tuple[DeploymentView, ...], group=GROUP,
        summary="List deployments: what is to trade, and what it does",
        kinds={
            "wanted": choice_kind(("", *(one.value for one in Wanted))), "strategy": MAYBE_STRATEGY, "account": ACCOUNT,
        },
        example=Example(query={"wanted": "running"}),
    ),
    Ask(
        method="GET", path="/live/{id}", names={"id": "deployment"}, message=DeploymentShown, answer=DeploymentView,
        group=GROUP, summary="Show a deployment", kinds={"deployment": DEPLOYMENT},
        example=Example(path={"id": "dp_abcdefgh23"}),
    ),
    Ask(
        method="PATCH", path="/live/{id}", names={"id": "deployment"}, message=ChangeParameters, answer=DeploymentView,
        group=GROUP, summary="Give a stopped deployment other parameters", hidden=frozenset({"strategy", "account"}),
        kinds={"deployment": DEPLOYMENT},
        example=Example(path={"id": "dp_abcdefgh23"}, body={"parameters": {"lookback": 40}}),
    ),
)  # fmt: skip
