"""How figures are written in Chinese and English, as patterns of folded text (:func:`kb.language.script.fold`)."""

from __future__ import annotations

import re

from kb.language.numbers import english_numbers

__all__ = ["FIGURE", "IDIOM", "NUMBER", "WEEKDAYS", "WORDS"]

WEEKDAYS = "一二三四五六日"
WORDS = {"zero": "0"} | english_numbers()

_HAN = "零〇一二两三四五六七八九十百千万亿廿卅"
_WORD = rf"\b(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})\b"
_N = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[{_HAN}]+|{_WORD})"
_SCALE = r"\s?(?:百万|千万|十万|千|万|亿)|\s(?:thousand|million|billion|hundred)\b"
NUMBER = re.compile(rf"(?P<token>{_N})(?P<scale>{_SCALE})?")

_SHORT = rf"(?:\d{{1,2}}|[{_HAN}]{{1,3}})"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:,? (?:19|20)\d\d\b)?"
_DATE = (
    rf"(?:(?:19|20)\d\d\s?年\s?|[{_HAN}]{{4}}年)?{_SHORT}\s?月\s?{_SHORT}\s?[日号]"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}{_YEAR}|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b{_YEAR}"
    r"|(?<!\d)(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)"
)
_CLOCK = (
    r"(?:(?:上午|早上|朝早|凌晨|中午|下午|晚上|夜晚|傍晚)\s?)?"
    rf"(?:\d{{1,2}}\s?[:：]\s?\d\d(?!\d)|{_SHORT}\s?(?:时|点(?!钟头))(?![间期候段限])(?:半|\d{{1,2}}分)?)(?:\s?[ap]\.?m\b\.?)?"
    r"|(?<![\d:])\d{1,2}\s?(?:[ap]\.?m\b\.?|noon\b)"
)
_WEEKDAY = (
    rf"(?:星期|周|礼拜)[{WEEKDAYS}天](?![次个名小年])"
    rf"(?:(?:至|到|及|和|或|、|-|–)(?:星期|周|礼拜)?[{WEEKDAYS}天](?![次个名小年月日人楼]))*"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
)
_UNIT = (
    r"个?(?:工作|办公)(?:天|日)|年|个月|个?星期|个?礼拜|周(?!年)|天|日|个?小时|个钟头?|钟头|分钟|岁"
    r"|名|位|个|次|人|份|间|张|级|层|倍|宗|项|件|条|款|章|晚|餐|更|节|课|页|套|杯|粒|米|公里"
)
_ENGLISH_UNIT = (
    r"(?:\s?\(\d+\))?[\s-](?:(?:calendar|working|clear|full|consecutive|office)[\s-])?"
    r"(?:years?|months?|weeks?|days?|hours?|minutes?)\b"
)
_COUNT = (
    rf"(?:(?:(?:hk|us)?\$|港币|港元|hkd|人民币|rmb)\s?)?(?<![\d.a-z]){_N}(?:{_SCALE})?(?:个半(?:月|小时|星期)|半)?"
    rf"(?:\s?(?:{_UNIT})半?|{_ENGLISH_UNIT}|\s?(?:元|蚊|dollars?\b))?"
)
# The first kind that matches counts, so that the parts of a date are no figures of their own.
FIGURE = re.compile(
    rf"(?P<date>{_DATE})|(?P<clock>{_CLOCK})|(?P<weekday>{_WEEKDAY})"
    rf"|(?P<share>百分之{_N}|{_N}\s?(?:%|per\s?cent\b|个百分点))"
    rf"|(?P<half>半(?:年|个月|小时|日|天|个钟))|(?P<count>{_COUNT})"
)
# What looks like a figure and counts nothing; the last is the mark of a revision at a margin.
IDIOM = re.compile(
    r"十分(?!钟|之)|万一|百般|百[份分]比|千方百计|一[旦律般致同并切直些定样]|(?<=[下上每同翌另某任])一(?=[年个月日天季周级层次])"
    r"|(?:修订|\brev(?:ised)?\.?)\s?\(?\d{1,4}(?:/\d{1,4})?"
)
