"""What is written down of requests.

- :mod:`.request_log`: one line in the log and one count in the metrics per request
- :mod:`.logging_setup`: format of the log
"""
