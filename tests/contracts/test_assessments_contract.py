"""What every place that keeps assessments promises, on both databases."""

from dataclasses import replace

import pytest

from tradewright.adapters.database.assessments import DatabaseAssessments
from tradewright.adapters.database.engine import Database
from tradewright.domain.errors import Conflict, InputError
from tradewright.ports.assessments import Assessment, Assessments
from tradewright.ports.paging import Slot

ONE = Assessment(
    id="a1",
    time_ns=10,
    kind="validation",
    account="demo",
    session="s1",
    actor="anna",
    verdict="refused",
    content={"limit": "0.05", "by": [{"control": "position", "share": "0.0600"}], "note": "naïve \x00"},
    correlation_id="c1",
)


@pytest.fixture
def assessments(database: Database) -> Assessments:
    return DatabaseAssessments(database)


def test_an_assessment_comes_back_as_it_was(assessments: Assessments) -> None:
    assessments.add(ONE)
    assert assessments.find("a1") == ONE
    with pytest.raises(InputError, match="there is no assessment a2"):
        assessments.find("a2")
    with pytest.raises(Conflict, match="there is an assessment a1 already"):
        assessments.add(replace(ONE, verdict="allowed"))
    assert assessments.find("a1") == ONE


def test_pages_go_from_new_to_old_also_within_one_moment(assessments: Assessments) -> None:
    for name, time in (("B", 10), ("a", 10), ("c", 20), ("d", 10)):
        assessments.add(replace(ONE, id=name, time_ns=time, account="other" if name == "c" else "demo"))
    first = assessments.all(Slot(limit=2))
    assessments.add(replace(ONE, id="new", time_ns=99))
    second = assessments.all(Slot(limit=2, cursor=first.cursor))
    assert [one.id for page in (first, second) for one in page.items] == ["c", "d", "a", "B"]
    assert second.cursor == ""
    assert [one.id for one in assessments.all(Slot(), account="other").items] == ["c"]
    with pytest.raises(InputError, match="that cursor is none"):
        assessments.all(Slot(cursor="7"))
