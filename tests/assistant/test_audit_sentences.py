"""The audit trail as sentences: every action has one in both languages, with names and links; old rows too."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from assistant.web.audit_sentences import AuditSentences
from assistant.web.pages import text_keys, texts
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import accounts
from kb.store.tables.activity_tables import AuditRow
from kb.store.tables.library_tables import VersionRow
from tests.helpers.service import ClientOf, email_of

ROOT = Path(__file__).parents[2]
API = "/api/v1/tenants/harmony"
CHAN = Actor("user:3", "陳姑娘")
TYPHOON = "颱風及暴雨工作安排.txt"


def recorded_actions() -> set[str]:
    """The actions of the trail in the code: "<thing>.<verb>" in calls that record, and in names that say "action"."""
    paths = [path for floor in ("kb", "ingest", "assistant", "eval") for path in (ROOT / floor).rglob("*.py")]
    return {one for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))) for one in _actions_in(node)}


def _actions_in(node: ast.AST) -> set[str]:
    said: list[ast.AST] = []
    if isinstance(node, ast.Call) and re.search(r"record|AuditRow", ast.unparse(node.func)):
        said = [*node.args, *node.keywords]
    elif isinstance(node, ast.Assign) and "action" in ast.unparse(node.targets[0]):
        said = [node.value]
    texts = [part.value for one in said for part in ast.walk(one) if isinstance(part, ast.Constant)]
    return {one for one in texts if isinstance(one, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", one)}


def test_the_actions_are_found_in_the_code() -> None:
    assert {"member.role", "document.upload", "document.restore", "question.ask", "model.send"} <= recorded_actions()


def said(settings: Settings, library: Library, row: AuditRow, locale: str = "zh-HK") -> str:
    return "".join(piece.text for piece in AuditSentences(settings, library, locale).sentence(row))


def last(library: Library) -> AuditRow:
    return next(audit.entries(library, limit=1))


def record(library: Library, action: str, subject: str = "", **detail: Any) -> AuditRow:
    audit.record(library, CHAN, action, subject, **detail)
    return last(library)


@pytest.mark.parametrize("action", sorted(recorded_actions()))
def test_every_action_has_a_sentence(action: str) -> None:
    key = action.replace(".", "_")
    assert f"audit.{key}" in text_keys()
    assert f"manage.did_{key}" in text_keys(), "its name in the list to choose from"
    assert f"audit.kind_{action.partition('.')[0]}" in text_keys()
    zh, en = texts("audit", "zh-HK")[key], texts("audit", "en")[key]
    assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en))
    assert "{who}" in zh


@pytest.mark.parametrize("locale", ["zh-HK", "en"])
@pytest.mark.parametrize("action", sorted(recorded_actions()))
def test_an_entry_without_details_is_a_sentence_too(
    service_settings: Settings, library: Library, action: str, locale: str
) -> None:
    for subject in ("", "甲乙丙"):
        words = said(service_settings, library, record(library, action, subject), locale)
        assert words.startswith("陳姑娘")
        assert len(words) > len("陳姑娘 ")
        assert "{" not in words
        assert action not in words


@pytest.mark.parametrize(
    ("action", "subject", "detail", "zh", "en"),
    [
        ("rights.grant", "main", {"to": "everyone", "name": "everyone", "level": "read"},
         "陳姑娘 讓 機構內所有人 在「main」可閱讀", "陳姑娘 let Everyone in the organisation in “main”: may read"),
        ("document.dates", TYPHOON, {"version": 1, "effective_from": "2026-01-01", "effective_to": None},
         "的有效日期：由 2026-01-01 起", "from 2026-01-01"),
        ("document.change", TYPHOON, {"collection": "main", "fields": ["owner", "review_on"]},
         "的負責人、覆檢日期", "who looks after it, the day of review of"),
        ("question.ask", "main", {"refused": True, "answerer": "extractive", "left": False},
         "陳姑娘 在main發問（文件沒有答案）", "陳姑娘 asked a question in main (the documents did not say)"),
        ("question.ask", "main", {"refused": False, "declined": True, "answerer": "fixed", "left": False},
         "陳姑娘 在main發問（個人資料，不提供）", "陳姑娘 asked a question in main (other people's data, not given)"),
        ("settings.model", "", {"enabled": False, "collections": []},
         "陳姑娘 停用了語言模型", "陳姑娘 switched the language model off"),
        ("draft.write", "", {"kind": "email", "left": True, "language": "yue"},
         "陳姑娘 起草了電郵（有文字傳到機構以外的語言模型）",
         "陳姑娘 drafted E-mail (text was sent to a language model elsewhere)"),
        ("member.invite", "wong@harmony.example", {"role": "editor"},
         "陳姑娘 邀請了 wong@harmony.example 加入，身分是編輯", "陳姑娘 invited wong@harmony.example as Editor"),
        ("future.thing", "x", {"a": 1}, "陳姑娘 做了另一項操作：x", "陳姑娘 did something else: x"),
    ],
)  # fmt: skip
def test_details_are_words(
    service_settings: Settings, library: Library, action: str, subject: str, detail: dict[str, Any], zh: str, en: str
) -> None:
    row = record(library, action, subject, **detail)
    assert zh in said(service_settings, library, row)
    assert en in said(service_settings, library, row, "en")


def test_an_upload_tells_title_and_version_with_a_link(service_settings: Settings, library: Library) -> None:
    document = library.document(TYPHOON)
    row = record(library, "document.upload", TYPHOON, collection="main", publish=True)
    with library.transaction() as session:  # the version that this upload brings
        first = session.scalars(sa.select(VersionRow).where(VersionRow.document_id == document.id)).one()
        values = {one.name: getattr(first, one.name) for one in VersionRow.__table__.columns if one.name != "id"}
        session.add(VersionRow(**values | {"number": 3, "created_at": row.at + timedelta(seconds=4)}))
    pieces = AuditSentences(service_settings, library, "zh-HK").sentence(row)
    assert "".join(one.text for one in pieces) == f"陳姑娘 上載了《{document.title}》第 3 版"
    assert [one.href for one in pieces if one.href] == [
        "/t/harmony/manage/audit?actor=user%3A3", f"/t/harmony/library/{document.id}",
    ]  # fmt: skip
    gone = record(library, "document.upload", "已刪除.pdf", collection="main", publish=False)
    assert said(service_settings, library, gone) == "陳姑娘 上載了《已刪除.pdf》（存為草稿）"


def test_programs_and_commands_have_names_too(service_settings: Settings, library: Library) -> None:
    audit.record(library, Actor("key:2", "內聯網"), "question.search", via="mcp")
    assert said(service_settings, library, last(library)) == "程式「內聯網」 搜尋了文件"
    audit.record(library, Actor("cli", "kb glossary"), "glossary.add", "7")
    assert said(service_settings, library, last(library)) == "安裝善知的電腦 新增了一個詞彙"


def test_a_change_of_role_on_the_page_and_in_the_export(client: ClientOf, service_settings: Settings) -> None:
    owner: TestClient = client("owner")
    user = accounts.by_email(service_settings, email_of("member"))
    assert user is not None
    assert owner.patch(f"{API}/members/{user.id}", json={"role": "editor"}).status_code == 200
    page = owner.get("/t/harmony/manage/audit", params={"action": "member."}).text
    row = re.search(r"<tr><td><time.*?</tr>", page, re.DOTALL)
    assert row
    assert re.sub(r"<[^>]+>", "", row[0].partition("</td>")[2]) == "Owner 把 Member 的身分由成員改為編輯"
    assert '<a href="/t/harmony/manage/people">Member</a>' in row[0]
    exported = owner.get(f"{API}/audit/export", params={"action": "member.role"}).text
    assert "member.role" in exported
    assert '""before"": ""member""' in exported


def test_filters_are_words_and_find_by_person_kind_and_time(client: ClientOf, library: Library) -> None:
    owner = client("owner")
    record(library, "glossary.export")
    page = owner.get("/t/harmony/manage/audit").text
    main = page.partition("<main")[2].partition("</main>")[0]
    shown = re.sub(r"<[^>]+>", " ", main)
    assert not re.search(r"\b[a-z]+\.[a-z]+\b|user:\d", shown.replace("harmony.example", "")), "codes on the page"
    assert "所有「詞彙」的操作" in main
    assert "陳姑娘" in re.findall(r"<option[^>]*>([^<]*)</option>", main)
    today = re.search(r'href="\?(since=[\d-]+)">今天', main)
    assert today
    found = owner.get(f"/t/harmony/manage/audit?action=glossary.&actor=user:3&{today[1]}").text
    rows = re.findall(r"<tr><td><time.*?</tr>", found, re.DOTALL)
    assert rows
    assert [row for row in rows if "陳姑娘" not in row or "詞彙" not in row] == []
    assert "沒有符合的紀錄" in owner.get("/t/harmony/manage/audit?until=2001-01-01").text
