"""How long recordings are kept, who holds them, and what it takes to destroy one."""
