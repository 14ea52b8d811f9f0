"""The ground floor: an organisation's records and what search does with them.

Read in this order:

    core           settings, errors, messages and other small things that everything uses
    store          tenants, database tables and migrations, original files, the writer lock
    language       language detection, words, sentences, quantities, glossary
    personal_data  names, identity card numbers, telephone numbers and other people's data in text
    library        documents, collections, glossary terms and settings of one tenant
    prompt_injection  sentences of documents that speak to an assistant
    people         accounts, roles, invitations, keys, sessions
    search         from a question to passages; search.retriever is the way in
    erasure        proof that a deleted document is gone: fingerprints, search, certificates
    publishing     writing versions of documents, their states, deleting
    integrations   search as components of other libraries
    doctor         checks of an installation
    cli, commands  the program ``kb`` and this floor's sub-commands
"""

from kb.core import no_telemetry

no_telemetry.switch_off()  # before any library is imported
