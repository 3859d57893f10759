"""What makes a Windows program of this one; nothing of it has ever been run on Windows (see CHECKLIST.md)."""
