"""The documents that cross the network, as strict pydantic models, and their ids."""
