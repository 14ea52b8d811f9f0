"""The library as its editors see it. No HTTP in here.

- :mod:`.document_list`: documents searched, filtered, page by page
- :mod:`.document_detail`: one document, and what an editor does to it
- :mod:`.document_trial`: a question tried on one document
- :mod:`.usage_statistics`: how a tenant uses the service, in numbers only
"""
