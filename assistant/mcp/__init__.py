"""Sinzi for assistants that speak MCP: three tools (search, ask, get_document) and documents as resources.

Over standard input and output (``kb mcp --tenant T``) for a program on this computer, over streamable HTTP
(``<address>/mcp`` with an API key) for any other. Both serve the same tools; only who calls differs.

    tools          the tools and resources
    tool_schemas   what the tools return
    document_text  a document's text in parts that fit a model's window
    http_endpoint  ``/mcp`` over HTTP
    known_hosts    host names by which ``/mcp`` may be reached
"""
