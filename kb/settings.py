"""Every knob, in one place: environment variables ``KB_*`` or a ``.env`` file in the data folder's parent.

``kb settings`` prints this table with the value in force; a test checks that every field has a
description. Units stand in the field's name or its description, and every number has bounds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


def _default_data() -> Path:
    return Path(platformdirs.user_data_dir("sinzi"))


def _default_cache() -> Path:
    return Path(platformdirs.user_cache_dir("sinzi"))


class Settings(BaseSettings):
    """Settings of one installation; frozen, so that no code changes them behind another's back."""

    model_config = SettingsConfigDict(env_prefix="KB_", env_file=".env", extra="ignore", frozen=True)

    # where things lie
    data: Annotated[Path, Field(description="Data folder: tenants, records, vectors, originals, jobs.")] = Field(
        default_factory=_default_data
    )
    cache: Annotated[Path, Field(description="Cache folder: the unpacked embedding model. Safe to delete.")] = Field(
        default_factory=_default_cache
    )
    locale: Annotated[Literal["zh-HK", "en"], Field(description="Language of messages on the command line.")] = "zh-HK"

    # servers (empty: embedded)
    database_url: Annotated[
        str, Field(description="PostgreSQL URL for the job queue (dbos). Empty: SQLite in the data folder.")
    ] = ""
    chroma_url: Annotated[
        str, Field(description="URL of a Chroma server, http://host:port. Empty: embedded Chroma.")
    ] = ""

    # embedding
    embedding_model: Annotated[
        str,
        Field(description="'bundled' (multilingual-e5-small), a sentence-transformers folder, or a model name."),
    ] = "bundled"
    embedding_threads: Annotated[int, Field(ge=0, le=64, description="CPU threads for embedding; 0 = all cores.")] = 0

    # limits on one file
    max_file_mb: Annotated[int, Field(ge=1, le=4096, description="Largest file taken in, in MB.")] = 200
    max_pages: Annotated[int, Field(ge=1, le=100_000, description="Most pages of one document.")] = 3000
    max_expanded_mb: Annotated[
        int, Field(ge=1, le=16_384, description="Most MB a compressed file (ZIP, DOCX, XLSX …) may expand to.")
    ] = 1024
    max_archive_files: Annotated[int, Field(ge=1, le=100_000, description="Most files inside one ZIP.")] = 2000
    parse_timeout_seconds: Annotated[
        int, Field(ge=5, le=86_400, description="Seconds a file of text may take; pages read by OCR add 20 s each.")
    ] = 300
    worker_memory_mb: Annotated[
        int, Field(ge=256, le=65_536, description="Memory limit of one reading process, in MB.")
    ] = 3072
    ocr: Annotated[
        Literal["auto", "never", "always"],
        Field(description="OCR of page images: auto decides page by page."),
    ] = "auto"
    ocr_dpi: Annotated[int, Field(ge=100, le=600, description="Resolution of pages rendered for OCR, in dpi.")] = 200

    # chunks
    chunk_tokens: Annotated[
        int, Field(ge=64, le=8192, description="Longest chunk, in the model's own tokens (capped by its window).")
    ] = 320

    # asking
    passages: Annotated[int, Field(ge=1, le=100, description="Passages returned for a question.")] = 10
    candidates: Annotated[int, Field(ge=10, le=1000, description="Candidates from each leg of search.")] = 60
    max_question_chars: Annotated[int, Field(ge=50, le=20_000, description="Longest question, in characters.")] = 2000
    contact: Annotated[str, Field(description="Whom a refusal names when the tenant has set no contact.")] = ""
