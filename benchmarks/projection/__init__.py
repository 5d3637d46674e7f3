"""Every projection method on the same snapshots: what each costs, and how far its maps may be believed."""
