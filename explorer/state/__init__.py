"""The state of each page, and its verbs: QObjects with signals, no widgets."""
