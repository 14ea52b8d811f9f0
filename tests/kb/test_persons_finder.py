"""People's data at intake: whose a number is, what a label says, what hostile text costs."""

from __future__ import annotations

import time

import pytest

from eval.datasets.labelled_documents import labelled_documents
from eval.measures.masking_recall import measure_masking
from kb.personal_data.person_lists import summarise
from kb.personal_data.personal_span import PersonalKind
from kb.personal_data.persons_finder import find_persons_data


def found(text: str) -> list[tuple[str, str]]:
    return [(kind.value, text[start:end]) for start, end, kind in find_persons_data(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份證號碼：U945807(4)", [("hkid", "U945807(4)")]),
        ("身份證號碼 I12E456(7)", [("hkid", "I12E456(7)")]),  # read wrongly from a scan
        ("家屬李太 2345 6789", [("phone", "2345 6789")]),
        ("私人電郵：chan@harmony.example", [("email", "chan@harmony.example")]),
        ("院友李小玲住福安邨平安樓12樓1203室", [("address", "福安邨平安樓12樓1203室")]),
        ("陳大文患有糖尿病。", [("health", "糖尿病")]),
        ("陳大文有哮喘", [("health", "哮喘")]),
        ("陈大文有糖尿病", [("health", "糖尿病")]),
        ("Maria Santos earns HK$18,200 a month.", [("salary", "HK$18,200")]),
        ("個案編號：C2024-0153 陳大文", [("number", "C2024-0153")]),
        ("佢IG係tai_man_88", [("social", "tai_man_88")]),
        ("姓名\t月薪\n陳大文\t28500", [("salary", "28500")]),
        ("姓名\t陳大文\n過敏\t盤尼西林", [("health", "盤尼西林")]),
        ("姓名：陳大文\n檔案編號：RCH/2024/018", [("number", "RCH/2024/018")]),
        ("案主檔案編號：SWD/123/4567", [("number", "SWD/123/4567")]),
        ("家屬例如李太 9123 4567", [("phone", "9123 4567")]),
    ],
)
def test_what_is_a_persons_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "查詢請致電陳姑娘 2345 6789 或 9123 4567。",
        "當值主任手提 9991 2345",
        "中心\t主任\t電話\t地址\n平安中心\t陳大文\t2345 6000\t福安邨平安樓地下101號",
        "From: Chan Tai Man <chan.taiman@harmony.example>",
        "院友如患有糖尿病，須每日量血糖。",
        "文員月薪 $18,000 至 $22,000。",
        "凡1960年或之前出生的人士可申請。",
        "善款請存入本會銀行戶口 000-123456-001。",
        "姓名：________　身份證號碼：_______　電話：______",
        "表格 A123456(4) 須於2026年4月1日前交回。",
        "藥物\t適用病症\n甲藥\t高血壓",
        "請追蹤本會 Facebook 專頁 harmony_ngo。",
        "身份證號碼（例如：A123456(3)）：________",
        "身份證號碼\t例如：A123456(3)",
        "HKID (e.g. A123456(3)), date of birth (e.g. 31/1/1960)",
        "（格式：A123456(3)）",
        "檔案編號：SWD/123/4567",
        "Our file no.: HAD/12-3/4",
    ],
)
def test_what_a_reader_is_meant_to_find_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("李先生為愛滋病毒感染者", ["愛滋病毒感染者"]),
        ("陳婆婆：上星期中風，右邊身癱瘓。", ["中風", "右邊身癱瘓"]),
        ("3.2 李伯 洗腎一、三、五", ["洗腎"]),
        ("何女士照胃鏡，發現胃潰瘍。", ["胃潰瘍"]),
        ("張伯情況轉差。驗出疥瘡，已隔離。", ["疥瘡"]),
        ("4.1 黃伯伯（203 房）\n- 末期肺癌，家人不希望他知道", ["末期肺癌"]),
        ("林婆婆跌斷右髖，留院觀察", ["跌斷右髖"]),
        ("周婆婆乙型肝炎帶菌", ["乙型肝炎帶菌"]),
        ("馬先生左手骨折", ["左手骨折"]),
        ("院友\t情況\n陳婆婆\t上星期中風", ["中風"]),
        ("陳大文是糖尿病患者", ["糖尿病患者"]),
        ("何美玲由女兒李小姐陪同見王醫生，證實末期肺癌。", ["末期肺癌"]),
        ("阿強上星期中風", ["中風"]),
        ("Mrs Lee: stroke last week, right side paralysed", ["stroke", "right side paralysed"]),
        ("Mr Ho (Room 12)\nTerminal lung cancer, family does not want him to know.", ["Terminal lung cancer"]),
        ("Mrs Wong - dialysis Mon, Wed, Fri", ["dialysis"]),
        ("Mdm Lau tested positive for scabies", ["tested positive for scabies"]),
    ],
)
def test_the_illness_of_somebody_who_is_named_is_found(text: str, facts: list[str]) -> None:
    assert [piece for kind, piece in found(text) if kind == "health"] == facts


@pytest.mark.parametrize(
    "text",
    [
        "乙型肝炎院友須使用獨立剃刀。",
        "中風急救程序：即時打 999，記下病發時間。",
        "負責人：陳大文\n中風急救程序",
        "主席：陳大文\n記錄：李小玲\n3. 流感高峰期安排",
        "陳婆婆提出轉房。\n\n洗腎院友接送安排如下",
        "陳姑娘主講糖尿病講座。",
        "陳姑娘：提醒各同事流感高峰期戴口罩",
        "4.2 陳大文匯報本月流感個案三宗。",
        "講者\t題目\n陳大文醫生\t糖尿病與飲食",
        "如院友發燒，須通知陳姑娘。",
        "3. 陳婆婆轉房\n4. 疥瘡爆發時的安排",
        "陳大文：精神健康急救課程報名",
        "Residents with hepatitis B must use their own razors. Ask Mr Chan.",
        "Mr Chan will run a workshop on dementia care.",
        "Any resident with scabies is isolated; inform Mrs Wong.",
        "Prepared by: Chan Tai Man\nDiabetes care procedure",
    ],
)
def test_illness_without_a_person_stays(text: str) -> None:
    assert found(text) == []


def test_rows_of_personal_records_hide_the_name_too() -> None:
    record = "院友\t出生日期\t住址\n陳大文\t1941-05-23\t福安邨平安樓12樓1203室"
    assert ("name", "陳大文") in found(record)
    directory = "姓名\t手提電話\n陳大文\t9991 2345"
    assert ("name", "陳大文") not in found(directory)


def test_several_persons_make_a_list_and_one_contact_line_does_not() -> None:
    def is_list(text: str) -> bool:
        return summarise([(text, find_persons_data(text))]).is_list

    people = [("陳大文", "9991 2345"), ("李小玲", "9992 3456"), ("王志強", "9993 4567"), ("何佩珊", "9994 5678")]
    one_person = "姓名：陳大文　身份證：U945807(4)　手提：9991 2345\n家屬：李小玲 手提：9992 3456　出生日期：1958-03-12"
    assert not is_list(one_person)
    assert is_list("姓名\t身份證\n陳大文\tU945807(4)\n李小玲\tI302157(7)\n王志強\tO368193(A)")
    assert is_list("姓名\t手提\n" + "\n".join(f"{name}\t{phone}" for name, phone in [*people, ("周永健", "9995 6789")]))
    assert is_list("學生\t家長電話\n" + "\n".join(f"{name}\t{phone}" for name, phone in people[:3]))
    assert not is_list("陳大文的身份證號碼是 U945807(4)；" * 5)  # said five times, of one person


@pytest.mark.parametrize(
    ("lines", "persons"),
    [
        (["陳婆婆：上星期中風。", "李伯：洗腎一、三、五。", "何女士：驗出疥瘡。"], True),
        (["陳婆婆：上星期中風。", "陳伯：洗腎一、三、五。", "陳太：驗出疥瘡。"], True),  # three of one surname
        (["Mrs Lee: stroke last week.", "Mr Ho has diabetes.", "Wong Mei Ling: dialysis on Monday."], True),
        (["院友\t近況", "陳婆婆\t上星期中風", "李伯\t洗腎一、三、五", "何女士\t驗出疥瘡"], True),
        (["院友姓名\t病歷", "陳大文\t中風", "李小玲\t哮喘", "王志強\t痛風"], True),
        (["陳婆婆：上星期中風。", "李伯：洗腎一、三、五。", "通知各人：流感高峰期戴口罩。"], False),
        (["陳美玲：上星期中風。", "陳婆婆有糖尿病。", "陳美玲確診肺炎。"], False),  # one and the same
    ],
)
def test_the_health_of_three_persons_makes_a_list(lines: list[str], persons: bool) -> None:
    texts = ["\n".join(lines[:2]), *lines[2:]]
    if "\t" in lines[0]:
        texts = ["\n".join(lines)]
    assert summarise([(text, find_persons_data(text)) for text in texts]).is_list is persons


def test_a_piece_that_is_written_in_two_ways_counts_once() -> None:
    text = "身份證 U945807(4)，即身份證Ｕ９４５８０７（４）。"
    assert summarise([(text, find_persons_data(text))]).counts == {"hkid": 1}


@pytest.mark.parametrize(
    "text",
    [
        "1" * 20_000,
        "1 " * 10_000,
        "姓名:" * 5_000,
        "a@" * 8_000,
        "A1-" * 6_000,
        "陳" * 20_000,
        "電話" + " " * 20_000 + "9",
        "\t".join(["身份證"] * 4_000),
        "(852) " * 4_000,
        "12/3/" * 4_000,
        "福安邨" * 6_000,
        "Flat 1, " * 3_000,
        "Chan Tai Man " * 2_000,
        "姓名\t電話\n" + "陳大文\t9991 2345\n" * 1_500,
        "陳婆婆：" + "中風，" * 6_000,
        "陳婆婆中風。" * 3_000,
        "陳婆婆\n中風" * 3_000,
        "對" * 20_000 + "過敏",
        "Mrs Lee: stroke. " * 1_500,
        "左右" * 8_000 + "骨折",
        "e.g. " * 4_000 + "A123456(3)",
        "檔案編號：" + "AB/" * 6_000,
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(text: str) -> None:
    find_persons_data("陳大文的身份證號碼是 U945807(4)")  # read the tables first

    def seconds(part: str) -> float:
        began = time.process_time()
        find_persons_data(part)
        return time.process_time() - began

    half, whole = seconds(text[: len(text) // 2]), seconds(text)
    assert whole < max(3.2 * half, 0.5), f"{half:.2f} s, then {whole:.2f} s"


@pytest.mark.slow
@pytest.mark.parametrize(("split", "recall"), [("dev", 0.98), ("test", 0.93)])
def test_the_labelled_documents(split: str, recall: float) -> None:
    score = measure_masking(labelled_documents(split), find_persons_data).as_dict()
    assert score["texts"] > 250
    assert score["recall"]["all"] >= recall
    assert score["precision"]["all"] >= 0.97
    kinds = {kind.value for kind in PersonalKind}
    assert min(score["recall"][kind] for kind in kinds) >= 0.8
