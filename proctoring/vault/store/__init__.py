"""Where recordings lie: shelves (a folder, a bucket), carrying seat to site, the only door that removes any."""
