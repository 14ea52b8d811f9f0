"""The MCP server: three tools (search, ask, get_document), and documents as resources.

A program on this computer uses standard input and output (``kb mcp --tenant T``). Any other program uses streamable
HTTP (``<address>/mcp`` with an API key). The tools are the same; only the way to find the caller differs.

In reading order:

    tools          the tools and resources
    tool_schemas   what the tools return
    document_text  a document's text, in parts that fit a model's context window
    http_endpoint  the ASGI application of ``/mcp``
    known_hosts    host names under which ``/mcp`` may be called
"""
