"""A tenant with a small handbook, a circular that changes it, an English policy and a table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.document_names import files_in
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.ingest_files import ingest_files
from tests.helpers.made_once import made_once

HANDBOOK = """第五章 假期

5.3 服務滿一年的全職員工，每年享有有薪年假10天。

5.6 未放取的年假最多可結轉5天到下一年度，並須於6月30日前放畢，其後作廢。離職結算除外。

5.8 病假連續兩天或以上，須遞交註冊西醫簽發的醫生證明書。

第六章 意外

6.1 院友跌倒後，當值護士須於30分鐘內檢查，並於兩小時內通知家屬。

6.2 如有下列情況，須即時召喚救護車：
(a) 神志不清；
(b) 懷疑骨折；
(c) 出血不止。
"""
CIRCULAR = """通告第2026-03號

由2026年4月1日起生效

員工手冊第5.3條現修訂為：服務滿一年的全職員工，每年享有有薪年假14天。
"""
ENGLISH = """# Petty Cash

2.1 A petty cash claim above HK$500 must be approved by the unit head before the money is spent.

2.2 Receipts are handed in within 14 days.
"""
FEES = "服務,每月收費,減免\n日間護理,$1200,綜援全免\n家居照顧,$650,半費\n"
DOCUMENTS = {
    "harmony": {"員工手冊.txt": HANDBOOK, "通告2026-03.txt": CIRCULAR, "petty cash.md": ENGLISH, "收費表.csv": FEES},
    "sunrise": {"rules.txt": "年假為二十天。試用期內不得放取年假。\n"},
}


@pytest.fixture(scope="session")
def asked(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a data folder in which ``harmony`` has its documents and ``sunrise`` has one other."""

    def make(folder: Path) -> None:
        _ingest(model_settings.model_copy(update={"data": folder / "data"}), folder)

    data = tmp_path_factory.mktemp("asked") / "data"
    shutil.copytree(made_once(tmp_path_factory, "handbook", make) / "data", data)
    return model_settings.model_copy(update={"data": data})


def _ingest(settings: Settings, folder: Path) -> None:
    with WorkerPool(settings) as workers:
        for slug, documents in DOCUMENTS.items():
            (folder / slug).mkdir()
            for name, text in documents.items():
                (folder / slug / name).write_text(text, encoding="utf-8")
            tenant = tenants.create(settings, slug, slug, "人事部，內線 101")
            ingest_files(settings, workers, tenant, files_in([folder / slug]), "main")


@pytest.fixture
def harmony(asked: Settings) -> Retriever:
    return Retriever(asked, tenants.get(asked, "harmony"))


@pytest.fixture
def sunrise(asked: Settings) -> Retriever:
    return Retriever(asked, tenants.get(asked, "sunrise"))
