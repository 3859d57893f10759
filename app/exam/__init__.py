"""The pure domain: item, form, scoring, sitting. No Qt, no files, no clock, no network."""
