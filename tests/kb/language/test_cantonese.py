from __future__ import annotations

import pytest

from kb.language.cantonese import to_written


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("試用期幾耐", ["多久"]),
        ("放病假使唔使交醫生紙", ["病假", "是否需要", "病假證明"]),
        ("可唔可以喺屋企返工", ["可否", "家中"]),
        ("出糧日係幾時", ["發薪", "何時"]),
        ("佢哋係咪要簽名", ["他們", "是否"]),
        ("有冇得補鐘", ["可否", "補假"]),
        ("去唔去得探訪", ["可否去"]),
        ("批咗未㗎", ["是否已批"]),
        ("申請咗未", ["是否已申請"]),
        ("簽咗約先可以開工", ["簽約", "才可以"]),
        ("用唔晒嘅津貼點算", ["未用完", "如何處理"]),
        ("院友跌親邊個負責", ["跌倒", "由誰負責"]),
        ("派錯藥點報", ["給錯藥", "如何報告"]),
        ("叫白車之前要做咩", ["召喚救護車", "甚麼"]),
        ("老人家走失要唔要報警", ["長者走失", "是否需要", "報警"]),
        ("買傢俬要搵幾間報價", ["家具", "索取"]),
        ("老細炒我魷魚", ["主管"]),
        ("炒魷魚要補幾多錢", ["解僱", "多少錢"]),
        ("打八號風球使唔使返工", ["懸掛八號風球", "上班"]),
        ("的士飛可以報銷嗎", ["的士收據"]),
        ("細路唔肯食藥", ["兒童", "拒絕服藥"]),
        ("點解扣我人工", ["為何", "工資"]),
        ("俾人打咗點算", ["被打"]),
        ("三千蚊以下", ["三千元"]),
        ("宜家申請既表格", ["現時", "的表格"]),
        ("佢跌左落地", ["跌"]),
        ("d野壞左", ["物品", "損壞"]),
        ("攞番啲按金", ["取回"]),
        ("交比邊個", ["交給", "誰"]),
        ("系咪要簽名", ["是否"]),
        ("洗唔洗帶身份證", ["是否需要"]),
        ("点样申请年假", ["如何申請年假"]),
        ("MPF 點樣 claim？", ["MPF", "claim", "如何"]),
        ("邊個部門批", ["哪個部門"]),
        ("邊份表格要交", ["哪份"]),
        ("想問吓幾多人簽名先得", ["多少人"]),
        ("問中心借錢得唔得", ["向中心借款", "可否"]),
        ("瞓覺時間", ["睡覺"]),
        ("沖涼嗰陣要兩個人", ["洗澡"]),
        ("攞唔到綜援", ["未能領取綜援"]),
    ],
)
def test_colloquial_question_reads_like_the_handbook(asked: str, written: list[str]) -> None:
    result = to_written(asked)
    assert [part for part in written if part not in result] == [], result


@pytest.mark.parametrize(
    "text",
    [
        "關係人士須申報利益",
        "超過五萬元的採購須招標",
        "首先及優先處理緊急個案",
        "食物安全及膳食安排",
        "打印文件後打開檔案",
        "過程中不得返回現場",
        "同事同意與合同相同的條款",
        "野外活動及視野",
        "左右兩邊的走廊",
        "既然已有既定程序",
        "重點及地點一覽",
        "知識與意識",
        "電話及對話紀錄",
        "人工智能系統",
        "How do I claim sick leave?",
        "MPF",
    ],
)
def test_written_text_comes_back_as_it_went_in(text: str) -> None:
    assert to_written(text) == text


@pytest.mark.parametrize(
    "word", ["關係", "超過", "優先", "食物", "打印", "緊急", "視野", "左邊", "既定", "地點", "返還"]
)
def test_words_that_hold_a_colloquial_one_survive_in_a_cantonese_sentence(word: str) -> None:
    assert word in to_written(f"佢哋嘅{word}係點樣㗎")


def test_rewriting_twice_changes_nothing_more() -> None:
    once = to_written("打八號風球使唔使返工，OT 可唔可以補鐘")
    assert to_written(once) == once
