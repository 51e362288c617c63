"""What each job knows, and its verbs: QObjects with signals, no widgets."""
