"""Looking after the library over the service: uploads, lists, documents, use. No HTTP in here."""
