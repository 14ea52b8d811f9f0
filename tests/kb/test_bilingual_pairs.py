"""Bilingual pairs: found, aligned passage by passage, ranked together, and rejected where a person says so."""

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from kb.core.local_date import today
from kb.core.settings import Settings
from kb.publishing import version_writer
from kb.search.bilingual import pair_finder, pair_records
from kb.search.bilingual.alignment import align, fit_scores
from kb.search.bilingual.similarity import DocumentSimilarity, agreement, is_pair, name_stem, nearest
from kb.search.ranking import RankingWeights, is_new
from kb.search.retriever import Retriever
from kb.store.tables.library_tables import DocumentPairRow, DocumentRow, PairSearchedRow, PassagePairRow
from kb.store.tables.states import PairState
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow

PETS_ZH = """\
動物探訪須於21天前以表格AV-3申請，由活動主任批核。
每次探訪最多帶兩隻狗，逗留不超過45分鐘。
狗隻須有有效的狂犬病疫苗證明，並於14天內洗澡。
院友如對動物毛髮敏感，護士長須於名單上註明，該院友不參加。
如有人被抓傷或咬傷，須即時以清水沖洗15分鐘，並致電內線318。"""
PETS_EN = """\
Apply for an animal visit on form AV-3 at least 21 days ahead; the activity officer approves it.
No more than two dogs come at a time, and they stay for 45 minutes at most.
Dogs need a valid rabies certificate and must have been bathed within 14 days.
Residents who are allergic to fur are marked on the list by the nurse in charge and do not take part.
Anyone scratched or bitten rinses the wound for 15 minutes at once and rings extension 318."""
KITCHEN_ZH = """\
雪櫃溫度每日記錄兩次，須保持攝氏4度或以下。
熟食須加熱至75度方可分派。
廚師每月清洗抽氣扇一次。
過期食材須即日棄置並記入棄置簿。"""
BUS_EN = """\
The centre bus leaves the depot at 7:50 and seats 16 people.
A driver checks the tail lift every morning and signs the log.
Wheelchairs are fixed at four points before the bus moves.
Fuel receipts go to the accounts clerk each Friday."""


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    shelf = Shelf(settings)
    for name, text in {
        "動物探訪_tc.txt": PETS_ZH,
        "廚房守則.txt": KITCHEN_ZH,
        "animal visits_en.txt": PETS_EN,
        "bus.txt": BUS_EN,
    }.items():
        shelf.put(name, text)
    return shelf


def _pairs(shelf: Shelf) -> list[tuple[str, str, str]]:
    with shelf.library.session() as session:
        names = {row.id: row.name for row in session.scalars(sa.select(DocumentRow))}
        rows = session.scalars(sa.select(DocumentPairRow))
        return [(names[row.chinese_id], names[row.english_id], row.state) for row in rows]


def _aligned(shelf: Shelf) -> dict[str, set[str]]:
    with shelf.library.session() as session:
        links = session.execute(sa.select(PassagePairRow.chunk_id, PassagePairRow.counterpart_id)).all()
    texts = {key: row.text for key, row in shelf.library.chunks({one for pair in links for one in pair}).items()}
    found: dict[str, set[str]] = {}
    for one, other in links:
        found.setdefault(texts[one], set()).add(texts[other])
    return found


def _id(shelf: Shelf, name: str) -> int:
    return shelf.library.document(name).id


def test_the_two_copies_find_each_other_and_nobody_else(shelf: Shelf) -> None:
    assert pair_finder.find_pairs(shelf.library) == 2  # each of the two has a counterpart now
    assert _pairs(shelf) == [("動物探訪_tc.txt", "animal visits_en.txt", "found")]
    aligned = _aligned(shelf)
    for chinese, english in zip(PETS_ZH.splitlines(), PETS_EN.splitlines(), strict=True):
        assert english in aligned[chinese]
        assert chinese in aligned[english]


def test_what_was_looked_for_is_not_looked_for_again(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    assert pair_finder.find_pairs(shelf.library) == 0
    with shelf.library.session() as session:
        assert pair_records.versions_to_search(session) == []


def test_a_run_cut_short_is_gone_on_with(shelf: Shelf) -> None:
    turns = iter([True, False])
    pair_finder.find_pairs(shelf.library, go_on=lambda: next(turns))
    with shelf.library.session() as session:
        assert len(pair_records.versions_to_search(session)) == 3
    pair_finder.find_pairs(shelf.library)
    assert len(_pairs(shelf)) == 1


def test_too_few_passages_of_a_language_wait_for_more(settings: Settings) -> None:
    shelf = Shelf(settings)
    shelf.put("動物探訪.txt", PETS_ZH)
    shelf.put("bus.txt", BUS_EN)
    assert pair_finder.find_pairs(shelf.library) == 0
    shelf.put("visits.txt", PETS_EN)
    pair_finder.find_pairs(shelf.library)
    assert [pair[:2] for pair in _pairs(shelf)] == [("動物探訪.txt", "visits.txt")]


def test_a_passage_comes_with_its_counterpart_beside_it(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    retriever = Retriever(shelf.settings, shelf.tenant)
    found = {one.text: one for one in retriever.retrieve("狗入院舍要打咩針？")}
    chinese, english = found[PETS_ZH.splitlines()[2]], found[PETS_EN.splitlines()[2]]
    assert (chinese.counterpart, english.counterpart) == (english.chunk_id, chinese.chunk_id)
    assert next(iter(found)) == chinese.text
    assert list(found).index(english.text) < 4
    retriever.ranking = RankingWeights(pairs=False)
    assert [one.counterpart for one in retriever.retrieve("狗入院舍要打咩針？", limit=2)] == [None, None]


def test_a_passage_and_its_counterpart_count_as_one(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    found = Retriever(shelf.settings, shelf.tenant).retrieve("狗入院舍要打咩針？", limit=9)
    assert len(found) > 9
    assert sum(is_new(found)) == 9


def test_a_counterpart_in_a_collection_that_is_not_searched_stays_out(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    other = version_writer.collection_for(shelf.library, "board", str(shelf.encoder.identity))
    with shelf.library.transaction() as session:
        session.get_one(DocumentRow, _id(shelf, "animal visits_en.txt")).collection_id = other.id
    found = Retriever(shelf.settings, shelf.tenant).retrieve("狗入院舍要打咩針？", collections=["main"])
    assert {one.document for one in found} == {"動物探訪_tc.txt", "廚房守則.txt", "bus.txt"}
    assert all(one.counterpart is None for one in found)


def test_a_new_version_is_matched_and_the_old_keeps_its_own(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    shelf.put("動物探訪_tc.txt", PETS_ZH.replace("45分鐘", "30分鐘"), effective_from=today() - timedelta(days=1))
    pair_finder.find_pairs(shelf.library)
    aligned = _aligned(shelf)
    assert PETS_EN.splitlines()[1] in aligned["每次探訪最多帶兩隻狗，逗留不超過30分鐘。"]
    assert PETS_EN.splitlines()[1] in aligned["每次探訪最多帶兩隻狗，逗留不超過45分鐘。"]
    assert len(_pairs(shelf)) == 1


def test_matching_again_leaves_nothing_of_before(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    before = _aligned(shelf)
    stray = shelf.library.chunks_of(shelf.library.document("動物探訪_tc.txt").published_version_id or 0)[0].id
    other = shelf.library.chunks_of(shelf.library.document("animal visits_en.txt").published_version_id or 0)[-1].id
    with shelf.library.transaction() as session:
        session.merge(PassagePairRow(chunk_id=stray, counterpart_id=other))
        session.execute(sa.delete(PairSearchedRow))
    pair_finder.find_pairs(shelf.library)
    assert _aligned(shelf) == before


def test_what_a_person_says_stands(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    chinese, english = _id(shelf, "動物探訪_tc.txt"), _id(shelf, "animal visits_en.txt")
    with shelf.library.transaction() as session:
        pair_records.save_pair(session, chinese, english, PairState.REJECTED)
    assert _aligned(shelf) == {}
    with shelf.library.transaction() as session:
        session.execute(sa.delete(PairSearchedRow))
    pair_finder.find_pairs(shelf.library)
    assert _pairs(shelf) == [("動物探訪_tc.txt", "animal visits_en.txt", "rejected")]
    pair_finder.pair_documents(shelf.library, chinese, english)
    assert _pairs(shelf) == [("動物探訪_tc.txt", "animal visits_en.txt", "set")]
    assert _aligned(shelf)


def test_a_document_has_one_counterpart(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    pair_finder.pair_documents(shelf.library, _id(shelf, "廚房守則.txt"), _id(shelf, "animal visits_en.txt"))
    assert _pairs(shelf) == [("廚房守則.txt", "animal visits_en.txt", "set")]
    assert not set(PETS_ZH.splitlines()) & set(_aligned(shelf))


def test_what_is_known_of_a_document_goes_with_it(shelf: Shelf) -> None:
    pair_finder.find_pairs(shelf.library)
    shelf.remove("animal visits_en.txt")
    assert _pairs(shelf) == []
    assert _aligned(shelf) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("manual_2022_en.pdf", "manual_2022_tc.pdf"),
        ("Guide (English).docx", "guide(中文版).docx"),
        ("policy_e.pdf", "policy_c.pdf"),
    ],
)
def test_names_alike_but_for_the_language(one: str, other: str) -> None:
    assert name_stem(one) == name_stem(other) != ""


def test_other_names_are_not_alike() -> None:
    assert name_stem("manual_2022_en.pdf") != name_stem("manual_2023_en.pdf")
    assert name_stem("English.pdf") == ""


def test_figures_speak_when_passages_do_not() -> None:
    rarity = {"21": 5.0, "318": 5.0, "av-3": 5.0, "2": 0.5, "1": 0.5, "3": 0.5}
    agreed, common = agreement({"21", "318", "av-3"}, {"21", "318", "2"}, rarity.__getitem__)
    assert agreed is not None
    assert 0.8 < agreed < 1.0
    assert common == pytest.approx(0.6 * 5 + 5)
    assert agreement({"21"}, {"21", "318", "2"}, rarity.__getitem__)[0] is None
    # lists numbered 1, 2, 3 agree without meaning it
    numbered = agreement({"1", "2", "3"}, {"1", "2", "3"}, rarity.__getitem__)
    assert numbered[0] == pytest.approx(1.0)
    assert not is_pair(DocumentSimilarity(0.0, 0.0, *numbered, ratio=3.0, same_name=False))


def test_a_summary_is_no_counterpart() -> None:
    assert is_pair(DocumentSimilarity(0.9, 0.3, 0.9, 20.0, ratio=3.0, same_name=False))
    assert not is_pair(DocumentSimilarity(0.9, 0.3, 0.9, 20.0, ratio=0.2, same_name=False))


def test_nearest_is_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    ours, theirs = (random.standard_normal((number, 8)).astype(np.float32) for number in (7, 50))
    whole = nearest(ours, theirs)
    monkeypatch.setattr("kb.search.bilingual.similarity._BLOCK", 6)
    parts = nearest(ours, theirs)
    assert whole.index.tolist() == parts.index.tolist() == (ours @ theirs.T).argmax(axis=1).tolist()
    assert whole.neighbourhood == pytest.approx(np.sort(ours @ theirs.T, axis=1)[:, -5:].mean(axis=1), abs=1e-5)
    assert parts.neighbourhood == pytest.approx(whole.neighbourhood, abs=1e-5)


def test_passages_cut_elsewhere_share_a_counterpart() -> None:
    cosines = np.array([[0.8, 0.1, 0.0], [0.7, 0.2, 0.0], [0.1, 0.1, 0.9]], dtype=np.float32)
    nothing = [frozenset[str]()] * 3
    pairs = align(fit_scores(cosines, nothing, nothing, {}))
    assert (0, 0) in pairs
    assert (1, 0) in pairs
    assert (2, 2) in pairs
    assert (2, 0) not in pairs


def test_figures_decide_between_passages_alike_in_meaning() -> None:
    cosines = np.full((2, 2), 0.4, dtype=np.float32)
    ours, theirs = [frozenset({"21"}), frozenset({"45"})], [frozenset({"21"}), frozenset({"45"})]
    pairs = align(fit_scores(cosines, ours, theirs, {"21": 3.0, "45": 3.0}))
    assert pairs == [(0, 0), (1, 1)]


def test_one_passage_alone_has_no_way_to_go() -> None:
    assert align(np.array([[0.9]], dtype=np.float32)) == [(0, 0)]
    assert align(np.array([[0.1]], dtype=np.float32)) == []
