"""What a running service shares, whatever the way in.

- :mod:`.running_service`: settings, retrievers, limits, the upload queue
- :mod:`.callers`: who calls, and what they may do
- :mod:`.asking`: a question counted, answered and recorded in the audit trail
- :mod:`.links`: addresses of sources, for programs
- :mod:`.rate_limits`: how often somebody may ask or try a password
- :mod:`.metrics`: figures for Prometheus
- :mod:`.oidc_provider`: sign-in at an OpenID Connect provider
- :mod:`.warming`: what is loaded at the start
- :mod:`.file_intake`: the upload queue at work while the service runs
"""
