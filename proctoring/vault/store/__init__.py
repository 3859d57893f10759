"""Where recordings lie: a folder or an S3 store; how they get there, and the one door that erases them."""
