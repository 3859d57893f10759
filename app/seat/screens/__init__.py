"""The screens of a seat: frozen view data in, Qt signals out. No logic, no file, no clock."""
