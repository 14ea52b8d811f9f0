"""Routes for questions, conversations and the sources of answers."""
