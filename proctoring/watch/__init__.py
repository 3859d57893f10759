"""What is noticed in picture and sound while it is recorded: flags, never judgements."""
