"""The jsonl sink: a file of lines of JSON, replaced after each run or appended to. The registry of sinks finds it."""
