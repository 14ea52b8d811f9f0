"""The pages: Jinja2 templates, small ES modules, texts in zh-HK and English. Nothing is fetched from elsewhere."""
