"""Hong Kong identity card numbers: one or two letters, six digits, a check digit."""

from __future__ import annotations

import re

__all__ = ["HKID", "is_valid"]

# In a comparable text (:mod:`.comparable_text`): A123456(3), A123456-3, A 123 456 (3), A1234563.
HKID = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z](?:[ .]?[A-Za-z])?)[ ./_-]{0,2}(\d(?:[ ._-]?\d){5})"
    r"[ ./_-]{0,2}\(?[ ]?([0-9Aa])[ ]?\)?(?![A-Za-z0-9])"
)
_BLANK = 36  # the value of a missing first letter in the sum


def is_valid(letters: str, digits: str, check: str) -> bool:
    """Whether the check digit is right for the number; what stands between letters and digits does not count.

    The sum of all values, weighted 9 down to 1 (A = 10 … Z = 35, a missing first letter = 36), must be divisible by 11.
    A check digit of 10 is written A.
    """
    prefix = [letter for letter in letters.upper() if letter.isalpha()]
    values = [_BLANK] * (2 - len(prefix)) + [ord(letter) - ord("A") + 10 for letter in prefix]
    values += [int(digit) for digit in digits if digit.isdigit()] + [10 if check in "Aa" else int(check)]
    return sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11 == 0
