"""What all interfaces of a running service share.

In reading order:

    running_service  settings, retrievers, limits, the upload queue
    callers          who calls, and what they may do
    empty_library    what to do where there are no documents yet
    first_steps      what a new organisation has done of its first steps
    asking           a question counted, answered and recorded in the audit trail
    invitees         the people in a pasted list
    lan_address      addresses of this computer in the office network
    links            URLs of sources, for programs
    plain_markup     text without links, images and tags, for clients that show Markdown
    rate_limits      limits for questions and password attempts
    failure_delays   delays that grow with failed attempts
    metrics          metrics for Prometheus
    oidc_provider    sign-in at an OpenID Connect provider
    warming          what is loaded at the start
    file_intake      the upload queue at work while the service runs
"""
