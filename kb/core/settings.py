"""All settings: environment variables ``KB_*``, or lines of a file ``.env`` in the folder the program is started in.

The environment goes before the file.

``kb settings`` prints this table with the value in force; a test checks that every field has a
description. Units stand in the field's name or its description, and every number has bounds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr
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
        Field(
            description="'bundled' (multilingual-e5-small), a sentence-transformers folder, or a model's name in the "
            "Hugging Face cache; nothing is downloaded."
        ),
    ] = "bundled"
    embedding_threads: Annotated[int, Field(ge=0, le=64, description="CPU threads for embedding; 0 = all cores.")] = 0

    # limits on one file
    max_file_mb: Annotated[int, Field(ge=1, le=4096, description="Largest file taken in, in MB.")] = 200
    max_upload_mb: Annotated[
        int, Field(ge=1, le=65_536, description="Most MB a browser or program may upload in one request.")
    ] = 2048
    max_upload_files: Annotated[int, Field(ge=1, le=10_000, description="Most files in one upload request.")] = 500
    max_url_seconds: Annotated[
        int, Field(ge=1, le=600, description="Seconds a page that is added by its address may take to come in.")
    ] = 60
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

    # the service
    host: Annotated[
        str, Field(description="Address kb serve listens on; 0.0.0.0 lets other computers of the office in.")
    ] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535, description="Port kb serve listens on.")] = 8300
    public_url: Annotated[
        str, Field(description="The service's address as people type it; https:// makes cookies secure-only.")
    ] = ""
    session_hours: Annotated[int, Field(ge=1, le=2160, description="Hours after which an idle sign-in ends.")] = 168
    invitation_days: Annotated[int, Field(ge=1, le=90, description="Days an invitation's link works.")] = 7
    questions_per_minute: Annotated[
        int, Field(ge=1, le=10_000, description="Questions a person or an API key may ask in a minute.")
    ] = 30
    tenant_questions_per_minute: Annotated[
        int, Field(ge=1, le=100_000, description="Questions all people of a tenant may ask in a minute.")
    ] = 600
    oidc_issuer: Annotated[
        str,
        Field(
            description="Issuer of OpenID Connect sign-in, e.g. https://accounts.google.com or "
            "https://login.microsoftonline.com/<directory>/v2.0. Empty: e-mail and password only."
        ),
    ] = ""
    oidc_client_id: Annotated[str, Field(description="Client id the issuer gave.")] = ""
    oidc_client_secret: Annotated[SecretStr, Field(description="Client secret the issuer gave.")] = SecretStr("")
    metrics_token: Annotated[
        SecretStr,
        Field(
            description="Token that opens /metrics. Empty: open to this computer only; with KB_PUBLIC_URL, to nobody."
        ),
    ] = SecretStr("")
    log_questions: Annotated[bool, Field(description="Whether the service's log may hold the text of questions.")] = (
        False
    )

    # a language model (empty address: none, answers are quotes alone)
    llm_base_url: Annotated[
        str,
        Field(
            description="OpenAI-compatible address of a language model, e.g. http://127.0.0.1:11434/v1. Empty: none."
        ),
    ] = ""
    llm_model: Annotated[str, Field(description="The model's name at that address, e.g. qwen3:8b.")] = ""
    llm_api_key: Annotated[SecretStr, Field(description="Key for that address, if it wants one.")] = SecretStr("")
    llm_api_key_file: Annotated[
        Path | None,
        Field(description="File that holds the key on its first line; counts where the key itself is empty."),
    ] = None
    llm_timeout_seconds: Annotated[
        float, Field(ge=1, le=600, description="Seconds one answer may take before the quotes stand in for it.")
    ] = 60.0
    llm_max_tokens: Annotated[int, Field(ge=16, le=16_384, description="Longest answer, in the model's tokens.")] = 512
    llm_context_tokens: Annotated[
        int, Field(ge=512, le=1_000_000, description="Window of the model, question and answer together, in tokens.")
    ] = 4096
    llm_daily_tokens: Annotated[
        int, Field(ge=0, le=1_000_000_000, description="Tokens a tenant may spend a day, estimated; 0 = no limit.")
    ] = 0
