"""Summaries, changes, drafts and translations: every line has its source, with a model and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.answers.citations import verify_citations
from assistant.commands.changes import changes as changes_command
from assistant.commands.draft import draft as draft_command
from assistant.commands.summarise import summarise as summarise_command
from assistant.llm import model_choices
from assistant.tasks import drafting, summary, translation, version_changes
from assistant.tasks.version_passages import find_clause, find_document
from kb.core.errors import InputError, Misconfigured, NotFound, Transient
from kb.core.settings import Settings
from kb.language.detect import Language
from kb.publishing import deletion
from kb.publishing.version_writer import COMMAND_LINE
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.command_line import invoke, run
from tests.helpers.language_model_server import LanguageModelServer

pytestmark = pytest.mark.slow

Started = Callable[..., LanguageModelServer]
Made = Callable[..., Retriever]
OLD = """1 借用

1.1 借用輪椅須填寫表格，每次最多借用14天。

1.2 按金為港幣300元。

1.3 逾期歸還每天收費港幣10元。

2 歸還

2.1 歸還時由職員檢查。
"""
NEW = """1 借用

1.1 借用輪椅須填寫表格，每次最多借用21天。

1.2 按金為港幣300元。

1.3 借用人須出示身份證明文件。

1.4 逾期歸還每天收費港幣10元。

2 歸還

2.1 歸還時由職員檢查。

2.2 損壞須照價賠償。
"""


@pytest.fixture
def revised(settings: Settings, tmp_path: Path) -> Retriever:
    """A tenant whose one document has two versions."""
    tenants.create(settings, "lender", "借用中心")
    path = tmp_path / "借用守則.txt"
    for text in (OLD, NEW):
        path.write_text(text, encoding="utf-8")
        run(settings, "ingest", str(path), "--tenant", "lender")
    return Retriever(settings, tenants.get(settings, "lender"))


def test_what_changed_clause_by_clause(revised: Retriever) -> None:
    found = version_changes.compare(revised.library, "借用守則.txt")
    told = {(one.kind, one.clause): one for one in found.changes}
    assert set(told) == {("changed", "1.1"), ("added", "1.3"), ("renumbered", "1.4"), ("added", "2.2")}
    first = told["changed", "1.1"]
    assert ("14天" in first.before[0].quote, "21天" in first.after[0].quote) == (True, True)
    assert (first.removed, first.added) == (["14"], ["21"])
    assert (first.before[0].version, first.after[0].version) == (1, 2)
    for one in found.changes:
        both = [*one.before, *one.after]
        assert verify_citations(revised.library, both) == both
    assert (found.earlier, found.later) == (1, 2)


def test_changes_on_the_command_line(revised: Retriever) -> None:
    settings = revised.settings
    printed = invoke(settings, changes_command, "借用守則.txt", "--tenant", "lender")
    assert "- 1.1 借用輪椅須填寫表格，每次最多借用14天。" in printed
    assert "+ 2.2 損壞須照價賠償。" in printed
    backwards = json.loads(
        invoke(settings, changes_command, "借用守則.txt", "--tenant", "lender", "--from", "2", "--to", "1", "--json")
    )
    assert {one["kind"] for one in backwards["changes"]} == {"changed", "removed", "renumbered"}
    with pytest.raises(NotFound, match="version_not_found"):
        version_changes.compare(revised.library, "借用守則.txt", 1, 7)


def test_one_version_has_no_changes(harmony: Retriever) -> None:
    with pytest.raises(InputError, match="versions_needed"):
        version_changes.compare(harmony.library, "員工手冊.txt")
    with pytest.raises(NotFound, match="document_not_found"):
        version_changes.compare(harmony.library, "員工手冊.txt", collections=[])


def test_a_summary_quotes_the_important_clauses(harmony: Retriever) -> None:
    made = summary.summarise(harmony, "員工手冊.txt", Language.TRADITIONAL)
    assert (made.answerer, made.egress.host) == ("extractive", "")
    assert {"5.3", "5.6", "5.8"} & {point.citation.clause for point in made.points}
    assert verify_citations(harmony.library, made.citations) == made.citations
    assert "第 5.6 條" in made.text or "第 5.3 條" in made.text
    line = json.loads(
        invoke(harmony.settings, summarise_command, "員工手冊.txt", "--tenant", "harmony", "--json", "--quotes")
    )
    assert list(line)[:4] == ["kind", "language", "text", "answerer"]


def test_a_model_summarises_and_is_checked(speaking: Started, with_model: Made) -> None:
    server = speaking("未放取的年假最多可結轉5天到下一年度 [1]。員工可享花紅三個月 [1]。")
    made = summary.summarise(with_model(server.url), "員工手冊.txt", Language.TRADITIONAL)
    assert made.answerer == "llm"
    assert "結轉5天" in made.text
    assert "花紅" not in made.text
    assert [one.clause for one in made.citations] == ["5.6"]


def test_a_model_whose_sources_are_deleted_meanwhile_gives_way_to_the_quotes(
    revised: Retriever, speaking: Started
) -> None:
    def delete_and_speak(_request: dict[str, Any]) -> str:
        library = revised.library
        deletion.delete_document(revised.settings, library, library.document("借用守則.txt"), COMMAND_LINE)
        return "按金為港幣300元 [2]。"

    settings = revised.settings.model_copy(update={"llm_base_url": speaking(delete_and_speak).url, "llm_model": "m"})
    model_choices.save(revised.library, model_choices.ModelChoices(True, ("main",)))
    made = summary.summarise(Retriever(settings, revised.tenant), "借用守則.txt", Language.TRADITIONAL)
    assert (made.answerer, made.fallback) == ("extractive", "unsupported")
    assert "21天" in made.text


@pytest.mark.parametrize("kind", drafting.KINDS)
def test_a_draft_has_quotes(harmony: Retriever, kind: drafting.Kind) -> None:
    made = drafting.draft(harmony, kind, "年假結轉", Language.TRADITIONAL)
    assert "最多可結轉5天" in made.text
    assert "[1] 《員工手冊》" in made.text or "[1]" in made.text
    assert verify_citations(harmony.library, made.citations) == made.citations
    assert "harmony" in made.text


def test_a_model_drafts_and_is_checked(speaking: Started, with_model: Made) -> None:
    server = speaking("未放取的年假最多可結轉5天到下一年度 [1]。請於12月31日前放畢 [1]。")
    made = drafting.draft(with_model(server.url), "email", "年假結轉", Language.TRADITIONAL)
    assert (made.answerer, "12月31日" in made.text, "結轉5天" in made.text) == ("llm", False, True)
    assert made.text.startswith("主旨：年假結轉")


def test_a_draft_without_evidence_is_an_error(harmony: Retriever) -> None:
    with pytest.raises(InputError, match="draft_no_evidence"):
        drafting.draft(harmony, "notice", "港鐵尾班車係幾點？", Language.CANTONESE)


def test_draft_on_the_command_line(harmony: Retriever) -> None:
    printed = invoke(harmony.settings, draft_command, "minutes", "病假醫生證明書", "--tenant", "harmony")
    assert printed.startswith("會議紀錄")
    assert "醫生證明書" in printed


def test_a_translation_keeps_clause_and_figures(speaking: Started, with_model: Made) -> None:
    english = (
        "5.6 Up to 5 days of untaken annual leave may be carried forward to the next year and must be taken before "
        "30 June, after which it lapses. Settlement on leaving service is excepted."
    )
    retriever = with_model(speaking(english).url)
    span = find_clause(retriever.library, find_document(retriever.library, "員工手冊.txt"), "5.6")
    assert span is not None
    made = translation.translate(retriever, span, Language.ENGLISH)
    assert made.text.startswith("5.6 ")
    assert made.original.clause == "5.6"
    assert made.original.quote == span.text
    wrong = with_model(speaking(english.replace("5 days", "15 days")).url)
    with pytest.raises(Transient, match="llm_unsupported"):
        translation.translate(wrong, span, Language.ENGLISH)


def test_a_translation_needs_a_model(harmony: Retriever) -> None:
    span = find_clause(harmony.library, find_document(harmony.library, "員工手冊.txt"), "5.6")
    assert span is not None
    with pytest.raises(Misconfigured, match="llm_needed"):
        translation.translate(harmony, span, Language.ENGLISH)
    assert find_clause(harmony.library, find_document(harmony.library, "員工手冊.txt"), "9.9") is None
