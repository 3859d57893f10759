"""Lock-down: reversible steps that shut a PC down to one program, and the watch that it stays so."""
