"""Personal names by their context: a surname with a form of address, a name after its label, in lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.language.script import HAN_BASIC
from kb.personal_data.comparable_text import comparable, comparable_pattern
from kb.personal_data.name_words import chinese_surnames, name_words

__all__ = ["find", "find_in_comparable"]

# Forms of address after a Chinese name. Titles of a post (主任, 院長) are not among them: a post is not personal data.
_ADDRESS = comparable_pattern(
    r"先生|女士|小姐|太太|姑娘|婆婆|伯伯|伯|老師|醫生|護士|同學|師奶|阿姨|叔叔|公公|婆|[sS]ir(?![a-z])|SIR|哥|姐|叔|嬸|媽|太(?![多少大小高低長遠過平陽極空])|(?<=[^多種類])生(?![活日效病產命育理意長物存])"
)
_LABEL = comparable_pattern(
    r"姓名|名字|院友|會員|服務使用者|家屬|家長|監護人|申請人|投訴人|負責人|聯絡人|案主|學員|職員|同事|員工|義工|社工|"
    r"護理員|經手人|覆核人?|簽署|戶口持有人|收款人|病人|父親|母親|丈夫|妻子"
)
_ENGLISH_LABEL = (
    r"(?:Full )?Name|Client|Resident|Member|Applicant|Complainant|Guardian|Contact(?: person)?|Signed(?: by)?"
)
_HEADING = re.compile(rf"^(?:中文|英文)?(?:{_LABEL})(?:姓名)?$|^(?:{_ENGLISH_LABEL}s?)$", re.IGNORECASE)
# Ordinary words that begin with the character of a surname (高級, 方法, 任何 …). They do not begin a name.
_ORDINARY = re.compile(comparable_pattern(
    r"高級|高齡|方法|方便|方式|方面|任何|任職|任務|程序|程度|溫度|溫水|石油|江湖|關於|關係|關懷|關愛|白天|白色|許可|常見|常規|"
    r"施行|施工|布置|老人|老年|簡介|簡單|容許|容易|任期|周年|周末|古物|雷雨|洪水|龍舟|高度|高危|施藥|高於|區內|區域|張貼|何時|何人|餘額"
))  # fmt: skip


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    han = rf"(?P<it>(?:{chinese_surnames()})[{HAN_BASIC}○某X*]{{1,2}}"
    title = r"(?i:Mr|Mrs|Ms|Miss|Mdm|Madam|Dr|Prof|Rev|Sr)\b\.?"
    given = r"[A-Z][A-Za-z]+(?:[ -][A-Z][A-Za-z-]+){0,3}"
    plain = r"(?!(?:The|A|An|Our|All|Any|Call|Ask|Tell|Sir|Madam|Colleague|Staff|Members?|Parents?)\b)"
    return (
        re.compile(rf"(?:{_LABEL})(?:姓名)?[为是]?[: ]\s*{han})(?![{HAN_BASIC}])"),
        re.compile(rf"(?P<it>(?:{chinese_surnames()})[{HAN_BASIC}○某]{{0,2}}?)(?=(?:{_ADDRESS}))"),
        re.compile(rf"\b{title} (?P<it>{plain}{given})"),
        re.compile(rf"\b(?i:{_ENGLISH_LABEL}): *(?P<it>{given})"),
        re.compile(rf"\b(?i:dear|i am|my name is|prepared by|checked by|signed by|attn:?) (?P<it>{plain}{given})"),
    )


def find(text: str) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` of each name in a text, in no particular order; they may overlap."""
    view = comparable(text)
    for start, end in find_in_comparable(view.text):
        yield view.span(start, end)


def find_in_comparable(text: str) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` of each name in a text of :mod:`.comparable_text`, as :func:`find` does."""
    for pattern in _patterns():
        for match in pattern.finditer(text):
            if not _ORDINARY.match(text, match.start("it")):
                yield match.span("it")
    yield from _columns(text)
    yield from _list(text)


def _columns(text: str) -> Iterator[tuple[int, int]]:
    """Yield the cells of a table (separated by tabs or ｜) below a heading for names."""
    named: list[int] = []
    at = 0
    for line in text.splitlines(keepends=True):
        cells = re.split(r"\t| ?[|｜] ?", line.rstrip("\n"))
        headings = [i for i, cell in enumerate(cells) if _HEADING.match(cell.strip())]
        if len(cells) < 2:
            named = []
        elif headings and not named:
            named = headings
        else:
            for i in named:
                cell = cells[i].strip() if i < len(cells) else ""
                if cell and not any(char.isdigit() for char in cell) and len(cell) <= 40:
                    start = text.index(cell, at)
                    yield start, start + len(cell)
        at += len(line)


def _list(text: str) -> Iterator[tuple[int, int]]:
    """Yield names in a list of at least two: 陳大文、李小明、王美玲. Ordinary words (周年、餘額) are left out."""
    name = rf"(?P<s>{chinese_surnames()})(?P<given>[{HAN_BASIC}]{{1,2}})"
    plain = re.sub(r"P<\w+>", ":", name)
    for row in re.finditer(rf"(?<![{HAN_BASIC}]){plain}(?:[、,及和/ ]{{1,2}}{plain})+(?![{HAN_BASIC}])", text):
        for match in re.finditer(name, row.group()):
            sure = match["s"] in name_words("rare") or name_words("given").issuperset(match["given"])
            if sure and not _ORDINARY.match(match.group()):
                yield row.start() + match.start(), row.start() + match.end()
