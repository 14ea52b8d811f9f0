"""Where an answer comes from, to look at: the page with the quoted words marked, readable text, the original."""
