"""Messages for people: every package that speaks has a JSON file of texts, and this module reads them all.

A file holds ``{key: {language: text}}``, for example ``{"file_empty": {"zh-HK": "{name} 是空的…", "en": "{name} is
empty…"}}``. A text may have ``str.format`` fields. The file is beside the code that uses it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Catalogue"]

_Texts = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Catalogue(Mapping[str, dict[str, str]]):
    """The messages of one JSON file, as a mapping from key to ``{language: text}``.

    The file is read once for the whole process, at the first look-up.

    Attributes:
        package: the package of the file, for example ``kb.core``.
        filename: its path inside the package, for example ``messages/ask.json``.
    """

    package: str
    filename: str

    def text(self, key: str, language: str, /, **values: object) -> str:
        """Return the message ``key`` in ``language``, with its fields filled in from ``values``.

        Raises:
            KeyError: the file has no such message, or the message has no text in that language.
        """
        texts = self[key]
        if language not in texts:
            raise KeyError(f"message {key!r} of {self.package}/{self.filename} has no text in {language!r}")
        return texts[language].format(**values)

    def texts(self, language: str) -> dict[str, str]:
        """Return all messages in ``language`` by their key; fields are not filled in."""
        return {key: texts[language] for key, texts in self.items()}

    def __getitem__(self, key: str) -> dict[str, str]:
        texts = _load(self.package, self.filename).get(key)
        if texts is None:
            raise KeyError(f"no message {key!r} in {self.package}/{self.filename}")
        return texts

    def __iter__(self) -> Iterator[str]:
        return iter(_load(self.package, self.filename))

    def __len__(self) -> int:
        return len(_load(self.package, self.filename))


@cache
def _load(package: str, filename: str) -> _Texts:
    loaded: _Texts = json.loads(files(package).joinpath(filename).read_text(encoding="utf-8"))
    return loaded
