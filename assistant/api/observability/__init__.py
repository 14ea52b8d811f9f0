"""The log of the service.

In reading order:

    request_log    one log line and one metrics entry for each request
    logging_setup  the format of the log
"""
