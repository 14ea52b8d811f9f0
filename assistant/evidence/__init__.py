"""A question and the documents: passages found, their units scored. The way in is :func:`.gather.gather`."""
