"""The one door to Windows: what is called there, with exact types, and what a refusal looks like."""
