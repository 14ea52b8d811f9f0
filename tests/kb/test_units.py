"""Sentence vectors: stored small, used by search, gone with their chunk, made anew by a rebuild."""

import numpy as np
import pytest
import sqlalchemy as sa

from kb.core.settings import Settings
from kb.search import candidates
from kb.search.dense import sentence_vectors
from kb.search.fusion import blend_sentence_scores
from kb.search.ranking import RankingWeights
from kb.search.rebuild import rebuild
from kb.search.retriever import Retriever
from kb.store.tables.library_tables import ChunkRow, SentenceVectorsRow
from tests.helpers.shelf import Shelf

pytestmark = pytest.mark.slow

# One telling sentence among many others, against a passage that is about the question's subject all through.
LONG = (
    "職員餐廳每日供應早餐及午餐。壁報板由行政部每月更換。電梯每季檢查一次。停車場設有十個車位。"
    "遺失職員證須即日報告保安室並繳付補領費五十元。會議室須於一日前預訂。文具由總務組派發。飲水機濾芯每半年更換。"
)
ABOUT = "職員證的式樣由總部訂定。職員證須掛於胸前。職員證附有相片及職級。訪客證與職員證顏色不同。"
SPANS = np.array([[0, 4], [4, 7], [7, 9]], dtype=np.uint32)
VECTORS = np.array([[127, 0], [80, 60], [0, 127]], dtype=np.int8)
QUESTION = "唔見咗職員證要畀幾多錢補領？"


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    made = Shelf(settings)
    made.put("rules.txt", f"{LONG}\n{ABOUT}")
    return made


def make(shelf: Shelf) -> int:
    """Make what is lacking, in one go; return the number of chunks."""
    with shelf.library.transaction() as session:
        chunks = sentence_vectors.chunks_to_embed(session, str(shelf.encoder.identity), 100)
        sentence_vectors.store(
            session, chunks, shelf.encoder.encode_passages([text for one in chunks for text in one.texts])
        )
    return len(chunks)


def stored(shelf: Shelf) -> dict[int, int]:
    """Return the number of sentences by chunk id."""
    with shelf.library.session() as session:
        return {row.chunk_id: len(row.spans) // 8 for row in session.scalars(sa.select(SentenceVectorsRow))}


def test_each_sentence_has_the_cosine_of_its_own_vector(shelf: Shelf) -> None:
    assert make(shelf) == 2
    assert sorted(stored(shelf).values()) == [4, 8]
    queries = shelf.encoder.encode_queries([QUESTION, "電梯幾時檢查？"])
    found = Retriever(shelf.settings, shelf.tenant).search(Retriever(shelf.settings, shelf.tenant).read(QUESTION))
    by_text = {one.text: one.chunk_id for one in found.passages}
    versions = {one.version_id for one in found.passages}
    fetched = candidates.load_candidates(shelf.library, by_text.values(), versions, queries)
    cosines = fetched.sentence_cosines(by_text.values())[by_text[LONG]]
    texts = [f"rules.txt\n{LONG[start:end]}" for start, end in cosines.spans]
    exact = shelf.encoder.encode_passages(texts) @ queries.T
    assert np.abs(cosines.values - exact).max() < 0.002
    assert cosines.of(*cosines.spans[2]) == pytest.approx(exact[2], abs=0.002)
    assert LONG[slice(*cosines.spans[int(cosines.values[:, 1].argmax())])] == "電梯每季檢查一次。"
    assert cosines.of(0, 1) is None


def test_a_telling_sentence_lifts_its_passage(shelf: Shelf) -> None:
    retriever = Retriever(shelf.settings, shelf.tenant)
    before = {one.text: one.why["centred"] for one in retriever.retrieve(QUESTION)}
    make(shelf)
    after = {one.text: one.why["centred"] for one in retriever.retrieve(QUESTION)}
    assert after[LONG] - after[ABOUT] > before[LONG] - before[ABOUT]
    retriever.ranking = RankingWeights(sentence_share=0.0)
    assert {one.text: one.why["centred"] for one in retriever.retrieve(QUESTION)} == before


def test_found_tells_the_sentences_of_what_it_returns(shelf: Shelf) -> None:
    retriever = Retriever(shelf.settings, shelf.tenant)
    assert retriever.search(retriever.read(QUESTION)).sentences == {}
    make(shelf)
    found = retriever.search(retriever.read(QUESTION), limit=1)
    assert list(found.sentences) == [found.passages[0].chunk_id]
    assert found.sentences[found.passages[0].chunk_id].values.shape[1] == len(found.query.variants)


def test_the_nearest_sentence_of_each_chunk_in_one_go() -> None:
    rows = [(SPANS[:2], VECTORS[:2]), (SPANS[:0], VECTORS[:0]), (SPANS, VECTORS)]
    stored = [(spans.tobytes(), vectors.tobytes()) for spans, vectors in rows]
    within = sentence_vectors.CandidateSentences([*stored[:2], (None, None), stored[2]], np.eye(2, dtype=np.float32))
    unknown = [np.nan, np.nan]
    np.testing.assert_allclose(within.best(), [[1.0, 0.6], unknown, unknown, [1.0, 1.0]], atol=1e-6)
    assert within.of(1) is None
    assert within.of(2) is None
    last = within.of(3)
    assert last is not None
    assert last.of(7, 9) == pytest.approx([0.0, 1.0])


def test_a_passage_without_sentence_vectors_yet_does_not_fall_behind() -> None:
    whole = np.array([[0.80], [0.80], [0.70]], dtype=np.float32)
    best = np.array([[0.90], [np.nan], [0.90]], dtype=np.float32)
    first, new, last = blend_sentence_scores(whole, best, 0.5)[:, 0]
    assert first == pytest.approx(0.85)
    assert last == pytest.approx(0.80)
    assert last < first < new  # given what the others gained on average, 0.15
    assert blend_sentence_scores(whole, np.full_like(best, np.nan)) is whole


def test_they_go_with_their_chunk_and_wait_for_the_next(shelf: Shelf) -> None:
    make(shelf)
    before = set(stored(shelf))
    shelf.put("rules.txt", "年假十四日。")
    assert make(shelf) == 1  # of the new version; the superseded one keeps its own for questions about its time
    assert set(stored(shelf)) > before
    shelf.remove("rules.txt")
    assert stored(shelf) == {}


def test_vectors_of_a_text_that_is_gone_are_not_kept(shelf: Shelf) -> None:
    with shelf.library.session() as session:
        chunks = sentence_vectors.chunks_to_embed(session, str(shelf.encoder.identity), 100)
    vectors = shelf.encoder.encode_passages([text for one in chunks for text in one.texts])
    with shelf.library.transaction() as session:
        session.execute(sa.update(ChunkRow).where(ChunkRow.id == chunks[0].chunk_id).values(text="另一段。"))
        sentence_vectors.store(session, chunks, vectors)
    assert list(stored(shelf)) == [chunks[1].chunk_id]


def test_only_what_is_searched_and_of_this_model_waits(shelf: Shelf) -> None:
    shelf.fill(shelf.begin("draft.txt", "草稿一句。"), "草稿一句。")
    with shelf.library.session() as session:
        assert sentence_vectors.outstanding(session) == 2
        assert sentence_vectors.outstanding(session, "another@1/8") == 0
        first = sentence_vectors.chunks_to_embed(session, str(shelf.encoder.identity), 1)[0]
        assert [
            one.text
            for one in sentence_vectors.chunks_to_embed(session, str(shelf.encoder.identity), 9, first.chunk_id)
        ] == [ABOUT]


def test_a_text_of_marks_alone_has_none_and_is_done(shelf: Shelf) -> None:
    shelf.put("marks.txt", "———")
    assert make(shelf) == 3
    with shelf.library.session() as session:
        assert sentence_vectors.outstanding(session) == 0
    assert 0 in stored(shelf).values()
    assert shelf.ask(QUESTION)


def test_a_rebuild_makes_them(shelf: Shelf) -> None:
    rebuild(shelf.settings, shelf.library, shelf.collection)
    assert sorted(stored(shelf).values()) == [4, 8]
