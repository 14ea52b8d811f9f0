"""The ground floor: an organisation's records and what search does with them.

Read in this order:

- :mod:`.core`: settings, errors, messages and other small things that everything uses
- :mod:`.store`: tenants, database tables and migrations, original files, the writer lock
- :mod:`.language`: language detection, words, sentences, quantities, glossary
- :mod:`.library`: documents, collections, glossary terms and settings of one tenant
- :mod:`.people`: accounts, roles, invitations, keys, sessions
- :mod:`.search`: from a question to passages; :mod:`.search.retriever` is the way in
- :mod:`.publishing`: writing versions of documents, their states, erasure
- :mod:`.integrations`: search as components of other libraries
- :mod:`.doctor`: checks of an installation
- :mod:`.cli`, :mod:`.commands`: the program ``kb`` and this floor's sub-commands
"""
