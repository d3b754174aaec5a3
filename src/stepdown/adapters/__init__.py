"""The container engine, git and the machine: the only place that touches them."""
