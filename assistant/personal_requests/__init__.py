"""Questions for other people's data, and the answer that gives nobody's.

In reading order:

    personal_request  whether a question asks for other people's data
    declined          the answer then
    named_person      for who may see it: only what is said of the person whom the question names
"""
