"""Fixed values of columns, as enums: states, statuses, levels. The database and JSON hold their text."""

from __future__ import annotations

from enum import IntEnum, StrEnum

__all__ = [
    "READABLE",
    "UNFINISHED",
    "EgressState",
    "ErasureKind",
    "ErasureState",
    "FeedbackVerdict",
    "GrantLevel",
    "IngestStage",
    "IngestStatus",
    "PairState",
    "PersonalDataDecision",
    "VersionState",
]


class VersionState(StrEnum):
    """Where a version of a document stands; :mod:`kb.publishing.version_states` has the changes between them."""

    INDEXING = "indexing"  # not readable yet
    DRAFT = "draft"  # ready, not searched
    PUBLISHED = "published"
    SUPERSEDED = "superseded"  # searched only for an as-of date in its time
    WITHDRAWN = "withdrawn"  # kept, never searched


# States of a version that everybody with the right to its collection may read.
READABLE = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


class IngestStatus(StrEnum):
    """How far a file is on its way in, and how it ended."""

    SENDING = "sending"  # announced; its bytes have not all arrived
    QUEUED = "queued"
    WORKING = "working"
    INDEXED = "indexed"  # a new document
    REPLACED = "replaced"  # a new version of a document
    UNCHANGED = "unchanged"  # its content was known already
    FAILED = "failed"
    EXPANDED = "expanded"  # an archive, whose members are files of their own
    CANCELLED = "cancelled"  # a person has stopped it; nothing of it is left


UNFINISHED = (IngestStatus.SENDING, IngestStatus.QUEUED, IngestStatus.WORKING)


class IngestStage(StrEnum):
    """What is being done with a file that is worked on."""

    NONE = ""
    READ = "read"
    EMBED = "embed"
    STORE = "store"


class PairState(StrEnum):
    """What is known of two documents, one in Chinese and one in English."""

    FOUND = "found"  # a pair, found automatically
    SET = "set"  # a pair, because a person says so
    REJECTED = "rejected"  # no pair, because a person says so


class PersonalDataDecision(StrEnum):
    """What a person decided about the people's data in a version."""

    NONE = ""  # nobody had to decide, or has yet
    WAITING = "waiting"  # a list of persons: the version is a draft until an editor decides
    KEEP = "keep"  # only owners may read it
    MASK = "mask"  # the stored text has marks in place of the data
    PUBLISH = "publish"  # as it is


class ErasureKind(StrEnum):
    """What was deleted for good."""

    DOCUMENT = "document"
    VERSION = "version"
    COLLECTION = "collection"


class ErasureState(StrEnum):
    """What is known of a deletion."""

    PENDING = "pending"  # deleted; left-overs are being removed, or searched for
    CLEAR = "clear"  # searched, and nothing was found
    FOUND = "found"  # searched, and something was found


class GrantLevel(StrEnum):
    """What a grant on a collection allows; editing includes reading."""

    READ = "read"
    EDIT = "edit"


class FeedbackVerdict(IntEnum):
    """What the asker thought of an answer."""

    HELPFUL = 1
    UNHELPFUL = -1


class EgressState(StrEnum):
    """How far a request to a language model came."""

    SENDING = "sending"  # still, or ended with its process
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"  # the reader left, or needed no more of it
