"""What runs inside TensorBoard: the loader, the routes and what they read. Never imports torch."""
