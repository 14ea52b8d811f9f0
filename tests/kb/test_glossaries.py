"""A tenant's own terms: search uses them from the next question on; they come and go as CSV."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import Context
from kb.commands.glossary import glossary
from kb.core.errors import FileRejected, InputError, NotFound
from kb.core.settings import Settings
from kb.library import tenant_glossary
from kb.library.documents import Library
from kb.library.tenant_glossary import Term
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.shelf import Shelf


def test_a_new_term_changes_what_search_finds(settings: Settings) -> None:
    shelf = Shelf(settings)
    texts = "義工須佩戴名牌。\n藍鯨計劃每月派發食物包一次。\n訪客須登記。\n膳食由廚房安排。\n車輛每日清洗。"
    shelf.put("a.txt", texts)
    retriever = Retriever(settings, shelf.tenant)

    def lexical(question: str) -> dict[str, float]:
        return {one.text: one.why["lexical"] for one in retriever.retrieve(question)}

    question = "飯枱仔幾時派嘢？"
    target = "藍鯨計劃每月派發食物包一次。"
    before = lexical(question)[target]
    row = tenant_glossary.add(shelf.library, Term("藍鯨計劃", "飯枱仔"))
    after = lexical(question)
    assert after[target] > before + 1
    assert max(after, key=lambda text: after[text]) == target
    tenant_glossary.change(shelf.library, row.id, Term("藍鯨計劃", "飯枱"))
    tenant_glossary.remove(shelf.library, row.id)
    assert lexical(question)[target] == pytest.approx(before)


def test_a_term_may_begin_with_a_hash(settings: Settings) -> None:
    shelf = Shelf(settings)
    shelf.put("a.txt", "精神健康計劃每月聚會一次。\n膳食由廚房安排。")
    tenant_glossary.add(shelf.library, Term("#好心情", "精神健康計劃"))
    found = Retriever(settings, shelf.tenant).retrieve("#好心情幾時聚會？")
    assert "精神健康計劃每月聚會一次。" in [one.text for one in found]


def test_one_tenants_terms_are_not_anothers(settings: Settings) -> None:
    first, second = (Library(tenants.create(settings, slug, slug)) for slug in ("harmony", "sunrise"))
    tenant_glossary.add(first, Term("藍鯨計劃", "飯枱仔"))
    expanded = [Retriever(settings, library.tenant).glossary.expand("飯枱仔") for library in (first, second)]
    assert [one.alternatives_zh for one in expanded[0]] == [["藍鯨計劃"]]
    assert expanded[1] == []


def test_a_term_needs_two_names(settings: Settings) -> None:
    library = Library(tenants.create(settings, "harmony", "Harmony"))
    with pytest.raises(InputError) as caught:
        tenant_glossary.add(library, Term(written=" ; 院友 ;"))
    assert caught.value.code == "glossary_row_empty"
    assert tenant_glossary.add(library, Term(written=" 院友 ;;  住客 ")).written == "院友; 住客"
    with pytest.raises(NotFound):
        tenant_glossary.remove(library, 999)


def test_out_as_csv_and_in_again(settings: Settings) -> None:
    library = Library(tenants.create(settings, "harmony", "Harmony"))
    terms = [Term("高齡津貼", "生果金; 老人金", "Old Age Allowance", "OAA"), Term('=1+1, "x"', "甲", "", "")]
    assert tenant_glossary.import_terms(library, terms) == 2
    text = tenant_glossary.as_csv(tenant_glossary.listing(library))
    assert text.startswith("\ufeffwritten,colloquial,english,abbreviations\r\n")
    assert "'=1+1" in text  # a spreadsheet must not compute it
    assert list(tenant_glossary.from_csv(text)) == terms
    assert tenant_glossary.import_terms(library, tenant_glossary.from_csv(text)) == 0
    assert tenant_glossary.import_terms(library, [Term("院友", "老友記")], replace=True) == 1
    assert [row.written for row in tenant_glossary.listing(library)] == ["院友"]


@pytest.mark.parametrize("text", ["院友\n", "a,b,c,d,e\n", 'a,"b\n'])
def test_a_line_that_is_wrong_stops_the_import(settings: Settings, text: str) -> None:
    library = Library(tenants.create(settings, "harmony", "Harmony"))
    with pytest.raises(InputError) as caught:
        tenant_glossary.import_terms(library, tenant_glossary.from_csv("院友,老友記\n" + text), replace=True)
    assert caught.value.code == "glossary_file_invalid"
    assert caught.value.detail["line"] == 2
    assert tenant_glossary.listing(library) == []


def test_the_command_line(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tenants.create(settings, "harmony", "Harmony")
    monkeypatch.setenv("KB_CACHE", str(settings.cache))

    def kb(*arguments: str) -> Result:
        return CliRunner().invoke(glossary, [*arguments, "--tenant", "harmony"], obj=Context(settings.data))

    assert kb("add", "--written", "院友", "--colloquial", "老友記").exit_code == 0
    assert "院友 | 老友記 | – | –" in kb("list").stdout
    target = tmp_path / "terms.csv"
    assert kb("export", str(target)).exit_code == 0
    assert kb("remove", "1").exit_code == 0
    assert kb("list").stdout == ""
    assert "+1" in kb("import", str(target)).stdout
    assert '"written": "院友"' in kb("list", "--json").stdout
    missing = kb("import", str(tmp_path / "none.csv")).exception
    assert isinstance(missing, FileRejected)
