"""What happens at a seat, one phase after another: opening, admitting, sitting, closing. Each drives its screens."""
