"""The base class and common field types of request bodies.

Unknown fields are refused, and so are values of another type: 1 is no "true", "5" is no number. Every string is
bounded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "Body",
    "Choice",
    "ContactText",
    "Email",
    "Flag",
    "FormFields",
    "Id",
    "Locale",
    "Name",
    "NewSlug",
    "Password",
    "Slug",
    "StrictJson",
    "UtcTime",
]


class StrictJson(BaseModel):
    """A part of a JSON request: values of another type are refused. 5.0 is a whole number, as JSON Schema has it."""

    model_config = ConfigDict(strict=True)

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        return {key: int(one) if isinstance(one, float) and one.is_integer() else one for key, one in values.items()}


class Body(StrictJson):
    """A JSON request body. Unknown fields and values of another type are refused.

    A field for an enumeration or a date needs a type of its own, :func:`Choice` or :data:`~kb.core.local_date.IsoDate`,
    because JSON has neither.
    """

    model_config = ConfigDict(extra="forbid")


class FormFields(BaseModel):
    """Query parameters as a page's form sends them: an empty string is a field without a choice."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: object) -> object:
        return {name: value for name, value in values.items() if value != ""} if isinstance(values, dict) else values


def _check_spelled_out(value: object) -> object:
    if value in ("true", "false") or isinstance(value, bool):
        return value
    raise PydanticCustomError("bool_parsing", "Input should be true or false")


# A yes or no in an address.
Flag = Annotated[bool, BeforeValidator(_check_spelled_out)]
Enumeration = TypeVar("Enumeration", bound=StrEnum)
# A member of an enumeration by its value.
Choice = Annotated[Enumeration, Field(strict=False)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$"),
    Field(examples=["陳大文"]),
]
# One line that says whom to ask: a name, a post, a telephone number.
ContactText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
# The pattern is for readers of the document: an address that does not fit has an error of its own (``email_invalid``).
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        examples=["chan@harmony.example"],
        json_schema_extra={"pattern": r"^[^@\s]{1,64}@[^@\s]{1,90}\.[^@\s.]{2,90}$"},
    ),
]
# Hashing a longer password takes more time, so there is an upper bound.
Password = Annotated[str, Field(max_length=256, examples=["a sentence nobody guesses"])]
Slug = Annotated[str, Field(min_length=1, max_length=40, examples=["harmony"])]
NewSlug = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40, pattern=r"^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$"),
    Field(examples=["centre-a"]),
]
Locale = Annotated[str, Field(pattern=r"^(zh-HK|en)$", examples=["zh-HK"])]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
# The database keeps UTC times without a zone; in JSON a time says that it is UTC (RFC 3339).
UtcTime = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo else at.replace(tzinfo=UTC))]
