"""Routes for documents, collections, uploads, the glossary and bilingual pairs."""
