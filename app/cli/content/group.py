"""`examroom content`: banks in and out, what is made of them, and how an item looks and scores."""

import typer

app = typer.Typer(no_args_is_help=True, help="Banks (题库), items (试题) and forms (试卷).")
