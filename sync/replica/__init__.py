"""The encrypted local database (cache, journal, outbox) and the one door for writing files durably."""
