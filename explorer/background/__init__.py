"""Every way of leaving the GUI thread: the thread pool and the child processes."""
