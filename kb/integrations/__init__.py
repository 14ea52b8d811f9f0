"""Search as components of other libraries.

In reading order:

    llama_index  the retriever for LlamaIndex programs
"""
