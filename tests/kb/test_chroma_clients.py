"""Many organisations and collections in one process: files, threads and memory of Chroma are given back."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.search.dense import chroma_clients
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants

# Without closing, 60 organisations hold 720 files, and 80 collections of one hold 330.
MANY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
from pathlib import Path
import numpy as np, psutil
from kb.core.settings import Settings
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants

settings, process = Settings(data=Path(sys.argv[1])), psutil.Process()
vectors = np.eye(20, 384, dtype=np.float32)
organisations = [tenants.create(settings, f"n{number:02d}", "n") for number in range(60)]
stores = [VectorStore(settings, one, "main") for one in organisations]
stores += [VectorStore(settings, organisations[0], f"folder-{number}") for number in range(80)]
for store in stores:
    store.add(1, list(range(20)), vectors)
    assert store.count() == 20
for store in stores[::7]:
    assert store.nearest(vectors[3:4], 1)[0][0][0] == 3
assert process.num_fds() < 300, process.num_fds()
assert process.num_threads() < 160, process.num_threads()
"""


def test_files_and_threads_stay_few(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", MANY, str(tmp_path)], check=True, timeout=300)


def test_threads_use_stores_while_others_are_closed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma_clients, "MAX_CLIENTS", 2)
    organisations = [tenants.create(settings, f"n0{number}", "n") for number in range(6)]
    vectors = np.eye(8, dtype=np.float32)

    def run(worker: int) -> None:
        for turn in range(18):
            store = VectorStore(settings, organisations[(worker + turn) % 6], "main")
            store.add(worker, [worker * 100 + turn], vectors[worker : worker + 1])
            assert store.nearest(vectors[worker : worker + 1], 1)[0][0][1] == pytest.approx(1.0)
            chroma_clients.close_unused(1, 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    assert sum(VectorStore(settings, one, "main").count() for one in organisations) == 8 * 18


def test_a_client_in_use_is_not_closed(settings: Settings) -> None:
    tenant = tenants.create(settings, "harmony", "harmony")
    store = VectorStore(settings, tenant, "main")
    store.add(1, [1], np.eye(1, 8, dtype=np.float32))
    with chroma_clients.lend(settings, tenant) as lent:
        chroma_clients.close_unused(0, 0)
        assert lent.collection("main").count() == 1
        replaced = threading.Thread(target=chroma_clients.replace_folder, args=(settings, tenant))
        replaced.start()
        replaced.join(timeout=0.3)
        assert replaced.is_alive()
    replaced.join(timeout=30)
    assert store.count() == 0


def test_a_folder_put_in_place_of_another_is_seen(settings: Settings) -> None:
    one, other = (tenants.create(settings, slug, slug) for slug in ("one", "other"))
    VectorStore(settings, one, "main").add(1, [1, 2], np.eye(2, 8, dtype=np.float32))
    VectorStore(settings, other, "main").add(1, [1], np.eye(1, 8, dtype=np.float32))
    other.vectors_path.rename(other.home / "away")
    one.vectors_path.rename(other.vectors_path)
    assert VectorStore(settings, other, "main").count() == 2


def test_a_server_that_is_away_is_one_plain_error(settings: Settings) -> None:
    away = settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    tenant = tenants.create(away, "harmony", "harmony")
    for _ in range(2):
        with pytest.raises(Transient) as raised:
            VectorStore(away, tenant, "main").count()
        assert raised.value.code == "store_unavailable"
        assert "http://127.0.0.1:9" in raised.value.message("en")
