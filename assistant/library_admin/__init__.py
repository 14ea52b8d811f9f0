"""The library for its editors. No routes are in here.

In reading order:

    document_list     documents searched, filtered, page by page
    text_places       where typed words stand in a text
    left_out          what answers leave out of a version
    document_detail   one document, and what an editor does to it
    document_trial    a question tried on one document
    usage_statistics  how a tenant uses the service, in numbers only
"""
