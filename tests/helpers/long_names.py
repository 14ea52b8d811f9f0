"""An organisation in which everything has a long name, for tests of the pages' layout.

Long Latin strings without a space, long Chinese titles, and at least one of everything that a page can list.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from ingest import background_refinement
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import accounts
from kb.store import tenants
from tests.helpers.bilingual_pair import CHINESE, CHINESE_NAME, ENGLISH, ENGLISH_NAME
from tests.helpers.ingest_files import ingest_file
from tests.helpers.service import email_of, signed_in

__all__ = ["LONG", "LONG_TITLE", "fill_with_long_names"]

LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 2  # 90 letters without a space
LONG_TITLE = "長者院舍照顧服務及家居支援服務員工工作守則暨緊急應變程序手冊（二〇二六年修訂及增補版）" + LONG[:45]
NAME = f"{LONG[:60]}.md"
API = "/api/v1/tenants/harmony"
DELETED = f"{LONG[45:60]}刪除.md"
_TEXT = f"""# {LONG_TITLE}

## 1 {LONG}

1.1 員工每日須把鎖匙交回{LONG}保險箱，並登記時間。

| 項目 | {LONG[:40]} | 全職 | 兼職 | 每月上限 | 負責人 |
|---|---|---|---|---|---|
| 鎖匙保管 | {LONG[:50]} | 每日 | 每週 | $1,234,567.89 | {LONG[:30]}@harmony.example |

1.2 https://www.harmony.example/{LONG}/{LONG[:60]}?path={LONG[:50]}
"""
QUESTION = "員工每日要將鎖匙交去邊度？"
UNANSWERED = f"公司有冇牙科保險同{LONG}？"


def add_long_documents(settings: Settings, folder: Path) -> None:
    """Ingest a document with two versions and the two copies of a bilingual pair into ``harmony``."""
    tenant = tenants.get(settings, "harmony")
    folder.mkdir(exist_ok=True)
    first = _TEXT.replace("每日", "每星期")
    with WorkerPool(settings) as workers:
        for name, text in (
            (NAME, first),
            (NAME, _TEXT),
            (DELETED, first),
            (CHINESE_NAME, CHINESE),
            (ENGLISH_NAME, ENGLISH),
        ):
            (folder / name).write_text(text, encoding="utf-8")
            ingest_file(settings, workers, tenant, folder / name)
        background_refinement.refine(Library(tenant), workers)  # finds the pair


def fill_with_long_names(app: FastAPI, settings: Settings, folder: Path) -> dict[str, Any]:
    """Fill ``harmony`` and return values for the parts of its pages' addresses."""
    add_long_documents(settings, folder)
    owner, member, evaluator = (signed_in(app, email_of(role)) for role in ("owner", "member", "evaluator"))

    def sent(client: Any, method: str, path: str, **body: Any) -> Any:
        response = client.request(method, API + path, json=body)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None

    library = Library(tenants.get(settings, "harmony"))
    document = library.document(NAME)
    sent(owner, "PATCH", "/settings", contact=f"人事及行政部，內線 0101，{LONG[:60]}@harmony.example")
    sent(owner, "PATCH", f"/documents/{document.id}", owner=f"{LONG[:60]}陳主任", review_on="2020-01-01")
    sent(owner, "POST", "/collections", slug="q" * 40, name=LONG[:110], open=True)
    sent(owner, "POST", "/glossary", written=f"鎖匙{LONG}", colloquial="匙", english=LONG, abbreviations=LONG)
    sent(owner, "POST", "/keys", name=LONG[:110], abilities=["ask", "read"], collections=["q" * 40])
    sent(owner, "DELETE", f"/documents/{library.document(DELETED).id}")
    invited = sent(owner, "POST", "/invitations", email=f"{LONG[:60]}@{LONG[:40]}.example", role="editor")
    editor = accounts.by_email(settings, email_of("editor"))
    assert editor is not None
    accounts.change(settings, editor.id, name=f"陳{LONG[:100]}")
    reset = sent(owner, "POST", f"/members/{editor.id}/reset")
    talk = sent(member, "POST", "/conversations")
    for question in (QUESTION, UNANSWERED, "懷疑有人虐老點算？"):
        response = member.post(f"{API}/conversations/{talk['id']}/messages", json={"question": question})
        assert response.status_code == 200, response.text
    message = member.get(f"{API}/conversations/{talk['id']}").json()["messages"][-2]
    verdict = {"verdict": -1, "reason": "wrong", "comment": LONG}
    assert member.put(f"{API}/messages/{message['id']}/feedback", json=verdict).status_code < 300
    name = LONG[:58]
    place = {"document": NAME, "page": None, "clause": "1.1", "evidence": f"把鎖匙交回{LONG}保險箱"}
    facts = [[f"{LONG}保險箱"]]
    question: dict[str, Any] = {"question": QUESTION, "answerable": True, "documents": [place], "facts": facts}
    sent(evaluator, "POST", f"/test-sets/{name}/questions", **question)
    sent(evaluator, "POST", f"/test-sets/{name}/questions", question=UNANSWERED, answerable=False)
    runs = [_measured(evaluator, name) for _ in range(2)]
    version = library.versions(document)[-1]
    return {
        "tenant": "harmony",
        "conversation": talk["id"],
        "version": version.id,
        "document_id": document.id,
        "paired": library.document(CHINESE_NAME).id,
        "erasure_id": sent(owner, "GET", "/erasures")[0]["id"],
        "message": message["id"],
        "set": name,
        "run": runs[0],
        "other": runs[1],
        "invitation": invited["link"].rsplit("/", 1)[1],
        "reset": reset["link"].rsplit("/", 1)[1],
        "question": UNANSWERED,
    }


def _measured(evaluator: Any, name: str) -> str:
    """Measure a test set and return the run's name. A name has the second of its start."""
    started: str = evaluator.post(f"{API}/runs", json={"test_set": name}).json()["name"]
    while not (state := evaluator.get(f"{API}/runs/current").json())["finished"]:
        time.sleep(0.2)
    assert not state["error"], state
    return started
