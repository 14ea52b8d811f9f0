"""People's data is counted when a file comes in, and a list of persons waits before it is open to all."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import pipeline
from ingest.context import IngestContext
from ingest.job import Job, Outcome, job_for
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library import audit
from kb.library.documents import DocumentVersion, Library
from kb.people import access
from kb.people.first_collection import make_first_collection, open_to_all
from kb.personal_data import stored_spans
from kb.publishing import personal_data_decisions, personal_data_examination
from kb.publishing.version_writer import COMMAND_LINE
from kb.search.retriever import Retriever
from kb.store.tables.states import IngestStatus, PersonalDataDecision, VersionState
from kb.store.tenants import Tenant
from tests.helpers.stored_content import assert_consistent

pytestmark = pytest.mark.slow

ROSTER = (
    "姓名,職位,手提電話,身份證號碼,月薪\n"
    "陳大文,社工,9991 2345,U945807(4),28500\n"
    "李小玲,文員,9992 3456,I302157(7),18200\n"
    "Gurung Maya,護理員,9993 4567,O368193(A),17600\n"
    "Maria Santos,廚師,9994 5678,Q036426(2),16900\n"
)
POLICY = "第一章 假期\n1.1 年假十四日，由單位主任批准。查詢請致電辦公室 2345 6789。\n"
IDENTIFIERS = ("9991 2345", "U945807", "28500", "I302157", "16900")


@pytest.fixture
def shared(tenant: Tenant) -> Library:
    """The library of an organisation whose first collection is open to all."""
    library = Library(tenant)
    make_first_collection(library, "zh-HK")
    return library


class Intake:
    """Ingests files of one tenant, and what follows a decision."""

    def __init__(self, settings: Settings, workers: WorkerPool, library: Library, folder: Path) -> None:
        self.settings, self.library, self.folder = settings, library, folder
        self.context = IngestContext(settings, workers)

    def take_in(
        self, text: str, decision: PersonalDataDecision = PersonalDataDecision.NONE, name: str = "roster.csv"
    ) -> Outcome:
        (self.folder / name).write_text(text, encoding="utf-8")
        job = job_for(
            self.library.tenant, self.folder / name, name, name, "main", personal_data=decision, decided_by="cli"
        )
        return pipeline.ingest(job, self.context)

    def opened(self, name: str = "roster.csv") -> DocumentVersion:
        slugs = [row.slug for row in self.library.collections()]
        rows = personal_data_decisions.holding_documents(self.library, slugs)
        return next(opened for opened, _ in rows if opened.document.name == name)

    def decide(self, decision: PersonalDataDecision) -> None:
        opened = self.opened()
        decided = personal_data_decisions.decide(self.settings, self.library, opened, decision, COMMAND_LINE)
        if decided.reread:
            version = opened.version
            job = Job(self.library.tenant.slug, decided.collection, opened.document.name, "", version.sha256, 1)
            outcome = pipeline.ingest(job.to_refill(version.id, decision, "cli", publish=decided.publish), self.context)
            assert outcome.error is None

    def stored_text(self) -> str:
        return "\n".join(chunk.text for chunk in self.library.unmasked().chunks_of(self.opened().version.id))

    def decision(self) -> PersonalDataDecision:
        version = self.opened().version
        return personal_data_decisions.of_versions(self.library, [version.id])[version.id].decision


@pytest.fixture
def intake(settings: Settings, workers: WorkerPool, shared: Library, tmp_path: Path) -> Intake:
    return Intake(settings, workers, shared, tmp_path)


def test_a_list_of_persons_waits_and_is_not_searched(intake: Intake) -> None:
    outcome = intake.take_in(ROSTER)
    assert outcome.status is IngestStatus.INDEXED
    assert outcome.decision is PersonalDataDecision.WAITING
    assert outcome.personal_data == {"phone": 4, "hkid": 4, "salary": 4}
    assert intake.opened().version.state is VersionState.DRAFT
    assert intake.library.documents() == []
    assert Retriever(intake.settings, intake.library.tenant).retrieve("陳大文") == []


def test_other_documents_are_published_as_usual(intake: Intake) -> None:
    assert intake.take_in(POLICY, name="rules.txt").personal_data == {}
    letter = intake.take_in("院友李小玲的身份證號碼是 I302157(7)。\n", name="letter.txt")
    assert (letter.personal_data, letter.decision) == ({"hkid": 1}, PersonalDataDecision.NONE)
    assert {one.document.name for one in intake.library.documents()} == {"rules.txt", "letter.txt"}
    (chunk,) = intake.library.unmasked().chunks_of(intake.opened("letter.txt").version.id)
    with intake.library.session() as session:
        ((start, end, kind),) = stored_spans.spans_of(session, [chunk.id])[chunk.id]
    assert (chunk.text[start:end], kind) == ("I302157(7)", "hkid")


def test_where_only_some_read_a_list_does_not_wait(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    library = Library(tenant)
    make_first_collection(library, "zh-HK")
    access.revoke(library, library.collection("main"), "everyone")
    outcome = Intake(settings, workers, library, tmp_path).take_in(ROSTER)
    assert outcome.decision is PersonalDataDecision.NONE
    assert len(library.documents()) == 1


def test_the_decision_to_publish(intake: Intake) -> None:
    intake.take_in(ROSTER)
    intake.decide(PersonalDataDecision.PUBLISH)
    assert intake.opened().published
    assert "U945807(4)" in intake.stored_text()
    (entry,) = audit.entries(intake.library, action="document.personal_data")
    assert (entry.actor, entry.detail["decision"], entry.detail["counts"]["hkid"]) == ("cli", "publish", 4)
    assert_consistent(intake.settings, intake.library.tenant)


def test_the_decision_to_mask_and_back(intake: Intake) -> None:
    intake.take_in(ROSTER)
    intake.decide(PersonalDataDecision.MASK)
    assert intake.opened().published
    assert not [one for one in IDENTIFIERS if one in intake.stored_text()]
    assert "陳大文\t社工\t〔個人電話已遮蓋〕" in intake.stored_text()
    found = Retriever(intake.settings, intake.library.tenant).retrieve("陳大文嘅身份證號碼")
    assert found
    assert not [one for one in IDENTIFIERS for passage in found if one in passage.text]
    assert_consistent(intake.settings, intake.library.tenant)
    intake.decide(PersonalDataDecision.PUBLISH)
    assert "U945807(4)" in intake.stored_text()
    assert intake.decision() is PersonalDataDecision.PUBLISH
    assert_consistent(intake.settings, intake.library.tenant)


def test_the_decision_to_keep_for_owners(intake: Intake) -> None:
    intake.take_in(ROSTER)
    intake.decide(PersonalDataDecision.KEEP)
    opened = intake.opened()
    assert opened.published
    assert opened.collection.slug != "main"
    assert access.grants(intake.library, opened.collection) == {}
    assert Retriever(intake.settings, intake.library.tenant).retrieve("陳大文", collections=["main"]) == []
    assert_consistent(intake.settings, intake.library.tenant)
    # opened to all later, it is not for owners only any more: the next list is kept elsewhere
    open_to_all(intake.library, opened.collection)
    intake.take_in(ROSTER.replace("28500", "29500"), PersonalDataDecision.KEEP, name="roster2.csv")
    assert access.grants(intake.library, intake.opened("roster2.csv").collection) == {}


def test_one_version_of_several_is_kept_for_owners(intake: Intake) -> None:
    intake.take_in(POLICY, name="rules.txt")
    intake.take_in(POLICY + "\n" + ROSTER, name="rules.txt")
    opened = intake.opened("rules.txt")
    personal_data_decisions.decide(intake.settings, intake.library, opened, PersonalDataDecision.KEEP, COMMAND_LINE)
    (there,) = [one for one in intake.library.documents() if one.collection.slug != "main"]
    (here,) = [one for one in intake.library.documents() if one.collection.slug == "main"]
    assert (here.version.number, there.version.id) == (1, opened.version.id)
    assert_consistent(intake.settings, intake.library.tenant)


def test_decided_beforehand(intake: Intake) -> None:
    assert intake.take_in(ROSTER, PersonalDataDecision.MASK).decision is PersonalDataDecision.MASK
    assert not [one for one in IDENTIFIERS if one in intake.stored_text()]
    kept = intake.take_in(ROSTER.replace("28500", "29500"), PersonalDataDecision.KEEP, name="b.csv")
    assert kept.decision is PersonalDataDecision.KEEP
    assert intake.opened("b.csv").collection.slug != "main"
    assert intake.take_in(POLICY, PersonalDataDecision.KEEP, name="rules.txt").decision is PersonalDataDecision.NONE
    shown = intake.take_in(ROSTER.replace("28500", "30500"), PersonalDataDecision.PUBLISH, name="c.csv")
    assert (shown.decision, intake.opened("c.csv").published) == (PersonalDataDecision.PUBLISH, True)


def test_a_list_that_waits_is_taken_up_again(intake: Intake) -> None:
    intake.take_in(ROSTER)
    version = intake.opened().version
    again = intake.take_in(ROSTER)
    assert (again.decision, again.version) == (PersonalDataDecision.WAITING, version.number)
    assert intake.take_in(ROSTER, PersonalDataDecision.PUBLISH).version == version.number
    assert intake.opened().published


def test_versions_of_earlier_releases_are_examined(intake: Intake) -> None:
    intake.take_in(ROSTER, PersonalDataDecision.PUBLISH)
    version = intake.opened().version
    with intake.library.transaction() as session:  # as a release before this one left it
        for table in ("personal_spans", "personal_data"):
            session.execute(sa.text(f"DELETE FROM {table}"))
    assert personal_data_examination.examine(intake.library)
    found = personal_data_decisions.of_versions(intake.library, [version.id])[version.id]
    assert (found.counts, found.is_list) == ({"phone": 4, "hkid": 4, "salary": 4}, True)
    assert intake.opened().published
    assert personal_data_examination.examine(intake.library, progress=lambda done, total: pytest.fail("done before"))
