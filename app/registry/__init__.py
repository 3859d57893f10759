"""The reference central registry: enrolment, publishing, plans, release, scoring again, the log. No Qt."""
