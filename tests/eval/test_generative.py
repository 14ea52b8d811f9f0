"""Wrong numbers in a generated text, and the claims that fit the checker."""

from __future__ import annotations

import json
from pathlib import Path

from eval.runs.generative_runs import unsupported_numbers
from eval.training.fit_checking import CLAIMS_FOLDER


def test_a_number_that_stands_nowhere_is_found() -> None:
    source = "未放取的年假最多可結轉5天，港幣1,200元，三萬五千元"
    assert unsupported_numbers("可結轉5天 [1]，津貼1200元，合共35,000元。", source) == set()
    assert unsupported_numbers("可結轉 15 天 [2]。", source) == {"15"}
    assert unsupported_numbers("三萬六千元", source) == {"36000"}


def test_claims_name_their_passage_and_all_three_languages() -> None:
    for path in CLAIMS_FOLDER.glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert len(rows) > 20
        for row in rows:
            assert (len(row["true"]), len(row["false"])) == (3, 3)
            documents = Path(__file__).parents[2] / "data" / "samples" / row["tenant"] / "documents"
            assert (documents / row["document"]).is_file()
