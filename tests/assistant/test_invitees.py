"""A pasted list of people to invite."""

from __future__ import annotations

import time

import pytest

from assistant.service.invitees import Invitee, read_invitees


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("黃姑娘\n\n  李先生 \nwong@a.example", [("黃姑娘", ""), ("李先生", ""), ("", "wong@a.example")]),
        (
            "姓名\t電郵\n黃姑娘\twong@a.example\n001\t李生\tLee@A.example",
            [("黃姑娘", "wong@a.example"), ("李生", "lee@a.example")],
        ),
        ("Name,Email\nMary Lee,mary@a.example", [("Mary Lee", "mary@a.example")]),
        ("a@b.example, c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ("Mary Lee <mary@a.example>; Bob <bob@a.example>", [("Mary Lee", "mary@a.example"), ("Bob", "bob@a.example")]),
        ("黃姑娘、李先生，陳姑娘", [("黃姑娘", ""), ("李先生", ""), ("陳姑娘", "")]),
        ("1. 黃姑娘\n2) 李生\n • 陳生", [("黃姑娘", ""), ("李生", ""), ("陳生", "")]),
        ("黃姑娘\n黃姑娘\nA@b.example\na@B.example", [("黃姑娘", ""), ("", "a@b.example")]),
        ("\n \n9123 4567\n", []),
        ("x" * 500, [("x" * 120, "")]),
    ],
)
def test_a_line_is_a_person(text: str, found: list[tuple[str, str]]) -> None:
    assert read_invitees(text) == [Invitee(*one) for one in found]


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("wong@x.example lee@x.example", [("", "wong@x.example"), ("", "lee@x.example")]),
        ("黃姑娘 wong@x.hk 李先生 lee@x.hk", [("黃姑娘", "wong@x.hk"), ("李先生", "lee@x.hk")]),
        ("wong@x.hk/lee@x.hk", [("", "wong@x.hk"), ("", "lee@x.hk")]),
    ],
)
def test_several_addresses_on_a_line_need_no_separator(line: str, people: list[tuple[str, str]]) -> None:
    assert [(one.name, one.email) for one in read_invitees(line)] == people


def test_a_long_word_takes_no_time() -> None:
    started = time.perf_counter()
    read_invitees("a" * 19_990 + "\n" + "a@" * 9_000)
    assert time.perf_counter() - started < 0.5
