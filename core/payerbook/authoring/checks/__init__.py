"""What lint looks at in a pack that compiles: each module one idea, each check a function that yields faults."""
