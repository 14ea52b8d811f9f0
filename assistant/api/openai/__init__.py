"""An OpenAI-compatible face: a tenant's collections as models, an answer as a chat completion.

Open WebUI, LibreChat or any OpenAI client talks to Sinzi with ``<address>/v1`` and an API key of Sinzi's. What a
chat completion cannot carry (clauses, pages, versions, confidence) stands in the extra field ``sinzi``.
"""
