"""What all interfaces of a running service share.

In reading order:

    running_service  settings, retrievers, limits, the upload queue
    callers          who calls, and what they may do
    asking           a question counted, answered and recorded in the audit trail
    links            URLs of sources, for programs
    rate_limits      limits for questions and password attempts
    failure_delays   delays that grow with failed attempts
    metrics          metrics for Prometheus
    oidc_provider    sign-in at an OpenID Connect provider
    warming          what is loaded at the start
    file_intake      the upload queue at work while the service runs
"""
