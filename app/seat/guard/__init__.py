"""The guard of the kiosk's window: what a program can do from within so that nothing but the exam is at hand."""
