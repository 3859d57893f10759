"""What an item may show besides text: pictures, drawings, formulas, clips, each let in by its bytes."""
