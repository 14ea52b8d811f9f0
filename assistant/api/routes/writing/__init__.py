"""Routes for summaries, changes between versions, drafts and translations."""
