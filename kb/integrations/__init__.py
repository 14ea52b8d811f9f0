"""Search as components of other libraries.

llama_index  the retriever for LlamaIndex programs
"""
