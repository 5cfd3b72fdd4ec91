from tests.coverage_floors import rooms_of, table


def file(statements: int, covered: int) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": covered,
            "num_branches": statements,
            "covered_branches": covered,
        }
    }


def test_each_room_is_measured_against_its_own_floor() -> None:
    rooms = rooms_of(
        {
            "files": {
                "src/tradewright/domain/a.py": file(100, 94),
                "src/tradewright/domain/orders/b.py": file(100, 95),
                "src/tradewright/adapters/c.py": file(100, 86),
                "src/tradewright/lazy.py": file(10, 10),
                "tests/x.py": file(100, 0),
            }
        }
    )
    assert [(room.name, room.percent, room.is_enough) for room in rooms] == [
        ("adapters", 86.0, True),
        ("domain", 94.5, False),
        ("lazy", 100.0, True),
        ("overall", 100 * 570 / 620, True),
    ]
    assert "domain                     400    94.5%     95%  <- too little" in table(rooms)


def test_an_empty_room_has_nothing_to_run() -> None:
    assert rooms_of({"files": {"src/tradewright/venues/__init__.py": file(0, 0)}})[0].is_enough
