"""What proctors do from the seat: consent by PIN, the corner, what they ended."""
