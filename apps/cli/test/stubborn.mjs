// Loaded with --import: work that does not listen when it is told to stop.
AbortController.prototype.abort = () => {}
