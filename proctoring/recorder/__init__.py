"""The recorder: a process of its own that records one sitting at a time into sealed segments."""
