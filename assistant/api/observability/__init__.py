"""What is written down of requests.

In reading order:

    request_log    one line in the log and one count in the metrics per request
    logging_setup  format of the log
"""
