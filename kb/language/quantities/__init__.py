"""Numbers, amounts, dates, clocks and units in Chinese and English: how they are written, and what they come to.

The grammar, in reading order; a quantity comes out in one normal form, whatever the language:

    word_tables  the tables beside the code (*.tsv), and patterns inside patterns
    numerals     三萬五, 廿五, xiv, 丙, twenty → 35000, 25, 14, 3, 20, and back
    amounts      150萬 → 1500000; 百分之五 → 5%; HK$1,200 → 1200$
    units        兩個半月 → 2.5个月; three working days → 3工作日; 三名社工 → 3
    dates        31 October → 10月31日; Sunday → 周日; 2026年4月1日 → a date with its place
    clocks       下午2:30 → 2:30时@pm

Three views say which of these count for whom:

    index  what a search index stores beside the words
    assistant.checking.figure_claims               what must stand in the source of an answer
    assistant.bilingual_view.figure_differences    what one copy of a document has and the other has not
"""

from __future__ import annotations

__all__: list[str] = []
