"""Search as a LlamaIndex program and as the command line see it."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli import cli
from kb.core.errors import InputError
from kb.core.settings import Settings
from kb.search.dense import flat_index
from kb.search.retriever import Retriever
from kb.store import writer_lock
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow

RULES = (
    "病假須附醫生證明書。\n年假不可超過十四日。\nPetty cash claims need a receipt.\n院友跌倒須於三十分鐘內通知家屬。"
)


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    made = Shelf(settings)
    made.put("rules.txt", RULES)
    return made


@pytest.fixture
def approximate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search as in a library that is too large for exact search: through Chroma."""
    monkeypatch.setattr(flat_index, "MAX_CHUNKS", 0)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("攞病假要唔要俾紙？", "病假須附醫生證明書。"),
        ("放大假最多幾多日", "年假不可超過十四日。"),
        ("How soon must the family be told of a fall?", "院友跌倒須於三十分鐘內通知家屬。"),
        ("零用現金要單據嗎", "Petty cash claims need a receipt."),
        ("院友跌倒点样通知家属", "院友跌倒須於三十分鐘內通知家屬。"),
    ],
)
def test_the_passage_is_found(shelf: Shelf, question: str, answer: str) -> None:
    assert shelf.ask(question)[0] == answer


def test_a_small_library_is_searched_alike_exactly_and_through_chroma(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ["病假要證明嗎？", "放大假最多幾多日", "How soon must the family be told of a fall?"]
    exact = [shelf.ask(question) for question in questions]
    monkeypatch.setattr(flat_index, "MAX_CHUNKS", 0)
    assert [shelf.ask(question) for question in questions] == exact


def test_as_a_llama_index_retriever(shelf: Shelf) -> None:
    from kb.integrations.llama_index import HybridRetriever

    nodes = HybridRetriever("harmony", similarity_top_k=2, settings=shelf.settings).retrieve("病假要證明嗎？")
    assert len(nodes) == 2
    assert nodes[0].get_content() == "病假須附醫生證明書。"
    assert nodes[0].metadata["document"] == "rules.txt"
    assert nodes[0].metadata["pages"] == [1]
    assert nodes[0].score is not None
    assert nodes[1].score is not None
    assert nodes[0].score >= nodes[1].score


@pytest.mark.usefixtures("approximate")
def test_while_another_process_writes_the_answer_is_the_same(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shelf.ask("病假要證明嗎？")
    monkeypatch.setattr(writer_lock, "held_elsewhere", lambda data: True)
    assert shelf.ask("病假要證明嗎？") == before


@pytest.mark.usefixtures("approximate")
def test_many_at_once_are_each_answered_as_if_alone(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere: list[bool] = []
    held = writer_lock.held_elsewhere

    def watched(data: Path) -> bool:
        elsewhere.append(held(data))
        return elsewhere[-1]

    monkeypatch.setattr(writer_lock, "held_elsewhere", watched)
    retriever = Retriever(shelf.settings, shelf.tenant)
    asked = ["病假要證明嗎？", "放大假最多幾多日", "How soon must the family be told of a fall?"]
    alone = [[(one.text, one.score) for one in retriever.retrieve(question)] for question in asked]
    with ThreadPoolExecutor(8) as people:
        found = list(people.map(retriever.retrieve, asked * 40))
    assert [[(one.text, one.score) for one in passages] for passages in found] == alone * 40
    assert True not in elsewhere, "a thread was taken for another process that writes"


@pytest.mark.parametrize(("question", "code"), [("  ", "question_empty"), ("問" * 3000, "question_too_long")])
def test_a_question_that_is_none(shelf: Shelf, question: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        Retriever(shelf.settings, shelf.tenant).retrieve(question)


@pytest.mark.parametrize("question", ['"', "' OR 1=1 --", "NEAR(", "*", "a AND OR NOT", "😀", "\x00", "病假:^{}", "%_"])
def test_signs_of_the_query_language_are_only_signs(shelf: Shelf, question: str) -> None:
    assert len(Retriever(shelf.settings, shelf.tenant).retrieve(question)) == 4


def test_kb_search_prints_where_it_stands(shelf: Shelf) -> None:
    arguments = ["--data", str(shelf.settings.data), "search", "病假", "--tenant", "harmony", "--json"]
    found = CliRunner().invoke(cli, arguments, env={"KB_CACHE": str(shelf.settings.cache)})
    first = json.loads(found.output.splitlines()[0])
    assert first["document"] == "rules.txt"
    assert first["page"] == 1
    assert first["why"]["dense"] > 0.8


def test_kb_document_list_show_remove(shelf: Shelf) -> None:
    def run(*arguments: str) -> str:
        return CliRunner().invoke(cli, ["--data", str(shelf.settings.data), "document", *arguments]).output

    assert "rules.txt" in run("list", "--tenant", "harmony")
    assert "病假須附醫生證明書" in run("show", "rules.txt", "--chunks", "--tenant", "harmony")
    assert "✓" in run("remove", "rules.txt", "--yes", "--tenant", "harmony")
    assert run("list", "--tenant", "harmony") == ""
