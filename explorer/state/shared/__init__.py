"""What all pages share: the current picture and model, notices, session, history."""
