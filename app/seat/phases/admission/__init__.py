"""Who is there: found, held against their photo, told of the recording, practised."""
