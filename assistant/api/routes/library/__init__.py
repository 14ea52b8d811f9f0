"""Documents, collections, uploads, glossary, bilingual pairs."""
