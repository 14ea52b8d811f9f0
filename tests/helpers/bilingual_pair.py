"""A document in two languages whose copies are not quite the same: 12 days in one, 14 in the other."""

from __future__ import annotations

import shutil
from pathlib import Path

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.library_tables import DocumentRow
from tests.helpers.command_line import run

CHINESE_NAME, ENGLISH_NAME = "車輛借用守則.md", "Vehicle Rules.md"
CHINESE = """# 車輛借用守則

## 1 適用範圍

1.1 本守則適用於借用中心七座位車輛的所有單位。車輛只可用作接送服務使用者及運送物資。

## 2 申請

2.1 借用單位須於用車日期前12天遞交借用申請表，列明路線及駕駛人姓名。

2.2 行政主任須於收到申請後兩個工作天內回覆。緊急用車可致電內線218申請。

## 3 駕駛人

3.1 駕駛人須持有有效駕駛執照滿三年，每連續駕駛兩小時須休息最少15分鐘。

## 4 費用

4.1 每公里收取港幣4.5元。車輛交還時油量不足，收取行政費港幣200元。

## 5 意外

5.1 發生意外時，駕駛人須留在現場，致電999，並於24小時內填寫意外報告表。

## 6 紀錄

6.1 行車紀錄簿保存五年，由行政主任在每年四月一日核對。
"""
ENGLISH = """# Vehicle Borrowing Rules

## 1 Scope

1.1 These rules bind all units that borrow the seven-seat vehicle of the centre to drive service users or carry goods.

## 2 Application

2.1 The borrowing unit hands in the application form 14 days before the vehicle is needed, with route and driver's name.

2.2 The administrative officer replies within two working days of receiving it. In an emergency, ring extension 218.

## 3 Drivers

3.1 A driver has held a licence for three years and, after every two hours of driving, rests for at least 15 minutes.

## 4 Charges

4.1 HK$4.5 is charged for each kilometre. If the tank is not full on return, an administration fee of HK$200 is charged.

## 5 Accidents

5.1 After an accident the driver stays on the spot, rings 999, and fills in the accident report form within 24 hours.

## 6 Records

6.1 The log book is kept for five years; the administrative officer checks it on 1 April every year.
"""


def ingest_pair(settings: Settings, folder: Path, english_into: str = "main") -> None:
    """Ingest both copies into ``harmony``; they are found as a pair automatically."""
    folder.mkdir(exist_ok=True)
    for name, text, collection in ((CHINESE_NAME, CHINESE, "main"), (ENGLISH_NAME, ENGLISH, english_into)):
        (folder / name).write_text(text, encoding="utf-8")
        run(settings, "ingest", str(folder / name), "--tenant", "harmony", "--collection", collection)


def copy_with_pair(ready: Settings, folder: Path) -> Settings:
    """Return settings of a copy of the data with the pair in it."""
    shutil.copytree(ready.data, folder / "data")
    settings = ready.model_copy(update={"data": folder / "data"})
    ingest_pair(settings, folder / "in")
    return settings


def document(settings: Settings, name: str) -> DocumentRow:
    return Library(tenants.get(settings, "harmony")).document(name)
