"""Search as components of other libraries.

- :mod:`.llama_index`: the retriever for LlamaIndex programs
"""
